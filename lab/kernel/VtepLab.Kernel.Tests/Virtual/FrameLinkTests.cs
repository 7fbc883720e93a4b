using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>Frames on links between ports.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class FrameLinkTests
{
    private readonly SimulatedWorld _world = new(7);
    private readonly SimulatedPort _one;
    private readonly SimulatedPort _other;
    private readonly List<(TimeSpan At, byte Mark)> _arrived = [];

    public FrameLinkTests()
    {
        _one = _world.AddHost("leaf1").AddPort("eth1");
        _other = _world.AddHost("leaf2").AddPort("eth1");
        _other.Received = frame => _arrived.Add((_world.Now, frame[^1]));
    }

    [Test]
    public void A_frame_arrives_after_its_length_and_the_latency()
    {
        _world.Link(_one, _other, new FrameLinkOptions { Bandwidth = 1_000_000, Latency = TimeSpan.FromMilliseconds(5) });

        _one.Send(Frame(1000, 1)); // 1 ms to leave.
        _one.Send(Frame(1000, 2)); // Waits for the first.
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.That(_arrived, Is.EqualTo(new[] { (TimeSpan.FromMilliseconds(6), (byte)1), (TimeSpan.FromMilliseconds(7), (byte)2) }));
    }

    [Test]
    public void A_full_queue_drops_and_counts()
    {
        _world.Link(_one, _other, new FrameLinkOptions { Bandwidth = 1_000, QueueBytes = 300 });

        for (byte i = 0; i < 5; i++)
        {
            _one.Send(Frame(100, i));
        }

        _world.RunFor(TimeSpan.FromSeconds(1));
        Assert.That((_one.Sent, _one.Dropped, _other.Arrived), Is.EqualTo((3L, 2L, 3L)));
    }

    [Test]
    public void A_cut_cable_tells_both_ports_and_carries_nothing()
    {
        var link = _world.Link(_one, _other, new FrameLinkOptions { Latency = TimeSpan.FromSeconds(1) });
        var told = new List<string>();
        _one.LinkChanged = () => told.Add($"one {_one.IsUp}");
        _other.LinkChanged = () => told.Add($"other {_other.IsUp}");
        _one.Send(Frame(60, 1));
        _world.RunFor(TimeSpan.FromMilliseconds(500));

        link.SetUp(false);
        _one.Send(Frame(60, 2));
        _world.RunFor(TimeSpan.FromSeconds(5));
        link.SetUp(true);
        _one.Send(Frame(60, 3));
        _world.RunFor(TimeSpan.FromSeconds(5));

        Assert.That(told, Is.EqualTo(new[] { "one False", "other False", "one True", "other True" }));
        Assert.That(_arrived.Select(a => a.Mark), Is.EqualTo(new byte[] { 3 }));
    }

    [Test]
    public void A_flapping_cable_goes_up_and_down_for_its_time_and_then_stays_up()
    {
        var link = _world.Link(_one, _other);
        var told = new List<(double Second, bool IsUp)>();
        _one.LinkChanged = () => told.Add((_world.Now.TotalSeconds, _one.IsUp));

        Nemesis.Release(_world, new FaultPlan([new FaultCommand(TimeSpan.FromSeconds(1), "link-flap", [link.Name], TimeSpan.FromSeconds(7), 2)]));
        for (byte i = 0; i < 12; i++)
        {
            _one.Send(Frame(60, i)); // At 0.5 s, 1.5 s and so on.
            _world.RunFor(TimeSpan.FromSeconds(i == 0 ? 0.5 : 1));
        }

        Assert.That(told, Is.EqualTo(new[] { (1.0, false), (3.0, true), (5.0, false), (7.0, true), (8.0, true) }.Take(4)));
        Assert.That(_arrived.Select(a => a.Mark), Is.EqualTo(new byte[] { 0, 1, 4, 5, 8, 9, 10, 11 }));
    }

    [Test]
    public void A_cable_that_two_have_cut_is_up_when_both_have_mended_it()
    {
        var link = _world.Link(_one, _other);
        var fault = link.Break();
        link.SetUp(false); // The scenario's own cut.

        fault.Dispose();
        Assert.That(link.IsUp, Is.False);
        link.SetUp(true);
        Assert.That(link.IsUp);
    }

    [Test]
    public void Noises_that_overlap_leave_a_calm_cable_behind()
    {
        var link = _world.Link(_one, _other, new FrameLinkOptions { Loss = 0.01 });

        var first = link.Disturb(0.2);
        var second = link.Disturb(0.1);
        first.Dispose();
        var between = link.Options.Loss;
        second.Dispose();

        Assert.That((between, link.Options), Is.EqualTo((0.1, new FrameLinkOptions { Loss = 0.01 })));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void What_waits_at_the_port_of_a_paused_host_goes_with_its_cable(bool isCut)
    {
        var link = _world.Link(_one, _other);
        _other.Host.Pause();
        _one.Send(Frame(60, 1));
        _world.RunFor(TimeSpan.FromSeconds(5));
        if (isCut)
        {
            link.SetUp(false);
            link.SetUp(true);
        }

        _one.Send(Frame(60, 2));
        _world.RunFor(TimeSpan.FromSeconds(5));
        _other.Host.Resume();
        _world.RunFor(TimeSpan.FromSeconds(5));

        Assert.That(_arrived.Select(a => a.Mark), Is.EqualTo(isCut ? new byte[] { 2 } : [1, 2]));
    }

    [Test]
    public void A_frame_longer_than_the_port_takes_is_dropped_and_one_with_two_tags_is_not()
    {
        _world.Link(_one, _other);

        _one.Send(Frame(1500 + 14 + 8, 1));
        _one.Send(Frame(1500 + 14 + 9, 2));
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.That(_arrived.Select(a => a.Mark), Is.EqualTo(new byte[] { 1 }));
        Assert.That(_one.Dropped, Is.EqualTo(1));
    }

    [Test]
    public void Loss_duplication_and_reordering_come_in_the_shares_asked_for()
    {
        _world.Link(_one, _other, new FrameLinkOptions { Loss = 0.1, Duplication = 0.1, Reordering = 0.1, Bandwidth = 10_000_000_000 });

        for (var i = 0; i < 1000; i++)
        {
            _one.Send(Frame(60, (byte)(i & 255)));
            _world.RunFor(TimeSpan.FromMicroseconds(100));
        }

        _world.RunFor(TimeSpan.FromSeconds(1));
        var overtaken = _arrived.Zip(_arrived.Skip(1)).Count(p => unchecked((sbyte)(p.Second.Mark - p.First.Mark)) < 0);
        Assert.That(_arrived, Has.Count.InRange(940, 1040)); // 1000 less 100 lost, plus 90 of the 900 twice: about 990.
        Assert.That(overtaken, Is.InRange(60, 140));
    }

    [Test]
    public void A_crashed_host_receives_nothing_and_its_handlers_are_gone()
    {
        _world.Link(_one, _other);
        _other.Host.Crash();
        _one.Send(Frame(60, 1));
        _world.RunFor(TimeSpan.FromSeconds(1));

        Assert.That((_arrived.Count, _other.Received), Is.EqualTo((0, (object?)null)));
    }

    private static byte[] Frame(int length, byte mark)
    {
        var frame = new byte[length];
        frame[^1] = mark;
        return frame;
    }
}
