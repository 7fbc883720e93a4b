using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>When a simulated run is taken for one that never ends.</summary>
/// <param name="Event">The processor time of one event.</param>
/// <param name="Time">The virtual time of the whole run.</param>
internal sealed record RunLimits(TimeSpan Event, TimeSpan Time)
{
    /// <summary>Those of scenarios whose user says nothing.</summary>
    public static RunLimits Default { get; } = new(new ScenarioRunOptions().EventLimit, new ScenarioRunOptions().TimeLimit);

    /// <summary>The experiment within these limits.</summary>
    public Experiment On(Experiment experiment) => experiment with { Options = experiment.Options with { EventLimit = Event, TimeLimit = Time } };
}
