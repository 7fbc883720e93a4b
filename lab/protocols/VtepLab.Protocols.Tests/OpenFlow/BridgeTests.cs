using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.OpenFlow;

public class BridgeTests
{
    private const string Learn =
        "table=0,priority=1,in_port=1,actions=learn(table=20,hard_timeout=300,priority=1,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),output:2";

    private readonly Clock _clock = new();
    private Bridge _bridge = null!;
    private EndPort _one = null!;
    private long _sent;

    [SetUp]
    public void TwoPorts()
    {
        _sent = 0;
        _bridge = new OpenVSwitch(_clock).AddBridge("br0");
        _one = _bridge.AddPort("p1", f => _sent += f.Length, 1);
        _bridge.AddPort("p2", f => _sent += f.Length, 2);
    }

    [Test]
    public void A_learnt_flow_starts_its_hard_timeout_anew_with_every_frame_that_teaches_it()
    {
        _bridge.Flows.Add(Learn);
        _one.Receive(Frame());
        _clock.Advance(TimeSpan.FromSeconds(200));
        _one.Receive(Frame());
        _clock.Advance(TimeSpan.FromSeconds(299));

        Assert.That(
            _bridge.Flows.Dump("table=20", withStatistics: false),
            Is.EqualTo(new[] { " table=20, hard_timeout=300, priority=1,vlan_tci=0x0000/0x0fff,dl_dst=02:1a:c6:33:64:01 actions=output:1" }));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(_bridge.Flows.Dump("table=20"), Is.Empty);
    }

    // What makes a reclaimed local VLAN send to its old VNI: "VLAN 5" says that a tag is present, and a learnt flow does not.
    [TestCase("table=20,dl_vlan=5", 0)]
    [TestCase("table=20,vlan_tci=0x0005/0x0fff", 1)]
    public void A_loose_deletion_takes_equal_and_more_specific_matches_only(string selection, int deleted)
    {
        _bridge.Flows.Add("table=20,priority=1,vlan_tci=0x0005/0x0fff,dl_dst=02:1a:c6:33:64:01,actions=output:1");

        Assert.That(_bridge.Flows.Delete(selection), Is.EqualTo(deleted));
    }

    [Test]
    public void A_loop_of_resubmits_ends()
    {
        _bridge.Flows.Add("table=0,actions=output:2,resubmit(,0)");

        _one.Receive(Frame());

        Assert.That(_sent, Is.EqualTo(64 * Frame().Length), "Open vSwitch goes 64 tables deep");
    }

    [TestCase("actions=NORMAL")]
    [TestCase("actions=mod_vlan_vid:5,output:2")]
    [TestCase(Learn)]
    public void A_frame_that_is_forwarded_allocates_nothing(string flow)
    {
        _bridge.Flows.Add(flow);
        var frame = Frame();
        for (var i = 0; i < 100; i++)
        {
            _one.Receive(frame);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _one.Receive(frame);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
        Assert.That(_sent, Is.GreaterThanOrEqualTo(1100 * frame.Length));
    }

    private static byte[] Frame() =>
        Frames.Ethernet(MacAddress.Parse("02:1a:c6:33:64:02"), MacAddress.Parse("02:1a:c6:33:64:01"), 0x9999, new byte[50]);

    private sealed class Clock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;

        public override long GetTimestamp() => _ticks;
    }
}
