using VtepLab.Gherkin;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.Tests.Features;

public class ScenarioExperimentTests
{
    private const string Impatient = """
        Feature: F
          Scenario: The switch is away for longer than anybody waits
            Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
            And an L2 gateway agent "agent-1" of "leaf1"
            And one of them monitors
            And network "blue" with VNI 5000
            When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
            Then "leaf1" has network "blue" with VNI 5000
        """;

    private static readonly IReadOnlyList<FaultKind> PowerLoss = [.. FaultCatalogue.Standard.Where(k => k.Name == "power-loss")];

    private static Pickle Scenario => FeatureReader.Read("f.feature", Impatient).Pickles[0];

    [Test]
    public void A_given_fault_happens_and_the_failing_step_is_the_failure()
    {
        var away = new FaultCommand(TimeSpan.FromSeconds(0.5), "power-loss", ["leaf1"], TimeSpan.FromMinutes(5));
        var now = away with { At = Explorer.Run(ScenarioExperiment.Of(Scenario, []), 1).VirtualTime - TimeSpan.FromMilliseconds(1) };

        var late = Explorer.Run(ScenarioExperiment.Of(Scenario, PowerLoss), 1, new FaultPlan([away]));
        var hit = Explorer.Run(ScenarioExperiment.Of(Scenario, PowerLoss), 1, new FaultPlan([now]));

        Assert.That(late.Failure, Is.Null, "the scenario ends before half a second");
        Assert.That(hit.Failure, Does.StartWith("step in line "), hit.Message);
    }

    [Test]
    public void A_run_repeated_with_the_faults_that_were_drawn_is_the_same_run()
    {
        var experiment = ScenarioExperiment.Of(Scenario, FaultCatalogue.Standard);
        foreach (var drawn in Explorer.Explore(experiment, 1, 10, 2))
        {
            var given = Explorer.Run(experiment, drawn.Seed, new FaultPlan([.. drawn.Plan.Commands]));

            Assert.That(drawn.Plan.Commands, Is.Not.Empty);
            Assert.That((given.Digest, given.Failure, given.Events), Is.EqualTo((drawn.Digest, drawn.Failure, drawn.Events)), $"seed {drawn.Seed}");
        }
    }

    [Test]
    public void A_failing_run_is_cut_down_to_faults_that_each_matter()
    {
        var experiment = ScenarioExperiment.Of(Scenario, PowerLoss);
        var failed = Explorer.Explore(experiment, 1, 40, 1).First(o => o.Failure is not null);

        var (smallest, _) = Explorer.Shrink(experiment, failed);

        Assert.That(smallest.Plan.Commands, Is.Not.Empty.And.All.Property(nameof(FaultCommand.Kind)).EqualTo("power-loss"));
        foreach (var command in smallest.Plan.Commands)
        {
            var without = Explorer.Run(experiment, failed.Seed, new FaultPlan([.. smallest.Plan.Commands.Where(c => c != command)]));
            Assert.That(without.Failure, Is.Not.EqualTo(failed.Failure), $"without {command}");
        }
    }

    [Test]
    public void Faults_come_uninvited_only_when_they_are_asked_for()
    {
        Assert.That(Explorer.Run(ScenarioExperiment.Of(Scenario, null), 1).Plan.Commands, Is.Empty);
        Assert.That(ScenarioFaults.AreInvitedBy(Scenario), Is.False);
        Assert.That(ScenarioFaults.AreInvitedBy(ScenarioBook.Select("VT-L2GW-050").Single()), Is.True);
    }
}
