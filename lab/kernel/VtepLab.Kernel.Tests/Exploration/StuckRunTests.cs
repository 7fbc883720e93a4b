using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Exploration;

/// <summary>A run that never comes back from one of its events is a failed seed among others, and says whose code it is.</summary>
public class StuckRunTests
{
    private static bool s_isOver;

    // Only some seeds come to the loop; it ends with the tests.
    private static readonly Action<IHost> Spin = _ =>
    {
        while (!Volatile.Read(ref s_isOver))
        {
        }
    };

    private static readonly Action<IHost> WaitForTheClock = host =>
    {
        var end = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1);
        while (host.Time.GetUtcNow() < end)
        {
        }
    };

    [OneTimeTearDown]
    public void EndTheLoops() => Volatile.Write(ref s_isOver, true);

    [TestCase(1)]
    [TestCase(2)]
    public void The_seeds_that_never_return_fail_with_the_code_that_loops_and_the_others_pass(int threads)
    {
        var progress = new List<ulong>();

        var outcomes = Explorer.Explore(Loops(Spin, everySo: 5), 1, 10, threads, o => progress.Add(o.Seed));

        Assert.That(outcomes.Select(o => o.Seed), Is.EqualTo(Enumerable.Range(1, 10).Select(i => (ulong)i)));
        Assert.That(outcomes.Where(o => o.Failure is not null).Select(o => (o.Seed, o.Failure)), Is.EqualTo(new[] { (5UL, "stuck"), (10UL, "stuck") }));
        Assert.That(outcomes[4].Message, Is.EqualTo(
            "agent: VtepLab.Kernel.Tests.Exploration.StuckRunTests.ProgramAsync.InnerAsync, awaited by VtepLab.Kernel.Tests.Exploration.StuckRunTests.ProgramAsync "
            + "does not come back from one event: an endless loop without an await? Seed 5, virtual time 00:00:04."));
        Assert.That(progress, Is.EquivalentTo(outcomes.Select(o => o.Seed)));
    }

    [Test]
    public void Code_that_waits_for_the_virtual_clock_is_stopped_as_well()
    {
        var outcome = Explorer.RunApart(Loops(WaitForTheClock, everySo: 1), 7);

        Assert.That(outcome.Failure, Is.EqualTo("stuck"));
        Assert.That(outcome.Message, Does.Contain("ProgramAsync"));
    }

    [Test]
    public void Such_a_run_is_repeated_up_to_the_event_it_does_not_come_back_from()
    {
        var experiment = Loops(Spin, everySo: 1);
        var found = Explorer.RunApart(experiment, 3);

        var again = Explorer.Run(experiment with { Options = experiment.Options with { StuckIn = found.Events } }, 3);

        Assert.That((again.Failure, again.Message, again.Digest, again.Events), Is.EqualTo((found.Failure, found.Message, found.Digest, found.Events)));
    }

    [Test]
    public void A_loop_that_needs_no_fault_is_shrunk_to_none_in_one_try()
    {
        var experiment = Loops(WaitForTheClock, everySo: 1);
        var plan = new FaultPlan([.. Crashes("other", 10)]);

        var (smallest, runs) = Explorer.Shrink(experiment, Explorer.RunApart(experiment, 3, plan));

        Assert.That((smallest.Failure, smallest.Plan.Commands.Count, runs), Is.EqualTo(("stuck", 0, 1)));
    }

    [Test]
    public void The_fault_that_leads_into_the_loop_is_found_in_few_tries_that_loop()
    {
        var loops = 0;
        var plan = new FaultPlan([.. Crashes("other", 60), .. Crashes("agent", 1), .. Crashes("other", 39)]);
        var experiment = new Experiment("loops after a crash", _ => plan, (world, given) =>
        {
            var lives = 0;
            world.AddHost("other").Start(_ => Task.CompletedTask);
            world.AddHost("agent").Start(host => ProgramAsync(host, lives++ == 0 ? _ => { } : here =>
            {
                Interlocked.Increment(ref loops);
                WaitForTheClock(here);
            }));
            Nemesis.Release(world, given);
            world.RunFor(TimeSpan.FromSeconds(200));
        })
        {
            Options = new SimulationOptions { EventLimit = TimeSpan.FromMilliseconds(250) },
        };

        var (smallest, runs) = Explorer.Shrink(experiment, Explorer.RunApart(experiment, 3));
        var again = Explorer.Run(experiment with { Options = experiment.Options with { StuckIn = smallest.Events } }, 3, smallest.Plan);

        Assert.That(smallest.Plan.Commands.Select(c => c.Subjects[0]), Is.EqualTo(new[] { "agent" }));
        Assert.That((again.Failure, again.Digest), Is.EqualTo(("stuck", smallest.Digest)));
        Assert.That(runs, Is.GreaterThan(8));
        Assert.That(loops, Is.LessThanOrEqualTo(9), "every one of them may keep a processor busy for ever");
    }

    [Test]
    public void After_some_of_them_no_further_seed_is_begun()
    {
        var outcomes = Explorer.Explore(Loops(WaitForTheClock, everySo: 1), 1, 100, 2);

        Assert.That(outcomes, Has.Count.InRange(8, 10).And.All.Property(nameof(RunOutcome.Failure)).EqualTo("stuck"));
    }

    [Test]
    public void A_run_that_waits_for_ever_is_ended_by_its_limit_and_says_what_it_was_at()
    {
        var experiment = Waits(everySo: 2);

        var outcomes = Explorer.Explore(experiment, 1, 3, 1);

        Assert.That(outcomes.Select(o => o.Failure), Is.EqualTo(new[] { null, "endless", null }));
        Assert.That(outcomes[1].Message, Is.EqualTo("not over after 01:00:00 of virtual time, in the second step: does it wait for ever? Seed 2, virtual time 01:00:00."));
        Assert.That(outcomes[1].VirtualTime, Is.EqualTo(TimeSpan.FromHours(1)));
    }

    [Test]
    public void A_wait_for_ever_is_shrunk_in_few_tries_that_never_end()
    {
        var experiment = Waits(everySo: 1);
        var plan = new FaultPlan([.. Crashes("other", 100)]);

        var (smallest, runs) = Explorer.Shrink(experiment, Explorer.RunApart(experiment, 3, plan));

        Assert.That((smallest.Failure, smallest.Plan.Commands.Count, runs), Is.EqualTo(("endless", 0, 1)));
    }

    [Test]
    public void Runs_that_never_end_are_left_at_once_when_it_is_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var experiment = Waits(everySo: 2);
        experiment = experiment with { Options = experiment.Options with { TimeLimit = null } };

        var outcomes = Explorer.Explore(experiment, 1, 100, 1, _ => cancel.CancelAfter(TimeSpan.FromMilliseconds(50)), cancel.Token);

        Assert.That(outcomes.Select(o => (o.Seed, o.Failure)), Is.EqualTo(new[] { (1UL, (string?)null) }));
        Assert.That(() => Explorer.RunApart(experiment, 2, cancel: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    private static Experiment Waits(ulong everySo) => new("waits", _ => FaultPlan.None, (world, plan) =>
    {
        world.AddHost("other").Start(_ => Task.CompletedTask);
        Nemesis.Release(world, plan);
        world.Run(async () =>
        {
            world.Activity = "the first step";
            await world.DelayAsync(TimeSpan.FromSeconds(20));
            world.Activity = "the second step";
            while (world.Seed % everySo == 0)
            {
                await world.DelayAsync(TimeSpan.FromSeconds(2));
            }
        });
    })
    {
        Options = new SimulationOptions { TimeLimit = TimeSpan.FromHours(1) },
    };

    private static IEnumerable<FaultCommand> Crashes(string host, int count) =>
        Enumerable.Repeat(new FaultCommand(TimeSpan.FromSeconds(1), "crash", [host], TimeSpan.FromSeconds(1)), count);

    private static Experiment Loops(Action<IHost> loop, ulong everySo) => new("loops", _ => FaultPlan.None, (world, plan) =>
    {
        world.AddHost("agent").Start(host => ProgramAsync(host, world.Seed % everySo == 0 ? loop : _ => { }));
        world.AddHost("other").Start(_ => Task.CompletedTask);
        Nemesis.Release(world, plan);
        world.RunFor(TimeSpan.FromSeconds(10));
    })
    {
        Options = new SimulationOptions { EventLimit = TimeSpan.FromMilliseconds(250) },
    };

    private static async Task ProgramAsync(IHost host, Action<IHost> loop)
    {
        await host.DelayAsync(TimeSpan.FromSeconds(3));
        await InnerAsync();
        loop(host);

        async Task InnerAsync() => await host.DelayAsync(TimeSpan.FromSeconds(1));
    }
}
