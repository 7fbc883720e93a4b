using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from clocks, timers, chance and spawned work, in either world.</summary>
[TestFixture(typeof(VirtualWorld))]
[TestFixture(typeof(LiveWorld))]
public class TimeContractTests<TWorld>
    where TWorld : IContractWorld, new()
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);

    private readonly TWorld _world = new();

    [Test]
    public void A_wait_takes_at_least_as_long_as_asked_by_the_host_s_own_clocks() => _world.Run(async (host, _) =>
    {
        var (stamp, wall) = (host.Time.GetTimestamp(), host.Time.GetUtcNow());
        await host.DelayAsync(Short);

        // A millisecond of grace: the real wall clock and the real timer do not tick together.
        var least = Short - TimeSpan.FromMilliseconds(1);
        Assert.That(host.Time.GetElapsedTime(stamp), Is.GreaterThanOrEqualTo(least));
        Assert.That(host.Time.GetUtcNow() - wall, Is.GreaterThanOrEqualTo(least));
    });

    [Test]
    public void Waits_end_in_the_order_of_their_lengths() => _world.Run(async (host, _) =>
    {
        var order = new List<int>();
        await Task.WhenAll(WaitAsync(3), WaitAsync(1), WaitAsync(2));
        Assert.That(order, Is.EqualTo(new[] { 1, 2, 3 }));

        async Task WaitAsync(int n)
        {
            await host.DelayAsync(TimeSpan.FromMilliseconds(200 * n));
            order.Add(n);
        }
    });

    [Test]
    public void A_cancelled_wait_ends_at_once() => _world.Run(async (host, _) =>
    {
        using var cancel = new CancellationTokenSource();
        var waiting = host.DelayAsync(TimeSpan.FromHours(1), cancel.Token).AsTask();
        cancel.Cancel();
        await Caught.ByAsync<OperationCanceledException>(() => waiting);
    });

    [Test]
    public void A_periodic_timer_fires_again_and_again_until_disposed() => _world.Run(async (host, _) =>
    {
        var fired = 0;
        await using (host.Time.CreateTimer(_ => fired++, null, Short, Short))
        {
            while (fired < 3)
            {
                await host.DelayAsync(Short);
            }
        }

        var then = fired;
        await host.DelayAsync(5 * Short);
        Assert.That(fired, Is.EqualTo(then));
    });

    [Test]
    public void A_timer_disposed_when_it_is_due_does_not_fire_after() => _world.Run(async (host, _) =>
    {
        var fired = false;
        var timer = host.Time.CreateTimer(_ => fired = true, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        timer.Dispose();
        await host.DelayAsync(Short);
        Assert.That(fired, Is.False);
    });

    [Test]
    public void Library_waits_with_the_host_s_clock_come_back_to_the_host() => _world.Run(async (host, _) =>
    {
        var context = SynchronizationContext.Current;
        await Task.Delay(Short, host.Time);
        using var timer = new PeriodicTimer(Short, host.Time);
        await timer.WaitForNextTickAsync();
        using var limit = new CancellationTokenSource(Short, host.Time);
        await Caught.ByAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, host.Time, limit.Token));
        await Caught.ByAsync<TimeoutException>(() => new TaskCompletionSource().Task.WaitAsync(Short, host.Time));

        Assert.That(SynchronizationContext.Current, Is.SameAs(context).And.Not.Null);
    });

    [Test]
    public void Yielding_gives_the_others_their_turn() => _world.Run(async (host, _) =>
    {
        var order = new List<string>();
        host.Spawn("other", async _ =>
        {
            await host.YieldAsync();
            order.Add("other");
        });
        await host.YieldAsync();
        await host.YieldAsync();
        order.Add("me");
        Assert.That(order, Is.EqualTo(new[] { "other", "me" }));
    });

    [Test]
    public void Cancelling_spawned_work_is_no_crash() => _world.Run(async (host, _) =>
    {
        host.Spawn("cancelled", _ => Task.FromCanceled(new CancellationToken(canceled: true)));
        await host.DelayAsync(Short);
        Assert.That(host.Stopping.IsCancellationRequested, Is.False);
    });

    [Test]
    public void Uuids_are_of_version_4_and_differ() => _world.Run((host, _) =>
    {
        var (one, two) = (host.Entropy.NewUuid(), host.Entropy.NewUuid());
        Assert.That(one, Is.Not.EqualTo(two));
        Assert.That((one.Version, one.Variant & 0xC), Is.EqualTo((4, 8)));
        return Task.CompletedTask;
    });

    [Test]
    public void Draws_stay_within_their_bounds_and_reach_them() => _world.Run((host, _) =>
    {
        var seen = new SortedSet<int>();
        for (var i = 0; i < 1000; i++)
        {
            seen.Add(host.Entropy.Next("dice", 1, 7));
            Assert.That(host.Entropy.NextDouble("share"), Is.InRange(0.0, 1.0).And.LessThan(1.0));
        }

        Assert.That(seen, Is.EqualTo(new[] { 1, 2, 3, 4, 5, 6 }));
        return Task.CompletedTask;
    });
}
