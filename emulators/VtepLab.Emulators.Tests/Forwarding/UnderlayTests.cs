using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Forwarding;

/// <summary>Tunnels over IPv6, several tunnel addresses, keys of networks and of locators, and what a frame costs.</summary>
public class UnderlayTests
{
    private static readonly IpAddress Own6 = IpAddress.Parse("2001:db8::11");
    private static readonly IpAddress Peer6 = IpAddress.Parse("2001:db8::12");
    private static readonly MacAddress OwnMac = MacAddress.Parse("02:1a:c0:00:02:0b");
    private static readonly MacAddress PeerMac = MacAddress.Parse("02:1a:c0:00:02:0c");

    [Test]
    public void A_frame_crosses_IPv6_with_a_checksum_after_the_neighbour_was_found()
    {
        var bench = DualStack();
        bench.AddRemote(Remote, Peer6);

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));
        var group = NeighborMessage.SolicitedNode(Peer6);
        Assert.That(bench.Ul.Take(), Is.EqualTo(Hex(Frames.Neighbor(new NeighborMessage(true, Peer6, OwnMac), Own6, group, OwnMac, MacAddress.OfGroup(group)))));

        bench.Ul.Deliver(Frames.Neighbor(new NeighborMessage(false, Peer6, PeerMac, IsSolicited: true, IsOverride: true), Peer6, Own6, PeerMac, OwnMac));

        EthernetFrame.TryRead(bench.Ul.Sent.Single(), out var outer);
        IPv6Packet.TryRead(outer.Payload, out var ip);
        Assert.That((outer.Destination, ip.Source, ip.Destination, ip.HopLimit), Is.EqualTo((PeerMac, Own6, Peer6, (byte)64)));
        Assert.That(UdpDatagram.TryRead(ip.Payload, out var udp) && udp.Checksum != 0 && udp.HasAcceptableChecksum(Own6, Peer6), Is.True);
        Assert.That(Hex(udp.Payload.ToArray()), Is.EqualTo("0800000000138800" + Hex(Frame(Remote, HostA))));
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_frame_from_IPv6_is_taken_with_a_checksum_and_without(bool hasChecksum)
    {
        var bench = DualStack();
        var wire = Frames.Ethernet(OwnMac, PeerMac, EtherTypes.IPv6, Frames.Udp(Peer6, Own6, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(5000), Frame(MacAddress.Broadcast, Remote))));
        if (!hasChecksum)
        {
            wire[14 + 40 + 6] = wire[14 + 40 + 7] = 0; // RFC 6935 allows it for tunnels.
        }

        bench.Ul.Deliver(wire);

        Assert.That(bench.Left(), Is.EqualTo("eth1:10 eth2:-"));
    }

    [Test]
    public void The_switch_answers_neighbour_solicitations_and_pings_for_its_IPv6_address()
    {
        var bench = DualStack();
        var group = NeighborMessage.SolicitedNode(Own6);
        bench.Ul.Deliver(Frames.Neighbor(new NeighborMessage(true, Own6, PeerMac), Peer6, group, PeerMac, MacAddress.OfGroup(group)));
        Assert.That(bench.Ul.Take(), Is.EqualTo(Hex(Frames.Neighbor(new NeighborMessage(false, Own6, OwnMac, IsSolicited: true, IsOverride: true), Own6, Peer6, OwnMac, PeerMac))));

        bench.Ul.Deliver(Frames.Ethernet(OwnMac, PeerMac, EtherTypes.IPv6, Frames.Echo(Peer6, Own6, isRequest: true, 1, 2, [3])));
        Assert.That(bench.Ul.Take(), Is.EqualTo(Hex(Frames.Ethernet(PeerMac, OwnMac, EtherTypes.IPv6, Frames.Echo(Own6, Peer6, isRequest: false, 1, 2, [3])))));
    }

    [Test]
    public void BFD_runs_over_IPv6()
    {
        var bench = DualStack();
        HardwareVtep.BfdSession? session = null;
        bench.Switch.Core.Bfd!.Started += s => session = s;
        bench.AddRemote(Remote, Peer6);
        bench.Ul.Deliver(Frames.Neighbor(new NeighborMessage(true, Own6, PeerMac), Peer6, Own6, PeerMac, OwnMac));
        bench.Ul.Sent.Clear();
        bench.Controller.Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[["enable","true"]]]}}""");

        session!.Run();

        EthernetFrame.TryRead(bench.Ul.Sent.Single(), out var outer);
        Assert.That(IPv6Packet.TryRead(outer.Payload, out var ip) && UdpDatagram.TryRead(ip.Payload, out _), Is.True);
        UdpDatagram.TryRead(ip.Payload, out var udp);
        EthernetFrame.TryRead(udp.Payload[VxlanHeader.Size..], out var inner);
        IPv4Packet.TryRead(inner.Payload, out var innerIp);
        Assert.That(UdpDatagram.TryRead(innerIp.Payload, out var control) && BfdPacket.TryRead(control.Payload, out var bfd) && bfd.State == BfdState.Down, Is.True);
    }

    [Test]
    public void A_far_end_of_a_family_the_switch_has_no_address_of_is_told()
    {
        var bench = new ForwardingBench();
        bench.AddRemote(Remote, Peer6);

        Assert.That(bench.Switch.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":"unspecified_fault"}"""));
        Assert.That(DualStackFaults(), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));

        static string DualStackFaults()
        {
            var bench = DualStack();
            bench.AddRemote(Remote, Peer6);
            return bench.Switch.Dump("Physical_Switch", "switch_fault_status");
        }
    }

    [Test]
    public void A_tunnel_starts_where_its_row_says_and_frames_are_taken_at_every_address()
    {
        var second = IpAddress.Parse("192.0.2.111");
        var bench = new ForwardingBench(configure: o => o with { TunnelIps = [Own.ToString(), second.ToString()] });
        bench.AddRemote(Remote, Peer);
        Assert.That(Source(), Is.EqualTo(Own));

        var locator = bench.Switch.Core.Database.Table("Physical_Locator").All.Single(l => l["dst_ip"].String == second.ToString()).Uuid;
        bench.Controller.Transact($$$"""{"op":"update","table":"Tunnel","where":[],"row":{"local":["uuid","{{{locator}}}"]}}""");
        Assert.That(Source(), Is.EqualTo(second));

        foreach (var address in new[] { Own, second })
        {
            bench.Ul.Deliver(Frames.Ethernet(OwnMac, PeerMac, EtherTypes.IPv4, Frames.Udp(Peer, address, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(5000), Frame(MacAddress.Broadcast, Remote)))));
            Assert.That(bench.Left(), Is.EqualTo("eth1:10 eth2:-"));
        }

        IpAddress Source()
        {
            bench.Ul.Sent.Clear();
            bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));
            bench.Eth2.Sent.Clear();
            EthernetFrame.TryRead(bench.Ul.Sent.Single(), out var frame);
            IPv4Packet.TryRead(frame.Payload, out var ip);
            bench.Ul.Sent.Clear();
            return ip.Source;
        }
    }

    // vtep(5), "Per Logical-Switch Tunnel Key": with a key for each tunnel the logical switch has none.
    [Test]
    public void Keys_of_locators_tell_networks_apart_in_both_directions()
    {
        var bench = new ForwardingBench();
        bench.Controller.Transact(
            """{"op":"update","table":"Logical_Switch","where":[],"row":{"tunnel_key":["set",[]]}}""",
            Keyed("b", Peer, 700), Keyed("r", Peer, 701), Keyed("b2", Peer2, 701),
            Ops.RemoteMac(Remote.ToString(), bench.Id("blue"), Ops.Named("b")), Ops.RemoteMac(Remote.ToString(), bench.Id("red"), Ops.Named("r")),
            Ops.RemoteMac("02:00:00:00:00:1c", bench.Id("blue"), Ops.Named("b2")));

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));
        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(20)));
        Assert.That(bench.Left(), Is.EqualTo("192.0.2.12@700 192.0.2.12@701"));

        bench.FromTunnel(Peer, 700, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Left(), Is.EqualTo("eth1:10 eth2:-"));
        bench.FromTunnel(Peer, 701, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Left(), Is.EqualTo("eth1:20"));
        bench.FromTunnel(Peer2, 701, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Left(), Is.EqualTo("eth1:10 eth2:-"), "the same key from another far end is another network");
        bench.FromTunnel(Peer2, 700, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Left(), Is.EqualTo("nothing"));

        static string Keyed(string name, IpAddress address, int key) =>
            Ops.Locator(name, address.ToString()).Replace("\"dst_ip\"", $"\"tunnel_key\":{key},\"dst_ip\"", StringComparison.Ordinal);
    }

    [Test]
    public void Frames_to_known_addresses_make_no_garbage()
    {
        var ports = new[] { new SilentPort("eth1"), new SilentPort("eth2"), new SilentPort("ul") };
        var bench = new SwitchBench("", o => o with { UnderlayPort = "ul", TunnelIps = [Own.ToString(), Own6.ToString()] }, ports);
        bench.Connect().Transact(
            Ops.Network("blue", 5000), Ops.Bind("eth1", 10, Ops.Named("blue")), Ops.Bind("eth2", 0, Ops.Named("blue")), Ops.Locator("far", Peer.ToString()),
            Ops.Locator("far6", Peer6.ToString()), Ops.RemoteMac(Remote.ToString(), Ops.Named("blue"), Ops.Named("far")),
            Ops.RemoteMac("02:00:00:00:00:1c", Ops.Named("blue"), Ops.Named("far6")),
            "{\"op\":\"insert\",\"table\":\"ACL_entry\",\"uuid-name\":\"e\",\"row\":{" + Rule(10, "ingress", "deny", "\"protocol\":6,\"dest_port_min\":80") + "}}",
            """{"op":"insert","table":"ACL","uuid-name":"acl","row":{"acl_name":"a","acl_entries":["named-uuid","e"]}}""",
            """{"op":"update","table":"Physical_Port","where":[],"row":{"acl_bindings":["map",[[0,["named-uuid","acl"]]]]}}""",
            """{"op":"insert","table":"Logical_Router","row":{"name":"r","switch_binding":["map",[["10.0.1.1/24",["named-uuid","blue"]],["10.0.2.1/24",["named-uuid","blue"]]]]}}""");
        ports[2].Received!(Frames.Arp(new ArpPacket(ArpPacket.Request, PeerMac, Peer, default, Own)));
        ports[2].Received!(Frames.Neighbor(new NeighborMessage(true, Own6, PeerMac), Peer6, Own6, PeerMac, OwnMac));
        ports[1].Received!(Frame(MacAddress.Broadcast, HostB));
        var routed = Frames.Ethernet(
            OwnMac, HostA, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("10.0.1.10"), IpAddress.Parse("10.0.2.10"), 1, 2, [1]), new VlanTag(10));
        ports[1].Received!(Asking(HostB, "10.0.2.10", "10.0.2.1"));
        var frames = new (SilentPort Port, byte[] Frame, int Leaves)[]
        {
            (ports[0], Frame(HostB, HostA, new VlanTag(10)), 1),
            (ports[1], Frame(HostA, HostB), 0),
            (ports[0], Frame(Remote, HostA, new VlanTag(10)), 2),
            (ports[0], Frame(MacAddress.Parse("02:00:00:00:00:1c"), HostA, new VlanTag(10)), 2),
            (ports[0], routed, 1),
            (ports[2], Frames.Ethernet(OwnMac, PeerMac, EtherTypes.IPv4, Frames.Udp(Peer, Own, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(5000), Frame(HostA, Remote)))), 0),
        };
        foreach (var (port, frame, leaves) in frames)
        {
            for (var i = 0; i < 100; i++)
            {
                port.Received!(frame);
            }

            var before = (GC.GetAllocatedBytesForCurrentThread(), ports[leaves].Count);
            for (var i = 0; i < 1000; i++)
            {
                port.Received!(frame);
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before.Item1;
            Assert.That((ports[leaves].Count - before.Count, allocated), Is.EqualTo((1000, 0L)), Hex(frame));
        }
    }

    private static byte[] Asking(MacAddress mac, string address, string target) =>
        Frames.Arp(new ArpPacket(ArpPacket.Request, mac, IpAddress.Parse(address), default, IpAddress.Parse(target)));

    private static ForwardingBench DualStack() => new(configure: o => o with { TunnelIps = [Own.ToString(), Own6.ToString()] });

    /// <summary>A port that keeps nothing of what is sent but the number.</summary>
    private sealed class SilentPort(string name) : Runtime.IFramePort
    {
        public string Name => name;

        public bool IsUp => true;

        public int Mtu => 1600;

        public Runtime.FrameHandler? Received { get; set; }

        public Action? LinkChanged { get; set; }

        public int Count { get; private set; }

        public void Send(ReadOnlySpan<byte> frame) => Count++;
    }
}
