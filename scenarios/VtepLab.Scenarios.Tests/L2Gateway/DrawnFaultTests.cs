using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.L2Gateway;

/// <summary>The faults that only switches, agents and users can do are drawn by the explorations, and hit what they are meant for.</summary>
public class DrawnFaultTests
{
    private static readonly string[] Kinds = ["agent-upgrade", "disk-lost", "disk-old", "reply-lost", "transact-refused", "vlan-reuse"];

    [Test]
    public void Every_kind_is_drawn_and_hits_something_and_the_system_bears_them()
    {
        var experiment = ScenarioExperiment.Of(ScenarioBook.Select("VT-L2GW-050").Single(), [.. FaultCatalogue.Standard.Where(k => Kinds.Contains(k.Name))]);

        var outcomes = Explorer.Explore(experiment, 1, 6, 2);

        Assert.That(outcomes.Select(o => o.Message).OfType<string>(), Is.Empty);
        var hits = outcomes.SelectMany(o => o.Marks).Where(m => m.Key.EndsWith("/hit", StringComparison.Ordinal) && m.Value > 0).Select(m => m.Key).Distinct();
        Assert.That(hits, Is.SupersetOf(Kinds.Select(k => $"fault/{k}/hit")));
    }
}
