using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>Where a run that never ends is to end when it is repeated, so that it is the same run again.</summary>
/// <param name="StuckIn">The event that it does not come back from; null when there is none.</param>
/// <param name="TimeLimit">The virtual time after which it was given up; null when it was not.</param>
internal sealed record RunEnd(long? StuckIn, TimeSpan? TimeLimit)
{
    /// <summary>Of a run that ended so.</summary>
    public static RunEnd Of(string? failure, long events, TimeSpan virtualTime) =>
        new(failure == Explorer.Stuck ? events : null, failure == Explorer.Endless ? virtualTime : null);
}
