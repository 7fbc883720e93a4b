using VtepLab.Emulators.Tests.Bench;
using VtepLab.Emulators.Tests.Forwarding;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Quirks;

/// <content>Routers and access lists.</content>
internal static partial class FrameObservations
{
    private const string BadRule = "\"source_ip\":\"not an address\"";
    private static readonly IpAddress AddressA = IpAddress.Parse("10.0.1.10");
    private static readonly IpAddress AddressB = IpAddress.Parse("10.0.2.10");

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Routing() =>
    [
        On("keeps-ttl", b =>
        {
            b.AddRouter("r1", ("10.0.1.1/24", "blue"), ("10.0.2.1/24", "red"));
            b.Introduce(b.Eth1, Red, HostB, AddressB, "10.0.2.1");
            b.Left();
            b.Eth1.Deliver(b.Packet(HostA, AddressA, AddressB, Blue));
            EthernetFrame.TryRead(b.Eth1.Sent.Single(), out var frame);
            IPv4Packet.TryRead(frame.Payload, out var ip);
            return $"{frame.Destination} {frame.Tag(0).VlanId} {ip.TimeToLive} {ip.HasRightChecksum}";
        }, "02:00:00:00:00:0b 20 63 True", "02:00:00:00:00:0b 20 64 True"),
        On("silent-interfaces", b =>
        {
            b.AddRouter("r1", ("10.0.1.1/24", "blue"));
            return b.Introduce(b.Eth1, Blue, HostA, AddressA, "10.0.1.1");
        }, "eth1:10", "eth2:-"),
        On("first-route-wins", b =>
        {
            b.AddRouter("r1", """["10.9.0.0/16","10.0.2.10"],["10.9.1.0/24","10.0.2.11"]""", ("10.0.1.1/24", "blue"), ("10.0.2.1/24", "red"));
            b.Introduce(b.Eth1, Red, HostB, AddressB, "10.0.2.1");
            b.Introduce(b.Eth1, Red, Remote, IpAddress.Parse("10.0.2.11"), "10.0.2.1");
            b.Left();
            b.Eth1.Deliver(b.Packet(HostA, AddressA, IpAddress.Parse("10.9.1.5"), Blue));
            EthernetFrame.TryRead(b.Eth1.Sent.Single(), out var frame);
            return $"{frame.Destination}";
        }, "02:00:00:00:00:0c", "02:00:00:00:00:0b"),
        On("one-vrf", b =>
        {
            b.AddRouter("r1", ("10.0.1.1/24", "blue"));
            b.AddRouter("r2", ("10.0.2.1/24", "red"));
            b.Introduce(b.Eth1, Red, HostB, AddressB, "10.0.2.1");
            return Eth1(b, b.Packet(HostA, AddressA, AddressB, Blue));
        }, "eth1:10", "eth1:20"), // An ICMP error back to the sender, or the packet itself.
        On("silent-router-conflict", b =>
        {
            b.AddRouter("r1", """["10.9.0.0/16","172.16.0.1"]""", ("10.0.1.1/24", "blue"), ("10.0.0.1/16", "red"));
            return b.Switch.Dump("Physical_Switch", "switch_fault_status") + b.Switch.Dump("Logical_Router", "LR_fault_status");
        }, """{"switch_fault_status":["set",["lr_static_routes_fault","lr_switch_bindings_fault"]]}{"LR_fault_status":"unspecified_fault"}""",
        """{"switch_fault_status":["set",[]]}{"LR_fault_status":["set",[]]}"""),
        KeyValuePair.Create("silent-router-limits", ((Func<string, string>)(quirks =>
        {
            var b = new ForwardingBench(quirks, o => o with { MaxRouters = 1 });
            b.AddRouter("r1", ("10.0.1.1/24", "blue"));
            b.AddRouter("r2", ("10.0.2.1/24", "red"));
            return b.Switch.Dump("Physical_Switch", "switch_fault_status");
        }), """{"switch_fault_status":"lr_creation_fault"}""", """{"switch_fault_status":["set",[]]}""")),
        On("no-arp-sources", b =>
        {
            b.AddRouter("r1", ("10.0.1.1/24", "blue"));
            return b.Switch.Dump("Arp_Sources_Local", "src_mac");
        }, """{"src_mac":"02:00:00:00:00:ee"}""", ""),
        On("ignores-arp-sources", b =>
        {
            b.Controller.Transact(
                Ops.Locator("far", Peer.ToString()), $$$"""{"op":"insert","table":"Arp_Sources_Remote","row":{"src_mac":"{{{Unknown}}}","locator":["named-uuid","far"]}}""");
            return Eth1(b, Frame(Unknown, HostA, Blue));
        }, "192.0.2.12@5000", "eth2:-"),
    ];

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Acls() =>
    [
        On("ignores-sequence", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(20, "ingress", "deny"), ForwardingBench.Rule(10, "ingress", "permit"));
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "eth1:10", "nothing"),
        On("denies-by-default", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(10, "ingress", "permit", "\"protocol\":6"));
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "eth1:10", "nothing"),
        On("vlan-acl-is-port-acl", b =>
        {
            b.BindAcl("eth1", 20, ForwardingBench.Rule(10, "ingress", "deny"));
            return Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue));
        }, "eth2:-", "nothing"),
        On("ignores-egress-rules", b =>
        {
            b.BindAcl("eth1", 0, ForwardingBench.Rule(10, "egress", "deny"));
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "nothing", "eth1:10"),
        On("installs-half-acls", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(10, "ingress", "deny"), ForwardingBench.Rule(20, "ingress", "permit", BadRule));
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "eth1:10", "nothing"),
        On("silent-bad-acl", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(20, "ingress", "permit", BadRule));
            return b.AclFaults();
        }, "invalid_acl_entry invalid_acl invalid_ACL_binding", ""),
        On("acl-on-whole-router", b =>
        {
            b.AddRouter("r1", ("10.0.1.1/24", "blue"), ("10.0.2.1/24", "red"));
            b.Introduce(b.Eth1, Red, HostB, AddressB, "10.0.2.1");
            b.BindRouterAcl("r1", "10.0.2.1", ForwardingBench.Rule(10, "ingress", "deny"));
            return Eth1(b, b.Packet(HostA, AddressA, AddressB, Blue));
        }, "eth1:20", "nothing"),
        On("opens-while-changing", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(10, "ingress", "deny"));
            b.Controller.Transact("""{"op":"update","table":"ACL_entry","where":[],"row":{"protocol":17}}""");
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "nothing", "eth1:10"),
        On("keeps-unbound-acls", b =>
        {
            b.BindAcl("eth2", 0, ForwardingBench.Rule(10, "ingress", "deny"));
            b.Controller.Transact("""{"op":"update","table":"Physical_Port","where":[],"row":{"acl_bindings":["map",[]]}}""");
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "eth1:10", "nothing"),
    ];
}
