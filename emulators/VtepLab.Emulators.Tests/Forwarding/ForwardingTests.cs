using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Forwarding;

public class ForwardingTests
{
    [Test]
    public void A_known_remote_address_is_reached_through_its_tunnel_and_no_other_way()
    {
        var bench = new ForwardingBench();
        bench.AddRemote(Remote, Peer);

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));

        Assert.That(bench.TakeTunnelled(), Is.EqualTo(new[] { (Peer, 5000, Hex(Frame(Remote, HostA))) }));
        Assert.That(bench.Eth2.Take(), Is.Empty);
    }

    [Test]
    public void The_outer_headers_are_those_of_a_VTEP()
    {
        var bench = new ForwardingBench();
        bench.AddRemote(Remote, Peer);

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));

        var wire = bench.Ul.Sent.Single();
        Assert.That(EthernetFrame.TryRead(wire, out var outer) && IPv4Packet.TryRead(outer.Payload, out _), Is.True);
        IPv4Packet.TryRead(outer.Payload, out var ip);
        UdpDatagram.TryRead(ip.Payload, out var udp);
        Assert.That((ip.Source, ip.TimeToLive, ip.DoNotFragment, ip.HasRightChecksum), Is.EqualTo((Own, (byte)64, true, true)));
        Assert.That((udp.DestinationPort, udp.Checksum), Is.EqualTo((VxlanHeader.UdpPort, (ushort)0)));
        Assert.That(udp.SourcePort, Is.GreaterThanOrEqualTo(49152));
        Assert.That(Hex(udp.Payload[..8].ToArray()), Is.EqualTo("0800000000138800"));
    }

    [Test]
    public void A_learned_address_is_published_reached_locally_and_ages_out()
    {
        var bench = new ForwardingBench();
        bench.Eth2.Deliver(Frame(MacAddress.Broadcast, HostB));
        bench.Switch.Settle();
        bench.Eth1.Take();
        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC", "ipaddr"), Is.EqualTo("""{"MAC":"02:00:00:00:00:0b","ipaddr":""}"""));

        bench.Eth1.Deliver(Frame(HostB, HostA, new VlanTag(10)));
        Assert.That(bench.Eth2.Take(), Is.EqualTo(Hex(Frame(HostB, HostA))));

        bench.Switch.Pass(TimeSpan.FromSeconds(300));
        bench.Switch.Core.Learned.Expire();
        bench.Switch.Settle();
        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC"), Is.Empty);
    }

    [Test]
    public void A_frame_from_a_tunnel_leaves_with_the_tag_of_the_port()
    {
        var bench = new ForwardingBench();
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        bench.Eth1.Take();
        bench.Eth2.Take();

        bench.FromTunnel(Peer, 5000, Frame(HostA, Remote));

        Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Frame(HostA, Remote, new VlanTag(10)))));
        Assert.That(bench.Eth2.Take(), Is.Empty);
    }

    [Test]
    public void Networks_never_leak_into_each_other()
    {
        var bench = new ForwardingBench();
        bench.AddRemote(Remote, Peer);

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(20)));
        Assert.That(bench.TakeTunnelled(), Is.Empty);
        Assert.That(bench.Eth2.Take(), Is.Empty);

        bench.FromTunnel(Peer, 5001, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Frame(MacAddress.Broadcast, Remote, new VlanTag(20)))));
        Assert.That(bench.Eth2.Take(), Is.Empty);

        bench.FromTunnel(Peer, 5002, Frame(MacAddress.Broadcast, Remote));
        Assert.That(bench.Eth1.Take() + bench.Eth2.Take(), Is.Empty);
    }

    [Test]
    public void Frames_of_unbound_VLANs_are_dropped()
    {
        var bench = new ForwardingBench();
        bench.SetFlood("source_node", Peer);

        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(11)));
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA));
        bench.Eth2.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));

        Assert.That(bench.Eth1.Take() + bench.Eth2.Take(), Is.Empty);
        Assert.That(bench.TakeTunnelled(), Is.Empty);
    }

    [Test]
    public void A_source_node_sends_one_copy_to_each_member()
    {
        var bench = new ForwardingBench();
        bench.SetFlood("source_node", Peer, Peer2);

        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));

        Assert.That(bench.TakeTunnelled().Select(t => t.To), Is.EquivalentTo(new[] { Peer, Peer2 }));
        Assert.That(bench.Eth2.Take(), Is.EqualTo(Hex(Frame(MacAddress.Broadcast, HostA))));
    }

    [Test]
    public void With_service_nodes_one_healthy_member_gets_the_only_copy()
    {
        var bench = new ForwardingBench();
        bench.SetFlood("service_node", Peer, Peer2);

        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        Assert.That(bench.TakeTunnelled().Select(t => t.To), Is.EqualTo(new[] { Peer }));

        bench.Switch.Core.Forwarding!.IsHealthy = a => a != Peer;
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        Assert.That(bench.TakeTunnelled().Select(t => t.To), Is.EqualTo(new[] { Peer2 }));
    }

    [Test]
    public void What_comes_from_a_tunnel_never_enters_one()
    {
        var bench = new ForwardingBench();
        bench.SetFlood("source_node", Peer, Peer2);
        bench.AddRemote(Remote, IpAddress.Parse("192.0.2.14"));

        bench.FromTunnel(Peer, 5000, Frame(MacAddress.Broadcast, HostB));
        bench.FromTunnel(Peer, 5000, Frame(Remote, HostB));

        Assert.That(bench.TakeTunnelled(), Is.Empty);
        Assert.That(bench.Eth2.Sent, Has.Count.EqualTo(1));
    }

    [Test]
    public void An_address_that_moves_behind_a_tunnel_is_withdrawn_and_one_that_comes_back_is_published()
    {
        var bench = new ForwardingBench();
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        bench.Switch.Settle();

        bench.AddRemote(HostA, Peer);
        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC"), Is.Empty);

        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        bench.Switch.Settle();
        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC"), Is.EqualTo("""{"MAC":"02:00:00:00:00:0a"}"""));
    }

    [Test]
    public void Unbinding_withdraws_what_was_learned_and_the_network_can_be_deleted()
    {
        var bench = new ForwardingBench();
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(20)));
        bench.Switch.Settle();

        var results = bench.Controller.Transact(Ops.Unbind("eth1", 20), Ops.Delete("Logical_Switch", """["name","==","red"]"""));

        Assert.That(results.ToJsonString(), Is.EqualTo("""[{"count":1},{"count":1}]"""));
        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC"), Is.Empty);
    }

    [Test]
    public void A_port_that_goes_down_takes_its_addresses_along()
    {
        var bench = new ForwardingBench();
        bench.Eth1.Deliver(Frame(MacAddress.Broadcast, HostA, new VlanTag(10)));
        bench.Switch.Settle();

        bench.Eth1.SetUp(false);
        bench.Switch.Settle();

        Assert.That(bench.Switch.Dump("Ucast_Macs_Local", "MAC"), Is.Empty);
    }

    [Test]
    public void Counters_tell_each_direction_apart()
    {
        var bench = new ForwardingBench();
        bench.Eth2.Deliver(Frame(MacAddress.Broadcast, HostB));
        bench.Eth2.Deliver(Frame(MacAddress.Broadcast, HostB));
        bench.FromTunnel(Peer, 5000, Frame(HostB, Remote));
        bench.Switch.Core.FallBehind();
        bench.Switch.Settle();

        // 14 bytes of Ethernet, 20 of IP, 8 of UDP, 3 of data; eth1 VLAN 10 saw both floods, eth1 VLAN 20 nothing.
        Assert.That(
            bench.Switch.Dump("Logical_Binding_Stats", "packets_from_local", "bytes_from_local", "packets_to_local", "bytes_to_local").Split('\n'),
            Is.EquivalentTo(new[]
            {
                """{"packets_from_local":2,"bytes_from_local":90,"packets_to_local":1,"bytes_to_local":45}""",
                """{"packets_from_local":0,"bytes_from_local":0,"packets_to_local":2,"bytes_to_local":90}""",
                """{"packets_from_local":0,"bytes_from_local":0,"packets_to_local":0,"bytes_to_local":0}""",
            }));
    }

    [Test]
    public void The_switch_answers_ARP_and_ping_for_its_tunnel_address_and_finds_neighbours_itself()
    {
        var bench = new ForwardingBench();
        var stranger = IpAddress.Parse("192.0.2.14");
        bench.AddRemote(Remote, stranger);

        bench.Eth1.Deliver(Frame(Remote, HostA, new VlanTag(10)));
        Assert.That(bench.Ul.Take(), Is.EqualTo(Hex(Frames.Arp(new ArpPacket(ArpPacket.Request, MacAddress.Parse("02:1a:c0:00:02:0b"), Own, default, stranger)))));

        bench.Ul.Deliver(Frames.Arp(new ArpPacket(ArpPacket.Reply, MacAddress.Parse("02:1a:c0:00:02:0e"), stranger, MacAddress.Parse("02:1a:c0:00:02:0b"), Own)));
        Assert.That(bench.TakeTunnelled().Select(t => t.To), Is.EqualTo(new[] { stranger })); // What had waited.
    }
}
