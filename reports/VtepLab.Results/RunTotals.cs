using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>How many checks of a run came to which verdict.</summary>
public sealed record RunTotals(int Pass, int Fail, int PassWithDeviation, int NotApplicable, int Inconclusive)
{
    /// <summary>Counts the checks.</summary>
    public static RunTotals Of(ImmutableArray<CheckResult> checks)
    {
        int Count(Verdict verdict) => checks.Count(c => c.Verdict == verdict);
        return new RunTotals(
            Count(Verdict.Pass), Count(Verdict.Fail), Count(Verdict.PassWithDeviation), Count(Verdict.NotApplicable),
            Count(Verdict.Inconclusive));
    }

    /// <summary>All checks.</summary>
    public int All => Pass + Fail + PassWithDeviation + NotApplicable + Inconclusive;

    /// <summary>The number of one verdict.</summary>
    public int this[Verdict verdict] => verdict switch
    {
        Verdict.Pass => Pass,
        Verdict.Fail => Fail,
        Verdict.PassWithDeviation => PassWithDeviation,
        Verdict.NotApplicable => NotApplicable,
        Verdict.Inconclusive => Inconclusive,
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, null),
    };
}
