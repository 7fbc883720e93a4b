using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>Says in a sentence or two why a run has its verdict; the report and the command line both print it.</summary>
public static class VerdictSentence
{
    private const int IdsShown = 5;

    /// <summary>The sentence for a run.</summary>
    public static string Of(CertificationRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var reason = run.Verdict switch
        {
            CertificationVerdict.NotCertified => Broken(run, Verdict.Fail, "is broken", "are broken"),
            CertificationVerdict.CertifiedWithDeviations =>
                "Nothing is broken that was not declared beforehand. "
                + Broken(run, Verdict.PassWithDeviation, "is broken as declared", "are broken as declared") + " " + Certified(run) + Coverage(run),
            CertificationVerdict.Certified => Certified(run) + Coverage(run),
            _ => Incomplete(run),
        };
        if (run is { IsDatabaseOnly: true, Verdict: CertificationVerdict.Certified or CertificationVerdict.CertifiedWithDeviations })
        {
            reason = $"Database only: no switch stands behind it, so this says nothing of a switch. {reason}";
        }

        return run.Ending == RunEnding.Completed ? reason : $"{reason} {CutShort(run)}".Trim();
    }

    private static string Certified(CertificationRun run) =>
        $"{Count(RunTotals.Of(run.Checks).Pass, "check")} passed" + InPart(run) + RunTotals.Of(run.Checks).NotApplicable switch
        {
            0 => ".",
            1 => ", 1 does not apply to this device.",
            var many => $", {many} do not apply to this device.",
        };

    private static string InPart(CertificationRun run) =>
        run.PassedInPart == 0 ? "" : run.PassedInPart == RunTotals.Of(run.Checks).Pass ? " in part" : $", {run.PassedInPart} of them in part";

    // A good verdict says in the same breath how much of the catalogue it speaks of.
    private static string Coverage(CertificationRun run) =>
        run.NotCovered.IsEmpty ? "" : $" Of {run.Checks.Length + run.NotCovered.Length} requirements of the catalogue {run.NotCovered.Length} {(run.NotCovered.Length == 1 ? "was" : "were")} not checked.";

    private static string Incomplete(CertificationRun run) =>
        run.Checks.Any(c => c.Verdict == Verdict.Inconclusive)
            ? Broken(run, Verdict.Inconclusive, "could not be judged", "could not be judged")
            : run.Ending != RunEnding.Completed ? ""
            : run.Checks.IsEmpty ? "No check was run." : "No check applies to this device.";

    private static string Broken(CertificationRun run, Verdict verdict, string one, string many)
    {
        ImmutableArray<string> ids = [.. run.Checks.Where(c => c.Verdict == verdict).Select(c => c.Requirement.Id)];
        var shown = string.Join(", ", ids.Take(IdsShown));
        var rest = ids.Length > IdsShown ? $" and {ids.Length - IdsShown} more" : "";
        return $"{Count(ids.Length, "requirement")} {(ids.Length == 1 ? one : many)}: {shown}{rest}.";
    }

    private static string CutShort(CertificationRun run)
    {
        var why = run.Ending == RunEnding.Interrupted ? "The run was interrupted" : "The device stopped answering";
        return run.EndingReason.Length > 0 ? $"{why}: {run.EndingReason.TrimEnd('.')}." : $"{why}.";
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";
}
