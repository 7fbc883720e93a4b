using VtepLab.OvsdbPeers.Tests;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.Features;

/// <summary>Scenarios with faults come out the same whether the echoes of idle connections are carried or left out: every message, log and note, to the nanosecond.</summary>
public class IdleEchoTests
{
    [TestCase("@VT-L2GW-050", 1UL)]
    [TestCase("@VT-L2GW-053", 1UL)]
    public void A_scenario_is_the_same_with_and_without_them(string tag, ulong seed)
    {
        var (carried, _, outcome) = Run(tag, seed, IdleEchoes.DrawnApart);
        var (rest, leftOut, same) = Run(tag, seed, IdleEchoes.LeftOut);

        Assert.That(rest, Is.EqualTo(carried));
        Assert.That(same with { Digest = outcome.Digest, Events = outcome.Events, Marks = outcome.Marks, Plan = outcome.Plan }, Is.EqualTo(outcome));
        Assert.That(same.Marks, Is.EqualTo(outcome.Marks));
        Assert.That(same.Plan.ToJson(), Is.EqualTo(outcome.Plan.ToJson()));
        Assert.That(leftOut, Is.GreaterThan(20));
        Assert.That(same.Events, Is.LessThan(outcome.Events));
    }

    private static (List<string> Lines, long LeftOut, RunOutcome Outcome) Run(string tag, ulong seed, IdleEchoes echoes)
    {
        TraceWithoutEchoes told = null!;
        SimulatedNetwork network = null!;
        var experiment = ScenarioExperiment.Of(ScenarioBook.Pickles.First(p => p.Tags.Contains(tag)), FaultCatalogue.Standard);
        var options = experiment.Options with
        {
            // In the order of scheduling, for else nothing is left out; slow enough for faults to begin while an echo is under way.
            IdleEchoes = echoes, Order = EventOrder.AsScheduled, Latency = TimeSpan.FromMilliseconds(10), LatencyJitter = TimeSpan.FromMilliseconds(40),
        };
        var outcome = Explorer.Run(experiment with { Options = options }, seed, prepare: world => (told, network) = (TraceWithoutEchoes.Of(world), world.Network));
        return (told.Lines, network.EchoesLeftOut, outcome);
    }
}
