namespace VtepLab.Simulation;

/// <summary>Something to run under many seeds: how its faults are drawn, and what is done.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plan">The faults of a seed.</param>
/// <param name="Body">
/// Builds the world's hosts, releases the plan, runs and judges; an exception that leaves it is a failure. It must share nothing that changes with another run:
/// several run side by side.
/// </param>
public sealed record Experiment(string Name, Func<ulong, FaultPlan> Plan, Action<SimulatedWorld, FaultPlan> Body)
{
    /// <summary>What the worlds are like.</summary>
    public SimulationOptions Options { get; init; } = new();
}

/// <summary>How one seed went.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Plan">The faults.</param>
/// <param name="Digest">The hash of the run.</param>
/// <param name="Events">The events it had.</param>
/// <param name="VirtualTime">How far it came.</param>
/// <param name="Failure">What kind of failure it was (an invariant's name, a crash, a deadlock …); null for success.</param>
/// <param name="Message">The failure's message.</param>
/// <param name="Marks">What was reached, and how often; expected marks that were not have 0.</param>
public sealed record RunOutcome(
    ulong Seed, FaultPlan Plan, ulong Digest, long Events, TimeSpan VirtualTime, string? Failure, string? Message, IReadOnlyDictionary<string, long> Marks);
