using VtepLab.Emulators.Tests.Bench;
using VtepLab.Emulators.Tests.Forwarding;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Acls;

/// <summary>Access lists on ports and router interfaces (vtep(5), ACL and ACL_entry).</summary>
public class AclTests
{
    private static readonly IpAddress A = IpAddress.Parse("198.51.100.1");
    private static readonly IpAddress B = IpAddress.Parse("198.51.100.2");

    // One denial with one match, on frames that come in on eth2; what is left of six kinds of frames.
    [TestCase("", "", TestName = "An_entry_without_matches_denies_all")]
    [TestCase("\"source_mac\":\"02:00:00:00:00:0b\"", "", TestName = "source_mac_matches")]
    [TestCase("\"source_mac\":\"02:00:00:00:00:0c\"", "udp tcp icmp arp v6 fragment", TestName = "another_source_mac_does_not")]
    [TestCase("\"dest_mac\":\"02:00:00:00:00:0a\"", "arp", TestName = "dest_mac_matches")]
    [TestCase("\"ethertype\":\"0x0806\"", "udp tcp icmp v6 fragment", TestName = "ethertype_ARP")]
    [TestCase("\"ethertype\":\"0x86dd\"", "udp tcp icmp arp fragment", TestName = "ethertype_IPv6")]
    [TestCase("\"source_ip\":\"198.51.100.1\"", "arp v6", TestName = "source_ip_is_exact_without_mask")]
    [TestCase("\"source_ip\":\"198.51.100.9\",\"source_mask\":\"255.255.255.0\"", "arp v6", TestName = "source_mask")]
    [TestCase("\"source_ip\":\"198.51.100.9\"", "udp tcp icmp arp v6 fragment", TestName = "another_source_ip")]
    [TestCase("\"dest_ip\":\"198.51.100.0\",\"dest_mask\":\"255.255.255.0\"", "arp v6", TestName = "dest_ip_with_dest_mask")]
    [TestCase("\"dest_ip\":\"2001:db8::\",\"dest_mask\":\"ffff:ffff::\"", "udp tcp icmp arp fragment", TestName = "dest_ip_of_IPv6")]
    [TestCase("\"protocol\":17", "tcp icmp arp v6", TestName = "protocol_covers_later_fragments")]
    [TestCase("\"protocol\":58", "udp tcp icmp arp fragment", TestName = "protocol_behind_the_IPv6_header")]
    [TestCase("\"source_port_min\":1000,\"source_port_max\":1000", "icmp arp v6 fragment", TestName = "source_port")]
    [TestCase("\"dest_port_min\":2000,\"dest_port_max\":2001,\"protocol\":17", "tcp icmp arp v6 fragment", TestName = "dest_port_range_is_inclusive")]
    [TestCase("\"dest_port_min\":2001", "udp tcp icmp arp v6 fragment", TestName = "dest_port_min_alone")]
    [TestCase("\"dest_port_max\":1999", "udp tcp icmp arp v6 fragment", TestName = "dest_port_max_alone")]
    [TestCase("\"tcp_flags\":2,\"tcp_flags_mask\":18", "udp icmp arp v6 fragment", TestName = "tcp_flags_SYN_without_ACK")]
    [TestCase("\"tcp_flags\":18,\"tcp_flags_mask\":18", "udp tcp icmp arp v6 fragment", TestName = "tcp_flags_SYN_and_ACK")]
    [TestCase("\"icmp_type\":8,\"icmp_code\":0", "udp tcp arp v6 fragment", TestName = "icmp_type_and_code")]
    [TestCase("\"icmp_type\":128", "udp tcp icmp arp fragment", TestName = "icmp_type_of_ICMPv6")]
    public void One_denial_leaves(string match, string left)
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny", match));

