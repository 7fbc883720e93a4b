using System.Text;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Exploration;

/// <summary>Exploration finds agents that are wrong on purpose, blames no right one, and shows the cause.</summary>
public class ExplorerTests
{
    // Measured: the first failing seeds are 9, 6 and 1; 30 leave room for changes in how faults are drawn.
    private const int Seeds = 30;

    [TestCase(Wrong.LosesEventsOnReconnect, "invariant no-event-lost")]
    [TestCase(Wrong.StaysMonitorWhenCutOff, "invariant at-most-one-monitor")]
    [TestCase(Wrong.LeaksATimer, "invariant timers-bounded")]
    public void A_wrong_agent_is_caught_and_its_shrunk_replay_shows_the_cause(Wrong wrong, string failure)
    {
        var experiment = WrongAgents.Experiment(wrong);

        var outcomes = Explorer.Explore(experiment, first: 1, count: Seeds, workers: 2);
        var failed = outcomes.First(o => o.Failure is not null);
        var (smallest, runs) = Explorer.Shrink(experiment, failed, mostRuns: 300);
        var replayed = Explorer.Run(experiment, smallest.Seed, FaultPlan.FromJson(smallest.Plan.ToJson()));

        TestContext.Out.WriteLine(
            $"{wrong}: {outcomes.Count(o => o.Failure is not null)} of {Seeds} seeds fail, the first is {failed.Seed} with "
            + $"{failed.Plan.Commands.Count} faults; after {runs} runs:\n{smallest.Plan}\n{smallest.Message}");
        Assert.That(outcomes.Select(o => o.Failure).Where(f => f is not null), Is.All.EqualTo(failure));
        Assert.That(smallest.Plan.Commands, Has.Count.LessThanOrEqualTo(Math.Min(4, failed.Plan.Commands.Count)));
        Assert.That((replayed.Failure, replayed.Digest), Is.EqualTo((failure, smallest.Digest)));

        // It is the agent that is wrong: a right one bears these very faults; and it is these faults that show it: each of them matters.
        Assert.That(Explorer.Run(WrongAgents.Experiment(Wrong.Nothing), smallest.Seed, smallest.Plan).Failure, Is.Null);
        Assert.That(Explorer.Run(experiment, smallest.Seed, FaultPlan.None).Failure, Is.Null);
        foreach (var command in smallest.Plan.Commands)
        {
            var without = new FaultPlan([.. smallest.Plan.Commands.Where(c => c != command)]);
            Assert.That(Explorer.Run(experiment, smallest.Seed, without).Failure, Is.Not.EqualTo(failure), $"without {command}");
        }
    }

    [Test]
    public void A_right_agent_is_not_blamed_and_the_faults_hit_something()
    {
        var outcomes = Explorer.Explore(WrongAgents.Experiment(Wrong.Nothing), first: 1, count: Seeds, workers: 2);

        Assert.That(outcomes.Where(o => o.Failure is not null).Select(o => $"seed {o.Seed}: {o.Message}\n{o.Plan}"), Is.Empty);
        Assert.That(Explorer.Missed(outcomes), Is.Empty);
        var hit = outcomes.SelectMany(o => o.Marks.Keys).Where(m => m.EndsWith("/hit", StringComparison.Ordinal)).Distinct();
        Assert.That(
            hit, Is.SupersetOf(new[] { "crash", "isolate", "partition", "pause", "power-loss", "reset-streams", "swizzle" }.Select(k => $"fault/{k}/hit")));
    }

    [Test]
    public void Outcomes_do_not_depend_on_the_number_of_threads()
    {
        var experiment = WrongAgents.Experiment(Wrong.Nothing);

        var one = Explorer.Explore(experiment, 100, 12, workers: 1);
        var two = Explorer.Explore(experiment, 100, 12, workers: 2);

        Assert.That(two.Select(o => (o.Seed, o.Digest, o.Events)), Is.EqualTo(one.Select(o => (o.Seed, o.Digest, o.Events))));
    }

    [Test]
    public void The_full_trace_is_the_same_bytes_for_one_seed_and_writing_it_changes_nothing()
    {
        var experiment = WrongAgents.Experiment(Wrong.Nothing);
        var plain = Explorer.Run(experiment, 5);
        var (first, firstHash, digest) = Traced(experiment, 5);
        var (second, secondHash, _) = Traced(experiment, 5);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(secondHash, Is.EqualTo(firstHash));
        Assert.That(digest, Is.EqualTo(plain.Digest));
        Assert.That(Encoding.UTF8.GetString(first), Does.Contain("\"kind\":\"fault\"").And.Contain("\"kind\":\"segment\"").And.Contain("\"kind\":\"log\""));
    }

    [Test]
    public void A_check_that_changes_the_run_is_refused()
    {
        var world = new SimulatedWorld(7);
        world.Invariants.Always("meddles", () =>
        {
            world.At(TimeSpan.FromSeconds(1), () => { });
            return null;
        });
        world.At(TimeSpan.FromSeconds(1), () => { });

        Assert.That(() => world.RunFor(TimeSpan.FromSeconds(2)), Throws.InstanceOf<SimulationException>().With.Message.Contains("watch"));
    }

    [Test]
    public void Causes_lead_back_from_an_event_to_what_began_it()
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("agent").Start(async h =>
        {
            await h.DelayAsync(TimeSpan.FromSeconds(1));
            await h.DelayAsync(TimeSpan.FromSeconds(1));
        });
        world.RunFor(TimeSpan.FromSeconds(5));
        var last = world.Recent!.Recent.Last(r => r.Record.Host == 1).Number;

        var times = world.Recent!.Causes(last).Select(c => c.Record.At / 1_000_000_000).Distinct();

        Assert.That(times, Is.EqualTo(new long[] { 2, 1, 0 }));
        Assert.That(host.Running, Is.Empty);
        Assert.That(world.DescribeRecent().Last(), Does.Contain("agent"));
    }

    [Test]
    public void A_plan_that_is_no_json_is_refused_with_its_place() =>
        Assert.That(() => FaultPlan.FromJson("[\n{\"At\": 7}]"), Throws.InstanceOf<FormatException>().With.Message.Contains("line 2"));

    [Test]
    public void A_plan_with_an_unknown_fault_is_refused() =>
        Assert.That(
            () => Nemesis.Release(new SimulatedWorld(7), new FaultPlan([new FaultCommand(TimeSpan.Zero, "earthquake", [], TimeSpan.Zero)])),
            Throws.ArgumentException.With.Message.Contains("earthquake"));

    private static (byte[] Bytes, string Hash, ulong Digest) Traced(Experiment experiment, ulong seed)
    {
        using var stream = new MemoryStream();
        using var writer = new TraceWriter(stream);
        var outcome = Explorer.Run(experiment, seed, null, world => world.Trace = writer);
        return (stream.ToArray(), writer.Hash, outcome.Digest);
    }
}
