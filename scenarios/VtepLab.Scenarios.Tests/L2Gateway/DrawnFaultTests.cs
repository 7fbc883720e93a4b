using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.L2Gateway;

/// <summary>The faults that only switches, agents and users can do are drawn by the explorations, and hit what they are meant for.</summary>
public class DrawnFaultTests
{
    [TestCase("VT-L2GW-050", "agent-upgrade", "disk-lies", "disk-lost", "disk-old", "reply-lost", "transact-refused", "vlan-reuse", "vni-reuse")]
    [TestCase("VT-L2GW-052", "plugin-upgrade")]
    [TestCase("VT-L2GW-054", "mac-twice")]
    public void Every_kind_is_drawn_and_hits_something_and_the_system_bears_them(string scenario, params string[] kinds)
    {
        var experiment = ScenarioExperiment.Of(ScenarioBook.Select(scenario).Single(), [.. FaultCatalogue.Standard.Where(k => kinds.Contains(k.Name))]);

        var outcomes = Explorer.Explore(experiment, 1, 6, 2);

        Assert.That(outcomes.Select(o => o.Message).OfType<string>(), Is.Empty);
        var hits = outcomes.SelectMany(o => o.Marks).Where(m => m.Key.EndsWith("/hit", StringComparison.Ordinal) && m.Value > 0).Select(m => m.Key).Distinct();
        Assert.That(hits, Is.SupersetOf(kinds.Select(k => $"fault/{k}/hit")));
    }
}
