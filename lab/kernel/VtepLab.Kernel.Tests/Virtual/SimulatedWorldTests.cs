using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>Virtual time, hosts and their lives, and what a run says when it cannot go on.</summary>
public class SimulatedWorldTests
{
    [Test]
    public void Time_passes_at_once_and_exactly()
    {
        var world = new SimulatedWorld(7);

        world.Run(async () => await world.DelayAsync(TimeSpan.FromDays(365)));

        Assert.That(world.Now, Is.EqualTo(TimeSpan.FromDays(365)));
    }

    [Test]
    public void Events_of_one_instant_run_in_the_order_they_were_asked_for()
    {
        var world = new SimulatedWorld(7);
        var order = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            var number = i;
            world.At(TimeSpan.FromSeconds(1), () => order.Add(number));
        }

        world.RunFor(TimeSpan.FromSeconds(1));

        Assert.That(order, Is.EqualTo(new[] { 0, 1, 2, 3, 4 }));
    }

    [Test]
    public void Where_chance_orders_events_of_one_instant_each_host_s_own_stay_in_order_and_seeds_differ()
    {
        var orders = Enumerable.Range(1, 20).Select(seed => Order(EventOrder.Shuffled, (ulong)seed)).ToList();

        Assert.Multiple(() =>
        {
            Assert.That(Order(EventOrder.AsScheduled, 1), Is.EqualTo("a0 b0 c0 a1 b1 c1 a2 b2 c2"));
            Assert.That(orders.Select(o => string.Concat(o.Split(' ').OrderBy(w => w[0]))), Is.All.EqualTo("a0a1a2b0b1b2c0c1c2"));
            Assert.That(orders.Distinct().Count(), Is.GreaterThan(10));
            Assert.That(Order(EventOrder.Shuffled, 1), Is.EqualTo(orders[0]));
        });
    }

    [Test]
    public void A_drawn_order_is_shuffled_under_about_half_of_the_seeds()
    {
        var asScheduled = Enumerable.Range(1, 100).Count(seed => Order(EventOrder.Drawn, (ulong)seed) == "a0 b0 c0 a1 b1 c1 a2 b2 c2");

        Assert.That(asScheduled, Is.InRange(30, 70));
    }

    // Three hosts, each with three timers due at one instant.
    private static string Order(EventOrder order, ulong seed)
    {
        var world = new SimulatedWorld(seed, new SimulationOptions { Order = order });
        var said = new List<string>();
        var hosts = new[] { "a", "b", "c" }.Select(name => world.AddHost(name)).ToList();
        for (var i = 0; i < 3; i++)
        {
            foreach (var host in hosts)
            {
                var word = $"{host.Name}{i}";
                host.Services.Time.CreateTimer(_ => said.Add(word), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            }
        }

        world.RunFor(TimeSpan.FromSeconds(2));
        return string.Join(' ', said);
    }

    [Test]
    public void A_cancelled_event_does_not_run()
    {
        var world = new SimulatedWorld(7);
        var ran = false;
        world.At(TimeSpan.FromSeconds(1), () => ran = true).Dispose();

        world.RunFor(TimeSpan.FromSeconds(2));

        Assert.That(ran, Is.False);
    }

    [Test]
    public void Many_cancelled_timers_do_not_stay_in_memory_and_the_others_still_run()
    {
        var world = new SimulatedWorld(7);
        var ran = new List<int>();
        for (var i = 0; i < 10_000; i++)
        {
            var number = i;
            var scope = world.At(TimeSpan.FromMilliseconds(i), () => ran.Add(number));
            if (i % 100 != 0)
            {
                scope.Dispose();
            }
        }

        world.RunFor(TimeSpan.FromSeconds(20));

        Assert.That(ran, Is.EqualTo(Enumerable.Range(0, 100).Select(i => i * 100)));
    }

    [Test]
    public void A_wait_ends_early_when_it_is_cancelled()
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("agent");

        world.Run(async () =>
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(3), host.Services.Time);
            await Caught.ByAsync<OperationCanceledException>(async () => await host.Services.DelayAsync(TimeSpan.FromSeconds(10), cancel.Token));
            Assert.That(world.Now, Is.EqualTo(TimeSpan.FromSeconds(3)));
        });
    }

    [Test]
    public void A_crashed_host_does_nothing_more_and_a_restarted_one_starts_from_the_beginning()
    {
        var world = new SimulatedWorld(7);
        var log = new List<string>();
        var host = world.AddHost("agent").Start(async h =>
        {
            log.Add("start");
            try
            {
                await h.DelayAsync(TimeSpan.FromSeconds(10));
                log.Add("waited");
            }
            finally
            {
                log.Add("finally");
            }
        });
        world.RunFor(TimeSpan.FromSeconds(5));

        host.Crash();
        world.RunFor(TimeSpan.FromSeconds(20));
        var afterCrash = log.ToArray();
        host.Restart();
        world.RunFor(TimeSpan.FromSeconds(20));

        Assert.That(afterCrash, Is.EqualTo(new[] { "start" }));
        Assert.That(log, Is.EqualTo(new[] { "start", "start", "waited", "finally" }));
    }

    [Test]
    public void A_graceful_stop_cancels_and_lets_the_code_finish()
    {
        var world = new SimulatedWorld(7);
        var said = "";
        var host = world.AddHost("agent").Start(async h =>
        {
            try
            {
                await h.DelayAsync(Timeout.InfiniteTimeSpan, h.Stopping);
            }
            finally
            {
                await h.DelayAsync(TimeSpan.FromSeconds(1));
                said = "goodbye";
            }
        });
        world.RunFor(TimeSpan.FromSeconds(1));

        world.Run(() => host.StopAsync(TimeSpan.FromSeconds(5)));

        Assert.That((said, host.IsUp, world.Now), Is.EqualTo(("goodbye", false, TimeSpan.FromSeconds(2))));
    }

    [Test]
    public void A_paused_host_catches_up_in_order_when_it_goes_on()
    {
        var world = new SimulatedWorld(7);
        var at = new List<TimeSpan>();
        var host = world.AddHost("agent").Start(async h =>
        {
            for (var i = 0; i < 3; i++)
            {
                await h.DelayAsync(TimeSpan.FromSeconds(1));
                at.Add(world.Now);
            }
        });
        world.RunFor(TimeSpan.FromMilliseconds(1500));

        host.Pause();
        world.RunFor(TimeSpan.FromSeconds(10));
        host.Resume();
        world.RunFor(TimeSpan.FromSeconds(10));

        Assert.That(at, Is.EqualTo(new[] { TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(11.5), TimeSpan.FromSeconds(12.5) }));
    }

    [Test]
    public void A_clock_that_runs_fast_fires_its_timers_early_and_steps_move_only_the_wall_clock()
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("agent");
        host.ClockDrift = 1_000_000_000; // Twice as fast.
        var before = host.Services.Time.GetTimestamp();

        world.Run(async () => await host.Services.DelayAsync(TimeSpan.FromSeconds(10)));
        host.ClockOffset = TimeSpan.FromHours(1);

        Assert.Multiple(() =>
        {
            Assert.That(world.Now, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(host.Services.Time.GetElapsedTime(before), Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(
                host.Services.Time.GetUtcNow(), Is.EqualTo(world.Options.StartsAt + TimeSpan.FromSeconds(10) + TimeSpan.FromHours(1)));
        });
    }

    [Test]
    public void A_wait_for_ever_lasts_on_a_slow_clock_too()
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("agent");
        host.ClockDrift = -200_000;
        var ended = false;
        host.Start(async services =>
        {
            await services.DelayAsync(Timeout.InfiniteTimeSpan);
            ended = true;
        });

        world.RunFor(TimeSpan.FromDays(1));

        Assert.That(ended, Is.False);
    }

    [Test]
    public void The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var first = Chatter(4711);
        var second = Chatter(4711);
        var other = Chatter(4712);

        Assert.That(second, Is.EqualTo(first));
        Assert.That(other, Is.Not.EqualTo(first));
    }

    [Test]
    public void Drawing_for_one_purpose_does_not_move_another()
    {
        var alone = new SimulatedWorld(7).AddHost("agent").Services.Entropy;
        var beside = new SimulatedWorld(7).AddHost("agent").Services.Entropy;
        _ = beside.NextUInt64("jitter");

        Assert.That(beside.NextUInt64("backoff"), Is.EqualTo(alone.NextUInt64("backoff")));
        Assert.That(beside.NewUuid(), Is.EqualTo(alone.NewUuid()));
    }

    [Test]
    public void A_body_that_waits_for_nothing_is_a_deadlock_that_names_who_waits()
    {
        var world = new SimulatedWorld(7);
        world.AddHost("agent").Services.Spawn("mailbox", _ => new TaskCompletionSource().Task);

        Assert.That(
            () => world.Run(() => new TaskCompletionSource().Task),
            Throws.InstanceOf<SimulationException>().With.Message.Contains("agent/mailbox").And.Message.Contains("Seed 7"));
    }

    [Test]
    public void Code_that_throws_crashes_its_host_and_fails_the_run_with_the_works_name()
    {
        var world = new SimulatedWorld(7);
        var host = world.AddHost("agent");
        host.Services.Spawn("heartbeat", async cancel =>
        {
            await host.Services.DelayAsync(TimeSpan.FromSeconds(1), cancel);
            throw new InvalidDataException("boom");
        });

        Assert.That(
            () => world.RunFor(TimeSpan.FromSeconds(2)),
            Throws.InstanceOf<SimulationException>().With.Message.Contains("agent crashed: 'heartbeat' let out InvalidDataException: boom"));
        Assert.That(host.IsUp, Is.False);
    }

    [Test]
    public void RunUntil_says_what_did_not_come_true_and_when()
    {
        var world = new SimulatedWorld(7);
        var elected = false;

        Assert.That(
            () => world.RunUntil(() => elected, within: TimeSpan.FromSeconds(5)),
            Throws.InstanceOf<SimulationTimeoutException>().With.Message.Contains("() => elected").And.Message.Contains("00:00:05"));
    }

    private static (ulong Digest, long Events, TimeSpan Now) Chatter(ulong seed)
    {
        var world = new SimulatedWorld(seed);
        world.AddHost("server", "192.0.2.1").Start(async h =>
        {
            await using var listener = await h.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
            while (true)
            {
                var connection = await listener.AcceptAsync();
                h.Spawn("echo", async cancel =>
                {
                    while (true)
                    {
                        var read = await connection.Input.ReadAsync(cancel);
                        foreach (var piece in read.Buffer)
                        {
                            await connection.Output.WriteAsync(piece, cancel);
                        }

                        connection.Input.AdvanceTo(read.Buffer.End);
                        if (read.IsCompleted)
                        {
                            await connection.DisposeAsync();
                            return;
                        }
                    }
                });
            }
        });
        for (var i = 0; i < 3; i++)
        {
            world.AddHost($"client{i}").Start(async h =>
            {
                await using var connection = await h.Network.ConnectAsync(Endpoint.Parse("tcp:server:6640"));
                for (var round = 0; round < 20; round++)
                {
                    await h.DelayAsync(TimeSpan.FromMilliseconds(h.Entropy.Next("pace", 1, 100)));
                    var sent = h.Entropy.NewUuid().ToByteArray();
                    await connection.Output.WriteAsync(sent);
                    var read = await connection.Input.ReadAtLeastAsync(sent.Length);
                    connection.Input.AdvanceTo(read.Buffer.End);
                }
            });
        }

        world.RunFor(TimeSpan.FromSeconds(10));
        return (world.Digest, world.Events, world.Now);
    }
}