        Assert.That(string.Join(' ', Kinds().Where(k => Passes(bench, k.Frame)).Select(k => k.Name)), Is.EqualTo(left));
        Assert.That(bench.AclFaults(), Is.Empty);
    }

    [Test]
    public void The_first_match_by_sequence_decides_and_no_match_permits()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(30, "ingress", "deny"), Rule(10, "ingress", "permit", "\"protocol\":17"), Rule(20, "ingress", "deny", "\"protocol\":6"));
        Assert.That(string.Join(' ', Kinds().Where(k => Passes(bench, k.Frame)).Select(k => k.Name)), Is.EqualTo("udp fragment"));

        bench.Controller.Transact("""{"op":"delete","table":"ACL_entry","where":[["sequence","==",30]]}""", """{"op":"mutate","table":"ACL","where":[],"mutations":[["acl_entries","delete",["set",[]]]]}""");
        Assert.That(bench.AclFaults(), Is.Empty); // A strong reference keeps the entry: the transaction was refused.
    }

    [Test]
    public void Lists_are_stateless_so_an_answer_is_judged_by_itself()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "egress", "deny", "\"protocol\":17"));
        var question = Frames.Ethernet(HostA, HostB, EtherTypes.IPv4, Frames.Udp(A, B, 1000, 2000, [1]));
        var answer = Frames.Ethernet(HostB, HostA, EtherTypes.IPv4, Frames.Udp(B, A, 2000, 1000, [1]), new VlanTag(10));

        Assert.That(Passes(bench, question), Is.True);
        bench.Eth1.Deliver(answer);

        Assert.That(bench.Left(), Is.EqualTo("nothing"));
    }

    [Test]
    public void Egress_holds_for_frames_from_tunnels_and_for_each_port_of_a_flood()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth1", 10, Rule(10, "egress", "deny"));

        bench.FromTunnel(Peer, 5000, Frame(MacAddress.Broadcast, Remote));

        Assert.That(bench.Left(), Is.EqualTo("eth2:-"));
    }

    [TestCase("\"source_ip\":\"198.51.100\"")]
    [TestCase("\"source_mask\":\"255.0.0.0\"")]
    [TestCase("\"source_ip\":\"198.51.100.1\",\"dest_ip\":\"2001:db8::1\"")]
    [TestCase("\"source_mac\":\"2:0:0:0:0:b\"")]
    [TestCase("\"ethertype\":\"0806\"")]
    [TestCase("\"ethertype\":\"0x0806\",\"source_ip\":\"198.51.100.1\"")]
    [TestCase("\"source_port_min\":2,\"source_port_max\":1")]
    [TestCase("\"protocol\":1,\"dest_port_min\":1")]
    [TestCase("\"protocol\":17,\"tcp_flags\":2")]
    [TestCase("\"tcp_flags_mask\":2")]
    [TestCase("\"icmp_type\":8,\"dest_port_min\":1")]
    public void What_no_frame_can_match_is_told_at_entry_list_and_port_and_never_installed(string match)
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny", match));

        Assert.That(bench.AclFaults(), Is.EqualTo("invalid_acl_entry invalid_acl invalid_ACL_binding"));
        Assert.That(Kinds().All(k => Passes(bench, k.Frame)), Is.True);
    }

    [Test]
    public void A_list_that_becomes_bad_leaves_the_former_in_force_and_the_fault_goes_with_its_cause()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny", "\"protocol\":17"));

        bench.Controller.Transact("""{"op":"update","table":"ACL_entry","where":[],"row":{"source_ip":"nonsense"}}""");
        Assert.That(bench.AclFaults(), Is.EqualTo("invalid_acl_entry invalid_acl invalid_ACL_binding"));
        Assert.That(Passes(bench, Kinds().First().Frame), Is.False);

        bench.Controller.Transact("""{"op":"update","table":"ACL_entry","where":[],"row":{"source_ip":"203.0.113.1"}}""");
        Assert.That(bench.AclFaults(), Is.Empty);
        Assert.That(Passes(bench, Kinds().First().Frame), Is.True);
    }

    [Test]
    public void A_list_beyond_the_hardware_is_told_and_comes_in_when_there_is_room()
    {
        var bench = new ForwardingBench(configure: o => o with { MaxAclRules = 1 });
        bench.BindAcl("eth1", 0, Rule(10, "ingress", "deny", "\"protocol\":6"));
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny"));
        Assert.That(bench.AclFaults(), Is.EqualTo("resource_shortage invalid_ACL_binding"));
        Assert.That(Passes(bench, Kinds().First().Frame), Is.True);

        bench.Controller.Transact("""{"op":"update","table":"Physical_Port","where":[["name","==","eth1"]],"row":{"acl_bindings":["map",[]]}}""");
        Assert.That(bench.AclFaults(), Is.Empty);
        Assert.That(Passes(bench, Kinds().First().Frame), Is.False);
    }

    [Test]
    public void A_whole_port_and_a_VLAN_of_it_do_not_go_together()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny", "\"protocol\":6"));
        bench.BindAcl("eth2", 30, Rule(10, "ingress", "deny"));

        Assert.That(bench.AclFaults(), Is.EqualTo("invalid_ACL_binding"));
    }

    [Test]
    public void A_bound_list_cannot_be_deleted_and_an_unbound_one_can()
    {
        var bench = new ForwardingBench();
        bench.BindAcl("eth2", 0, Rule(10, "ingress", "deny"));
        Assert.That(bench.Controller.Transact(Ops.Delete("ACL"), Ops.Delete("ACL_entry")).ToJsonString(), Does.Contain("referential integrity violation"));

        var results = bench.Controller.Transact("""{"op":"update","table":"Physical_Port","where":[],"row":{"acl_bindings":["map",[]]}}""", Ops.Delete("ACL"), Ops.Delete("ACL_entry"));

        Assert.That(results.ToJsonString(), Is.EqualTo("""[{"count":2},{"count":1},{"count":1}]"""));
        Assert.That(Passes(bench, Kinds().First().Frame), Is.True);
    }

    private static bool Passes(ForwardingBench bench, byte[] frame)
    {
        bench.Left();
        bench.Eth2.Deliver(frame);
        return bench.Left() != "nothing";
    }

    private static IEnumerable<(string Name, byte[] Frame)> Kinds()
    {
        var tcp = new byte[TcpSegment.HeaderSize];
        TcpSegment.WriteHeader(tcp, A, B, 1000, 2000, 0, 0, TcpControl.Syn, 512);
        var late = new byte[IPv4Packet.HeaderSize + 16];
        IPv4Packet.WriteFragmentHeader(late, A, B, IpProtocols.Udp, 16, 1480, hasMore: false);
        var arp = new byte[ArpPacket.Size];
        new ArpPacket(ArpPacket.Request, HostB, A, default, B).Write(arp);
        yield return ("udp", Frames.Ethernet(HostA, HostB, EtherTypes.IPv4, Frames.Udp(A, B, 1000, 2000, [1])));
        yield return ("tcp", Frames.Ethernet(HostA, HostB, EtherTypes.IPv4, Frames.Ip(A, B, IpProtocols.Tcp, tcp)));
        yield return ("icmp", Frames.Ethernet(HostA, HostB, EtherTypes.IPv4, Frames.Echo(A, B, isRequest: true, 1, 1, [])));
        yield return ("arp", Frames.Ethernet(MacAddress.Broadcast, HostB, EtherTypes.Arp, arp));
        yield return ("v6", Frames.Ethernet(HostA, HostB, EtherTypes.IPv6, Frames.Echo(IpAddress.Parse("2001:db8::1"), IpAddress.Parse("2001:db8::2"), isRequest: true, 1, 1, [])));
        yield return ("fragment", Frames.Ethernet(HostA, HostB, EtherTypes.IPv4, late));
    }
}
