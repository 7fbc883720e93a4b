using VtepLab.Simulation;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>What code must not do in a simulation, as people do it: the run fails and names who did it.</summary>
public class LeakTests
{
    [Test]
    public void Work_for_the_thread_pool() => Fails("thread-pool", nameof(LeakAsync), h => LeakAsync(() => _ = Task.Run(() => { })));

    [Test]
    public void Work_queued_by_hand() => Fails("thread-pool", nameof(LeakAsync), h => LeakAsync(() => ThreadPool.QueueUserWorkItem(_ => { })));

    [Test]
    public void A_channel_that_continues_on_the_pool() => Fails("thread-pool", nameof(ChannelAsync), ChannelAsync);

    [Test]
    public void An_http_client_of_the_library() => Fails(
        ["thread-pool", "blocked"], nameof(LeakAsync), h => LeakAsync(() => _ = new HttpClient().GetAsync(new Uri("http://127.0.0.1:1/"))));

    [Test]
    public void Waiting_for_a_task() => Fails("blocked", nameof(LeakAsync), h => LeakAsync(() => h.DelayAsync(TimeSpan.FromSeconds(1)).AsTask().Wait()));

    [Test]
    public void Asking_for_a_result() => Fails("blocked", nameof(LeakAsync), h => LeakAsync(() => _ = ValueAsync(h).Result));

    [Test]
    public void Waiting_for_an_awaiter() =>
        Fails("blocked", nameof(LeakAsync), h => LeakAsync(() => ValueAsync(h).GetAwaiter().GetResult()));

    [Test]
    public void Waiting_for_a_semaphore() => Fails("blocked", nameof(LeakAsync), h => LeakAsync(() => new SemaphoreSlim(0).Wait()));

    [Test]
    public void Waiting_where_everything_is_caught() => Fails("blocked", nameof(LeakAsync), h => LeakAsync(() =>
    {
        try
        {
            new ManualResetEventSlim().Wait();
        }
        catch (Exception)
        {
            // As agents do that must go on whatever happens.
        }
    }));

    [Test]
    public void Sleeping() => Fails("blocked", nameof(LeakAsync), h => LeakAsync(() => Thread.Sleep(TimeSpan.FromMinutes(10))));

    [Test]
    public void An_exception_that_leaves_an_async_void() => Fails($"crash agent a callback {nameof(InvalidDataException)}", "boom", h => LeakAsync(Throw));

    [Test]
    public void A_loop_of_events_without_time() => Fails("zeno", nameof(SpinAsync), SpinAsync);

    [Test]
    public void A_loop_of_timers_without_time() => Fails("zeno", nameof(A_loop_of_timers_without_time), h =>
    {
        ITimer? timer = null;
        timer = h.Time.CreateTimer(_ => timer!.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    });

    [Test]
    public void A_real_delay_that_comes_back() => FailsLater("foreign-thread", nameof(RealDelayAsync), _ => RealDelayAsync());

    [Test]
    public void A_real_timer_that_calls() => FailsLater("foreign-thread", nameof(A_real_timer_that_calls), h =>
    {
        _ = new Timer(_ => h.Spawn("from outside", async _ => await h.YieldAsync()), null, 20, Timeout.Infinite);
        return Task.CompletedTask;
    });

    [Test]
    public void A_lock_that_another_run_holds_is_waited_for()
    {
        var (shared, isHeld, isAsked, limit) = (new object(), new ManualResetEventSlim(), new ManualResetEventSlim(), TimeSpan.FromMilliseconds(250));
        var runner = Thread.CurrentThread;
        var holder = new Thread(() =>
        {
            lock (shared)
            {
                isHeld.Set();
                isAsked.Wait();
                SpinWait.SpinUntil(() => runner.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                Thread.Sleep(2 * limit); // Longer than a thread may sleep, and counted from when it waits.
            }
        });
        holder.Start();
        isHeld.Wait();
        var got = false;
        var world = World(
            h => LeakAsync(() =>
            {
                isAsked.Set();
                lock (shared)
                {
                    got = true;
                }
            }),
            new SimulationOptions { SleepLimit = limit });

        world.RunFor(TimeSpan.FromSeconds(2));

        Assert.That(got);
        holder.Join();
    }

    [Test]
    public void An_event_that_does_not_end_is_told_of_and_its_run_given_up()
    {
        var told = new List<string>();
        var options = new SimulationOptions { EventLimit = TimeSpan.FromMilliseconds(500), Stuck = stuck => told.Add(stuck.Message) };
        var world = World(
            h => LeakAsync(() =>
            {
                while (Volatile.Read(ref told) is { Count: 0 })
                {
                }
            }),
            options);

        var error = Assert.Throws<SimulationException>(() => world.RunFor(TimeSpan.FromSeconds(2)));

        Assert.That(error!.Kind, Is.EqualTo("stuck"));
        Assert.That(told, Has.Count.EqualTo(1).And.All.Contains("seed 7: agent has been in one event for 0.5 s"));
    }

    private static void Fails(string kind, string culprit, Func<IHost, Task> program) => Fails([kind], culprit, program);

    private static void Fails(string[] kinds, string culprit, Func<IHost, Task> program) =>
        Judge(kinds, culprit, () => World(program).RunFor(TimeSpan.FromSeconds(10)));

    // What is real comes when it comes: the world goes on until it has.
    private static void FailsLater(string kind, string culprit, Func<IHost, Task> program)
    {
        var world = World(program);
        Judge([kind], culprit, () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                world.RunFor(TimeSpan.FromSeconds(1));
                Thread.Sleep(10);
            }
        });
    }

    private static void Judge(string[] kinds, string culprit, Action run)
    {
        var error = Assert.Catch<SimulationException>(() => run())!;
        Assert.That(error.Kind, Is.AnyOf(kinds), error.Message);
        Assert.That(error.Message, Does.Contain(culprit).And.Contain("Seed 7"));
    }

    private static SimulatedWorld World(Func<IHost, Task> program, SimulationOptions? options = null)
    {
        var world = new SimulatedWorld(7, (options ?? new SimulationOptions()) with { EventsWithoutProgress = 1000 });
        world.AddHost("agent").Start(async h =>
        {
            await h.DelayAsync(TimeSpan.FromSeconds(1));
            await program(h);
        });
        return world;
    }

    private static Task LeakAsync(Action leak)
    {
        leak();
        return Task.CompletedTask;
    }

    private static async Task<int> ValueAsync(IHost host)
    {
        await host.DelayAsync(TimeSpan.FromSeconds(1));
        return 7;
    }

    private static async void Throw()
    {
        await Task.CompletedTask;
        throw new InvalidDataException("boom");
    }

    private static async Task SpinAsync(IHost host)
    {
        while (true)
        {
            await host.YieldAsync();
        }
    }

    private static async Task RealDelayAsync()
    {
        await Task.Delay(20);
        await Task.Delay(20);
    }

    private static async Task ChannelAsync(IHost host)
    {
        var channel = System.Threading.Channels.Channel.CreateUnbounded<int>();
        _ = channel.Reader.WaitToReadAsync().AsTask().ContinueWith(_ => { }, TaskScheduler.Default);
        await host.YieldAsync();
        channel.Writer.TryWrite(1);
    }
}
