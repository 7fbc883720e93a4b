using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;

namespace VtepLab.Emulators.Tests.Forwarding;

/// <content>Routers and access lists at the bench.</content>
internal sealed partial class ForwardingBench
{
    /// <summary>A rule as columns of ACL_entry.</summary>
    public static string Rule(int sequence, string direction, string action, string match = "") =>
        $"\"sequence\":{sequence},\"direction\":\"{direction}\",\"action\":\"{action}\"{(match.Length > 0 ? "," + match : "")}";

    public void AddRouter(string name, params (string Prefix, string Network)[] interfaces) => AddRouter(name, "", interfaces);

    /// <summary>A router; routes as pairs of JSON strings.</summary>
    public void AddRouter(string name, string routes, params (string Prefix, string Network)[] interfaces) => Controller.Transact(
        $$$"""
        {"op":"insert","table":"Logical_Router","row":{"name":"{{{name}}}","static_routes":["map",[{{{routes}}}]],
        "switch_binding":["map",[{{{string.Join(',', interfaces.Select(i => $"[\"{i.Prefix}\",{Id(i.Network)}]"))}}}]]}}
        """);

    /// <summary>A host asks for the router's address; what left then.</summary>
    public string Introduce(BenchPort port, VlanTag tag, MacAddress mac, IpAddress address, string router)
    {
        Left();
        var request = new byte[ArpPacket.Size];
        new ArpPacket(ArpPacket.Request, mac, address, default, IpAddress.Parse(router)).Write(request);
        port.Deliver(Frames.Ethernet(MacAddress.Broadcast, mac, EtherTypes.Arp, request, tag));
        Switch.Settle();
        return Left();
    }

    /// <summary>A packet for the router to send on.</summary>
    public byte[] Packet(MacAddress from, IpAddress source, IpAddress destination, VlanTag tag, byte timeToLive = 64) =>
        Frames.Ethernet(RouterMac, from, EtherTypes.IPv4, Frames.Udp(source, destination, 1000, 2000, [1, 2, 3], timeToLive), tag);

    /// <summary>Makes an access list and binds it to a VLAN of a port; 0 is the whole port.</summary>
    public void BindAcl(string port, int vlan, params string[] rules) => Controller.Transact(
    [
        .. InsertAcl($"{port}-{vlan}", rules),
        $$$"""{"op":"mutate","table":"Physical_Port","where":[["name","==","{{{port}}}"]],"mutations":[["acl_bindings","insert",["map",[[{{{vlan}}},["named-uuid","acl"]]]]]]}""",
    ]);

    public void BindRouterAcl(string router, string address, params string[] rules) => Controller.Transact(
    [
        .. InsertAcl($"{router}-{address}", rules),
        $$$"""{"op":"update","table":"Logical_Router","where":[["name","==","{{{router}}}"]],"row":{"acl_binding":["map",[["{{{address}}}",["named-uuid","acl"]]]]}}""",
    ]);

    /// <summary>The faults of entries, lists and ports, in that order.</summary>
    public string AclFaults()
    {
        Switch.Settle();
        var found = new[] { ("ACL_entry", "acle_fault_status"), ("ACL", "acl_fault_status"), ("Physical_Port", "port_fault_status"), ("Logical_Router", "LR_fault_status") }
            .SelectMany(c => Switch.Core.Database.Table(c.Item1).All.SelectMany(r => r[c.Item2].Keys.ToArray().Select(k => k.String)));
        return string.Join(' ', found);
    }

    private static IEnumerable<string> InsertAcl(string name, string[] rules)
    {
        for (var i = 0; i < rules.Length; i++)
        {
            yield return $$$"""{"op":"insert","table":"ACL_entry","uuid-name":"e{{{i}}}","row":{ {{{rules[i]}}} }}""";
        }

        yield return $$$"""{"op":"insert","table":"ACL","uuid-name":"acl","row":{"acl_name":"{{{name}}}","acl_entries":["set",[{{{string.Join(',', rules.Select((_, i) => $"[\"named-uuid\",\"e{i}\"]"))}}}]]}}""";
    }
}
