using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Forwarding;

/// <summary>Logical routers (vtep(5), Logical_Router, Arp_Sources_Local and Arp_Sources_Remote).</summary>
public class RoutingTests
{
    private static readonly VlanTag Blue = new(10);
    private static readonly VlanTag Red = new(20);
    private static readonly IpAddress A = IpAddress.Parse("10.0.1.10");
    private static readonly IpAddress B = IpAddress.Parse("10.0.2.10");

    [Test]
    public void An_interface_answers_ARP_and_the_question_goes_no_further()
    {
        var bench = Routed();

        bench.Eth1.Deliver(Ask(HostA, A, "10.0.1.1", Blue));

        var reply = new byte[ArpPacket.Size];
        new ArpPacket(ArpPacket.Reply, RouterMac, IpAddress.Parse("10.0.1.1"), HostA, A).Write(reply);
        Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Frames.Ethernet(HostA, RouterMac, EtherTypes.Arp, reply, Blue))));
        Assert.That(bench.Left(), Is.EqualTo("nothing"));
    }

    [Test]
    public void An_interface_answers_ping_also_from_another_subnet()
    {
        var bench = Routed();
        foreach (var target in new[] { "10.0.1.1", "10.0.2.1" })
        {
            bench.Eth1.Deliver(Frames.Ethernet(RouterMac, HostA, EtherTypes.IPv4, Frames.Echo(A, IpAddress.Parse(target), isRequest: true, 7, 9, [1, 2]), Blue));

            var reply = Frames.Echo(IpAddress.Parse(target), A, isRequest: false, 7, 9, [1, 2]);
            Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Frames.Ethernet(HostA, RouterMac, EtherTypes.IPv4, reply, Blue))));
        }
    }

    [Test]
    public void A_packet_waits_for_the_neighbour_and_arrives_with_one_hop_less()
    {
        var bench = Routed();

        bench.Eth1.Deliver(bench.Packet(HostA, A, B, Blue));
        // The question goes out on the red network, which has eth1 VLAN 20 only: to the whole network, so also to the port the packet came from.
        Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Tagged(Frames.Arp(new ArpPacket(ArpPacket.Request, RouterMac, IpAddress.Parse("10.0.2.1"), default, B)), Red))));

        var reply = new byte[ArpPacket.Size];
        new ArpPacket(ArpPacket.Reply, HostB, B, RouterMac, IpAddress.Parse("10.0.2.1")).Write(reply);
        bench.Eth1.Deliver(Frames.Ethernet(RouterMac, HostB, EtherTypes.Arp, reply, Red));

        Assert.That(bench.Eth1.Take(), Is.EqualTo(Hex(Frames.Ethernet(HostB, RouterMac, EtherTypes.IPv4, Frames.Udp(A, B, 1000, 2000, [1, 2, 3], timeToLive: 63), Red))));
    }

    [Test]
    public void A_packet_at_the_end_of_its_life_and_one_without_a_route_are_told_to_the_sender()
    {
        var bench = Routed();
        foreach (var (packet, error) in new[]
        {
            (Frames.Udp(A, B, 1000, 2000, [1, 2, 3], timeToLive: 1), IcmpError.TimeExceeded),
            (Frames.Udp(A, IpAddress.Parse("203.0.113.1"), 1000, 2000, [1, 2, 3]), IcmpError.NetworkUnreachable),
        })
        {
            bench.Eth1.Deliver(Frames.Ethernet(RouterMac, HostA, EtherTypes.IPv4, packet, Blue));

            Assert.That(EthernetFrame.TryRead(bench.Eth1.Sent.Single(), out var frame) && IPv4Packet.TryRead(frame.Payload, out _), Is.True);
            IPv4Packet.TryRead(frame.Payload, out var ip);
            Assert.That(IcmpError.TryRead(ip.Payload, out var told, out var quoted), Is.True);
            Assert.That((frame.Destination, ip.Source, ip.Destination, told), Is.EqualTo((HostA, IpAddress.Parse("10.0.1.1"), A, error)));
            Assert.That(quoted.SequenceEqual(packet.AsSpan(0, 28)), Is.True);
            bench.Left();
        }
    }

    [Test]
    public void A_routed_packet_enters_the_tunnel_of_the_network_it_is_routed_to()
    {
        var bench = Routed();
        bench.AddRemote(HostB, Peer, "red");
        bench.FromTunnel(Peer, 5001, Untagged(Ask(HostB, B, "10.0.2.1", Red)));
        Assert.That(bench.Left(), Is.EqualTo("192.0.2.12@5001"), "the answer to a question from a tunnel goes back into it");

        bench.Eth1.Deliver(bench.Packet(HostA, A, B, Blue));

        Assert.That(bench.Left(), Is.EqualTo("192.0.2.12@5001"));
    }

    [Test]
    public void What_comes_from_a_tunnel_is_routed_to_ports_and_into_no_tunnel()
    {
        var bench = Routed();
        bench.AddRemote(Remote, Peer, "red");
        bench.FromTunnel(Peer, 5001, Untagged(Ask(Remote, IpAddress.Parse("10.0.2.12"), "10.0.2.1", Red)));
        bench.Eth1.Deliver(Ask(HostA, A, "10.0.1.1", Blue));
        bench.Left();

        bench.FromTunnel(Peer2, 5000, Frames.Ethernet(RouterMac, Remote, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("10.0.1.99"), IpAddress.Parse("10.0.2.12"), 1, 2, [])));
        Assert.That(bench.Left(), Is.EqualTo("nothing"));

        bench.FromTunnel(Peer, 5001, Frames.Ethernet(RouterMac, Remote, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("10.0.2.12"), A, 1, 2, [])));
        Assert.That(bench.Left(), Is.EqualTo("eth1:10"));
    }

    [Test]
    public void The_answer_to_the_ARP_of_another_VTEP_returns_through_its_tunnel()
    {
        var bench = new ForwardingBench();
        bench.Controller.Transact(
            Ops.Locator("far", Peer2.ToString()), """{"op":"insert","table":"Arp_Sources_Remote","row":{"src_mac":"02:00:00:00:00:ff","locator":["named-uuid","far"]}}""");
        bench.FromTunnel(Peer2, 5000, Untagged(Ask(MacAddress.Parse("02:00:00:00:00:ff"), IpAddress.Parse("10.0.1.1"), "10.0.1.10", Blue)));
        bench.Left();

        var reply = new byte[ArpPacket.Size];
        new ArpPacket(ArpPacket.Reply, HostA, A, MacAddress.Parse("02:00:00:00:00:ff"), IpAddress.Parse("10.0.1.1")).Write(reply);
        bench.Eth1.Deliver(Frames.Ethernet(MacAddress.Parse("02:00:00:00:00:ff"), HostA, EtherTypes.Arp, reply, Blue));

        Assert.That(bench.Left(), Is.EqualTo("192.0.2.13@5000"));
        Assert.That(bench.Switch.Dump("Tunnel", "bfd_status"), Is.Not.Empty, "the far end has a tunnel of its own");
    }

    [Test]
    public void One_row_says_where_the_switch_asks_from_while_there_is_a_router()
    {
        var bench = new ForwardingBench();
        Assert.That(bench.Switch.Dump("Arp_Sources_Local", "src_mac"), Is.Empty);

        bench.AddRouter("r1", ("10.0.1.1/24", "blue"));
        bench.AddRouter("r2", ("10.0.2.1/24", "red"));
        Assert.That(bench.Switch.Dump("Arp_Sources_Local", "src_mac"), Is.EqualTo("""{"src_mac":"02:00:00:00:00:ee"}"""));

        bench.Controller.Transact(Ops.Delete("Logical_Router"));
        Assert.That(bench.Switch.Dump("Arp_Sources_Local", "src_mac"), Is.Empty);
    }

    [TestCase("""["10.0.1.1/24",BLUE],["10.0.1.2/25",RED]""", "", "lr_switch_bindings_fault")]
    [TestCase("""["10.0.1.0/24",BLUE]""", "", "lr_switch_bindings_fault")]
    [TestCase("""["2001:db8::1/64",BLUE]""", "", "lr_switch_bindings_fault")]
    [TestCase("""["10.0.1.1",BLUE]""", "", "lr_switch_bindings_fault")]
    [TestCase("""["10.0.1.1/24",BLUE]""", """["10.9.0.0/16","10.0.9.9"]""", "lr_static_routes_fault")]
    [TestCase("""["10.0.1.1/24",BLUE]""", """["10.9.0.0/33","10.0.1.9"]""", "lr_static_routes_fault")]
    [TestCase("""["10.0.1.1/24",BLUE]""", """["10.9.0.0/16","10.0.1.9"],["10.9.1.0/16","10.0.1.9"]""", "lr_static_routes_fault")]
    public void What_cannot_be_made_is_told_and_the_fault_goes_with_it(string bindings, string routes, string fault)
    {
        var bench = new ForwardingBench();
        bench.Controller.Transact(
            $$$"""
            {"op":"insert","table":"Logical_Router","row":{"name":"r1","static_routes":["map",[{{{routes}}}]],
            "switch_binding":["map",[{{{bindings.Replace("BLUE", bench.Id("blue"), StringComparison.Ordinal).Replace("RED", bench.Id("red"), StringComparison.Ordinal)}}}]]}}
            """);
        Assert.That(bench.Switch.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo($"{{\"switch_fault_status\":\"{fault}\"}}"));
        Assert.That(bench.Switch.Dump("Logical_Router", "LR_fault_status"), Is.EqualTo("""{"LR_fault_status":"unspecified_fault"}"""));

        bench.Controller.Transact(Ops.Delete("Logical_Router"));
        Assert.That(bench.Switch.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
    }

    [Test]
    public void A_list_on_an_interface_that_is_none_is_told()
    {
        var bench = Routed();
        bench.BindRouterAcl("r1", "10.0.7.1", Rule(10, "ingress", "deny"));

        Assert.That(bench.AclFaults(), Is.EqualTo("invalid_ACL_binding"));
    }

    [TestCase("10.0.1.1", "ingress")]
    [TestCase("10.0.1.1/24", "ingress")]
    [TestCase("10.0.2.1", "egress")]
    public void A_list_on_an_interface_holds_for_packets_towards_the_router_or_away_from_it(string address, string direction)
    {
        var bench = Routed();
        bench.Introduce(bench.Eth1, Red, HostB, B, "10.0.2.1");
        bench.BindRouterAcl("r1", address, Rule(10, direction, "deny", "\"protocol\":17"));

        bench.Eth1.Deliver(bench.Packet(HostA, A, B, Blue));

        Assert.That(bench.Left(), Is.EqualTo("nothing"));
        Assert.That(bench.AclFaults(), Is.Empty);
    }

    [Test]
    public void A_packet_behind_a_second_tag_is_none_of_the_routers()
    {
        var bench = Routed();
        bench.Introduce(bench.Eth1, Red, HostB, B, "10.0.2.1");

        bench.Eth1.Deliver(Tagged(Tagged(Untagged(bench.Packet(HostA, A, B, Blue)), new VlanTag(7)), Blue));

        Assert.That(bench.Left(), Is.EqualTo("nothing"));
    }

    [Test]
    public void Routers_with_equal_subnets_do_not_see_each_other()
    {
        var bench = new ForwardingBench();
        bench.AddRouter("r1", ("10.0.1.1/24", "blue"));
        bench.AddRouter("r2", ("10.0.1.1/24", "red"));
        bench.Introduce(bench.Eth1, Red, HostB, A, "10.0.1.1");
        bench.Left();

        bench.Eth1.Deliver(bench.Packet(HostA, IpAddress.Parse("10.0.1.20"), A, Blue));

        Assert.That(bench.Left(), Is.EqualTo("eth1:10 eth2:-"), "a question in the blue network, where nobody has answered");
    }

    private static ForwardingBench Routed()
    {
        var bench = new ForwardingBench();
        bench.AddRouter("r1", ("10.0.1.1/24", "blue"), ("10.0.2.1/24", "red"));
        bench.Left();
        return bench;
    }

    private static byte[] Ask(MacAddress mac, IpAddress address, string target, VlanTag tag) =>
        Tagged(Frames.Arp(new ArpPacket(ArpPacket.Request, mac, address, default, IpAddress.Parse(target))), tag);

    private static byte[] Tagged(byte[] wire, VlanTag tag)
    {
        EthernetFrame.TryRead(wire, out var frame);
        var tagged = new byte[wire.Length + VlanTag.Size];
        frame.CopyWithOuterTag(tagged, tag);
        return tagged;
    }

    private static byte[] Untagged(byte[] wire)
    {
        EthernetFrame.TryRead(wire, out var frame);
        var plain = new byte[wire.Length - VlanTag.Size];
        frame.CopyWithoutOuterTag(plain);
        return plain;
    }
}
