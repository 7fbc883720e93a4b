using Spectre.Console;
using VtepLab.Results;

namespace VtepLab.Cli.Output;

/// <summary>What a run came to, on standard output.</summary>
internal static class CertifySummary
{
    /// <summary>Failed requirements with their messages, totals, verdict, and where the report is.</summary>
    public static void Write(CertificationRun run, RunFolder folder)
    {
        foreach (var check in run.Checks.Where(c => c.Verdict is Verdict.Fail or Verdict.Inconclusive))
        {
            WriteTrouble(check);
        }

        var t = RunTotals.Of(run.Checks);
        Terminal.Out.WriteLine(
            $"{t.Pass} passed{(run.PassedInPart == 0 ? "" : $" ({run.PassedInPart} in part)")}, {t.Fail} failed, {t.PassWithDeviation} passed with deviation, {t.NotApplicable} not applicable, "
            + $"{t.Inconclusive} inconclusive; {run.NotCovered.Length} requirements not covered");
        foreach (var left in run.LeftBehind)
        {
            Terminal.Out.MarkupLine($"[red]left behind on the device:[/] {Safe.Markup(left)}");
        }

        var colour = run.Verdict switch
        {
            CertificationVerdict.Certified => "green",
            CertificationVerdict.CertifiedWithDeviations => "yellow",
            CertificationVerdict.NotCertified => "red",
            _ => "magenta",
        };
        Terminal.Out.MarkupLine($"verdict: [bold {colour}]{Words.Of(run.Verdict)}[/]. {Safe.Markup(VerdictSentence.Of(run))}");
        Terminal.Out.WriteLine($"report: {folder["report.html"]}");
    }

    private static void WriteTrouble(CheckResult check)
    {
        var colour = check.Verdict == Verdict.Fail ? "red" : "magenta";
        Terminal.Out.MarkupLine(
            $"[{colour}]{Words.Of(check.Verdict)}[/] [bold]{check.Requirement.Id}[/] ({Words.Of(check.Requirement.Level)}, "
            + $"{Safe.Markup(check.Requirement.Source)}): {Safe.Markup(check.Message)}");
        foreach (var step in check.Steps.Where(s => s.Holds == false && !check.Message.Contains(s.Did, StringComparison.Ordinal)))
        {
            Terminal.Out.MarkupLine($"    did       {Safe.Markup(step.Did)}");
            Terminal.Out.MarkupLine($"    expected  {Safe.Markup(step.Expected)}");
            Terminal.Out.MarkupLine($"    seen      {Safe.Markup(step.Seen)}");
        }
    }
}
