using System.Collections.Immutable;

namespace VtepLab.Results;

/// <summary>What became of a declared deviation in a run.</summary>
public enum DeviationUse
{
    /// <summary>A check was broken and the declaration covers it.</summary>
    Used,

    /// <summary>Nothing needed it: the requirement holds, or was not checked. It should be dropped.</summary>
    Unused,

    /// <summary>Its last day was before the run began, so it covered nothing.</summary>
    Expired,
}

/// <summary>A declared deviation and what became of it.</summary>
public sealed record DeviationOutcome(DeclaredDeviation Deviation, DeviationUse Use)
{
    /// <summary>Every declared deviation of a run with what became of it, in the order of declaration.</summary>
    public static ImmutableArray<DeviationOutcome> Of(CertificationRun run)
    {
        var today = DateOnly.FromDateTime(run.StartedAt.UtcDateTime);
        return [.. run.Deviations.Select(d => new DeviationOutcome(d, UseOf(run, d, today)))];
    }

    private static DeviationUse UseOf(CertificationRun run, DeclaredDeviation deviation, DateOnly today) =>
        run.Checks.Any(c => c.Deviation == deviation) ? DeviationUse.Used
        : deviation.Until < today ? DeviationUse.Expired
        : DeviationUse.Unused;
}
