using VtepLab.Gherkin;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.L2Gateway;

/// <summary>The invariants about elections are broken by what a wrong plugin would write, and say so; by what a right one writes they are not.</summary>
public class ElectionInvariantTests
{
    [TestCase("agent-1", 3, "invariant terms-only-grow", "the monitor was elected in term 7, and is now in term 3")]
    [TestCase("agent-9", 7, "invariant a-term-names-one-agent", "agent-1 and agent-9 were both elected in term 7")]
    [TestCase("agent-2", 8, null, null)]
    public void An_election_that_must_not_be_is_seen(string agent, int term, string? failure, string? message)
    {
        var scenario = FeatureReader.Read("f.feature", $"""
            Feature: F
              Scenario: Somebody writes an election
                Given controllers "controller-1" and "controller-2" that share a database
                And a hardware VTEP "leaf1" with ports "eth1" and "eth2"
                And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
                And one of them monitors
                When somebody writes into the plugins' database that "agent-1" was elected in term 7
                And 5 seconds pass
                And somebody writes into the plugins' database that "{agent}" was elected in term {term}
                And 5 seconds pass
            """).Pickles[0];

        var outcomes = Explorer.Explore(ScenarioExperiment.Of(scenario, []), 1, 10, 2);

        // A plugin may put it right before anybody has looked, which happens once a second.
        Assert.That(outcomes.Select(o => o.Failure).Distinct(), failure is null ? Is.All.Null : Has.Some.EqualTo(failure).And.All.AnyOf(failure, null));
        Assert.That(outcomes.Select(o => o.Message).OfType<string>(), Is.All.Contains(message ?? ""));
    }
}
