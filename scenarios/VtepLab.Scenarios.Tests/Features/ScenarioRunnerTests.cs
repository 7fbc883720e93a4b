using VtepLab.Gherkin;
using VtepLab.Results;

namespace VtepLab.Scenarios.Tests.Features;

public class ScenarioRunnerTests
{
    private const string Wrong = """
        Feature: F
          Scenario: The switch is expected to hold what nobody asked for
            Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
            And an L2 gateway agent "agent-1" of "leaf1"
            And one of them monitors
            And network "blue" with VNI 5000
            When network "blue" is connected to "leaf1" port "eth1" on VLAN 10
            Then "leaf1" has these VLAN bindings:
              | port | vlan | network |
              | eth2 | 10   | blue    |
        """;

    [Test]
    public void A_failing_scenario_says_what_was_seen_where_and_how_to_repeat_it()
    {
        var result = ScenarioRunner.RunSimulated(FeatureReader.Read("f.feature", Wrong).Pickles.Single(), new ScenarioRunOptions { Seed = 7 });

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Failed));
        var report = ScenarioReport.Describe(result);
        Assert.That(report, Does.Contain("not within 5 s: the VLAN bindings of leaf1 are"));
        Assert.That(report, Does.Contain("eth1 VLAN 10 blue"));
        Assert.That(report, Does.Contain("seed 7, virtual time 00:00:05."));
        Assert.That(report, Does.Contain(
            "replay: ./vteplab scenario --filter \"The switch is expected to hold what nobody asked for\" --seed 7"));
    }

    [Test]
    public void The_same_seed_gives_the_same_trace_and_another_one_another()
    {
        var pickle = ScenarioBook.Select("VT-L2GW-021").Single();
        string Trace(ulong seed) => ScenarioRunner.RunSimulated(pickle, new ScenarioRunOptions { Seed = seed }).TraceHash;

        var (first, again, other) = (Trace(3), Trace(3), Trace(4));
        Assert.That(again, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void A_scenario_that_never_comes_back_from_an_event_fails_and_says_what_loops()
    {
        var isOver = false;
        var options = new ScenarioRunOptions
        {
            Seed = 7,
            EventLimit = TimeSpan.FromMilliseconds(200),
            Listener = happened =>
            {
                while (happened is StepFinished { Result.Text: var text } && text.Contains("monitors", StringComparison.Ordinal) && !Volatile.Read(ref isOver))
                {
                }
            },
        };

        var result = ScenarioRunner.RunSimulated(FeatureReader.Read("f.feature", Wrong).Pickles.Single(), options);
        Volatile.Write(ref isOver, true);

        Assert.That(result.Status, Is.EqualTo(ScenarioStatus.Failed));
        Assert.That(result.Steps.Single().Message, Does.Contain("does not come back from one event: an endless loop without an await? Seed 7, virtual time 00:00:"));
        Assert.That(result.Steps.Single().Message, Does.Contain("VtepLab.Scenarios"));
    }

    // A few seeds at every build; the command line's explore is the way for more.
    [TestCase(31UL, 60UL, "chaos")]
    [TestCase(1UL, 3UL, "l2gateway")]
    public void Every_scenario_holds_for_every_seed(ulong first, ulong last, string of)
    {
        var failures = new List<string>();
        for (var seed = first; seed <= last; seed++)
        {
            foreach (var pickle in ScenarioBook.Pickles.Where(p => p.Uri.Contains(of, StringComparison.Ordinal)))
            {
                var result = ScenarioRunner.RunSimulated(pickle, new ScenarioRunOptions { Seed = seed });
                if (result.Status != ScenarioStatus.Passed)
                {
                    failures.Add(ScenarioReport.Describe(result, withTrace: true));
                }
            }
        }

        Assert.That(failures, Is.Empty);
    }

    [TestCase("@live and @VT-L2GW-001", ExpectedResult = 1)]
    [TestCase("@l2gateway and not @l2gateway", ExpectedResult = 0)]
    public int Scenarios_are_selected_by_tags(string tags) => ScenarioBook.Select(tags: tags).Length;

    [Test]
    public void Scenarios_are_selected_by_a_part_of_their_name_or_id()
    {
        Assert.That(ScenarioBook.Select("vt-l2gw-001").Single().Name, Is.EqualTo("A network with machines is connected to a port"));
        Assert.That(ScenarioBook.Select("untagged TRAFFIC").Length, Is.EqualTo(2));
    }
}
