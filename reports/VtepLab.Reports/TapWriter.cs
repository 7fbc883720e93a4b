using System.Globalization;
using System.Text;
using System.Text.Json;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>results.tap</c> in the Test Anything Protocol, which <c>prove</c> and small CI systems read.</summary>
/// <remarks>
/// Version 13: nothing here needs version 14, and Perl's harness (3.44, Debian 12) refuses a file that says so.
/// The plan comes first. Not applicable is a SKIP with its reason; a pass with deviation is a failure marked TODO, which readers
/// count apart and do not fail for; an inconclusive check is a failure.
/// </remarks>
public sealed class TapWriter : IReportWriter
{
    /// <inheritdoc/>
    public string FileName => "results.tap";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        using var text = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
        text.WriteLine("TAP version 13");
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"1..{run.Checks.Length}{(run.Checks.IsEmpty ? " # SKIP no check was run" : "")}"));
        for (var i = 0; i < run.Checks.Length; i++)
        {
            var check = run.Checks[i];
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(IsOk(check) ? "ok" : "not ok")} {i + 1} - {Escape($"{check.Requirement.Id} {check.Requirement.Do}")}{Directive(check)}"));
            if (!IsOk(check))
            {
                WriteDiagnostics(text, check);
            }
        }
    }

    private static bool IsOk(CheckResult check) => check.Verdict is Verdict.Pass or Verdict.NotApplicable;

    private static string Directive(CheckResult check) => check.Verdict switch
    {
        Verdict.NotApplicable => $" # SKIP {OneLine(CheckStory.Reason(check))}",
        Verdict.PassWithDeviation => $" # TODO {OneLine(CheckStory.Reason(check))}",
        _ => "",
    };

    // A JSON string is a YAML string, whatever a device put into it.
    private static void WriteDiagnostics(StreamWriter text, CheckResult check)
    {
        void Line(string key, string value) => text.WriteLine($"  {key}: {JsonSerializer.Serialize(value, ReportJson.Line)}");

        text.WriteLine("  ---");
        Line("message", check.Message);
        Line("verdict", Words.Of(check.Verdict));
        Line("level", Words.Of(check.Requirement.Level));
        Line("source", check.Requirement.Source);
        Line("required", check.Requirement.See);
        foreach (var step in check.Steps.Where(s => s.Holds == false).Take(1))
        {
            Line("did", step.Did);
            Line("expected", step.Expected);
            Line("seen", step.Seen);
        }

        text.WriteLine($"  evidence: [{string.Join(", ", check.Evidence.Select(n => n.ToString(CultureInfo.InvariantCulture)))}]");
        text.WriteLine("  ...");
    }

    private static string Escape(string description) =>
        OneLine(description).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("#", "\\#", StringComparison.Ordinal);

    private static string OneLine(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
}
