using VtepLab.Emulators.HardwareVtep;
using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;

namespace VtepLab.Emulators.Tests.Forwarding;

/// <summary>
/// A switch with hosts on its ports and far ends in its underlay: "blue" (VNI 5000) on eth1 VLAN 10 and eth2 untagged, "red" (VNI 5001)
/// on eth1 VLAN 20; far ends 192.0.2.12 and 192.0.2.13.
/// </summary>
internal sealed partial class ForwardingBench
{
    public static readonly MacAddress HostA = MacAddress.Parse("02:00:00:00:00:0a");
    public static readonly MacAddress HostB = MacAddress.Parse("02:00:00:00:00:0b");
    public static readonly MacAddress Remote = MacAddress.Parse("02:00:00:00:00:0c");
    public static readonly IpAddress Own = IpAddress.Parse("192.0.2.11");
    public static readonly IpAddress Peer = IpAddress.Parse("192.0.2.12");
    public static readonly IpAddress Peer2 = IpAddress.Parse("192.0.2.13");

    public static readonly MacAddress RouterMac = MacAddress.Parse("02:00:00:00:00:ee");

    private static readonly MacAddress OwnMac = MacAddress.Parse("02:1a:c0:00:02:0b");
    private static readonly MacAddress PeerMac = MacAddress.Parse("02:1a:c0:00:02:0c");

    public ForwardingBench(string quirks = "", Func<HardwareVtepOptions, HardwareVtepOptions>? configure = null)
    {
        Switch = new SwitchBench(quirks, o =>
        {
            var options = o with { UnderlayPort = "ul", MacAge = TimeSpan.FromSeconds(300), RouterMac = RouterMac.ToString() };
            return configure?.Invoke(options) ?? options;
        }, Eth1, Eth2, Ul);
        Controller = Switch.Connect();
        Controller.Transact(
            Ops.Network("blue", 5000), Ops.Network("red", 5001), Ops.Bind("eth1", 10, Ops.Named("blue")), Ops.Bind("eth2", 0, Ops.Named("blue")),
            Ops.Bind("eth1", 20, Ops.Named("red")));

        // Both far ends introduce themselves by asking for the switch.
        foreach (var peer in new[] { Peer, Peer2 })
        {
            Ul.Deliver(Frames.Arp(new ArpPacket(ArpPacket.Request, PeerMac, peer, default, Own)));
        }

        Ul.Sent.Clear();
    }

    public BenchPort Eth1 { get; } = new("eth1");

    public BenchPort Eth2 { get; } = new("eth2");

    public BenchPort Ul { get; } = new("ul", mtu: 1600);

    public SwitchBench Switch { get; }

    public BenchPeer Controller { get; }

    public static byte[] Frame(MacAddress to, MacAddress from, params VlanTag[] tags) =>
        Frames.Ethernet(to, from, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("198.51.100.1"), IpAddress.Parse("198.51.100.2"), 1, 2, [1, 2, 3]), tags);

    public static string Hex(byte[] frame) => Convert.ToHexStringLower(frame);

    /// <summary>A remote row, and what follows from it.</summary>
    public void AddRemote(MacAddress mac, IpAddress at, string network = "blue") => Controller.Transact(
        """{"op":"select","table":"Logical_Switch","where":[["name","==","NAME"]],"columns":["_uuid"]}""".Replace("NAME", network, StringComparison.Ordinal),
        Ops.Locator("far", at.ToString()), Ops.RemoteMac(mac.ToString(), Id(network), Ops.Named("far")));

    /// <summary>The flood list of blue.</summary>
    public void SetFlood(string mode, params IpAddress[] members)
    {
        // The switch has a locator of its own address; the index allows no second one.
        var known = members.Select(m => Switch.Core.Database.Table("Physical_Locator").All.FirstOrDefault(l => l["dst_ip"].String == m.ToString())).ToList();
        var names = known.Select((row, i) => row is null ? Ops.Named($"m{i}") : $"[\"uuid\",\"{row.Uuid}\"]");
        Controller.Transact(
        [
            .. members.Select((m, i) => (m, i)).Where(m => known[m.i] is null).Select(m => Ops.Locator($"m{m.i}", m.m.ToString())),
            $$$"""{"op":"insert","table":"Physical_Locator_Set","uuid-name":"s","row":{"locators":["set",[{{{string.Join(',', names)}}}]]}}""",
            $$$"""{"op":"insert","table":"Mcast_Macs_Remote","row":{"MAC":"unknown-dst","logical_switch":{{{Id("blue")}}},"locator_set":["named-uuid","s"]}}""",
            $$$"""{"op":"update","table":"Logical_Switch","where":[["name","==","blue"]],"row":{"replication_mode":"{{{mode}}}"}}""",
        ]);
    }

    /// <summary>A frame arrives through a tunnel.</summary>
    public void FromTunnel(IpAddress from, int vni, byte[] inner, Action<byte[]>? spoil = null)
    {
        var payload = Frames.Vxlan(new Vni(vni), inner);
        spoil?.Invoke(payload);
        Ul.Deliver(Frames.Ethernet(OwnMac, PeerMac, EtherTypes.IPv4, Frames.Udp(from, Own, 50000, VxlanHeader.UdpPort, payload)));
    }

    /// <summary>Everything that left since the last time: port and tag, far end and VNI, or the question for a neighbour; "nothing" if nothing did.</summary>
    public string Left()
    {
        var words = new List<string>();
        foreach (var port in new[] { Eth1, Eth2 })
        {
            words.AddRange(port.Sent.Select(wire => $"{port.Name}:{TagOf(wire)}"));
            port.Sent.Clear();
        }

        foreach (var wire in Ul.Sent)
        {
            EthernetFrame.TryRead(wire, out var outer);
            if (ArpPacket.TryRead(outer.Payload, out var arp))
            {
                words.Add($"arp?{arp.TargetIp}");
            }
            else if (IPv4Packet.TryRead(outer.Payload, out var ip) && UdpDatagram.TryRead(ip.Payload, out var udp) && VxlanHeader.TryRead(udp.Payload, out var vxlan))
            {
                var tag = TagOf(udp.Payload[VxlanHeader.Size..]);
                words.Add($"{ip.Destination}@{vxlan.Vni}{(tag == "-" ? "" : $"+{tag}")}");
            }
            else
            {
                words.Add($"{ip.Destination}!");
            }
        }

        Ul.Sent.Clear();
        return words.Count == 0 ? "nothing" : string.Join(' ', words);

        static string TagOf(ReadOnlySpan<byte> wire) => EthernetFrame.TryRead(wire, out var frame) && frame.TagCount > 0 ? $"{frame.Tag(0).VlanId}" : "-";
    }

    /// <summary>The addresses the switch publishes as its own.</summary>
    public string Published()
    {
        Switch.Settle();
        return Switch.Dump("Ucast_Macs_Local", "MAC");
    }

    /// <summary>What left through tunnels since the last time: far end, VNI and inner frame.</summary>
    public IReadOnlyList<(IpAddress To, int Vni, string Inner)> TakeTunnelled()
    {
        var found = new List<(IpAddress, int, string)>();
        foreach (var wire in Ul.Sent)
        {
            if (EthernetFrame.TryRead(wire, out var outer) && IPv4Packet.TryRead(outer.Payload, out var ip)
                && UdpDatagram.TryRead(ip.Payload, out var udp) && VxlanHeader.TryRead(udp.Payload, out var vxlan))
            {
                found.Add((ip.Destination, vxlan.Vni.Value, Convert.ToHexStringLower(udp.Payload[VxlanHeader.Size..])));
            }
        }

        Ul.Sent.Clear();
        return found;
    }

    public string Id(string network) =>
        $"[\"uuid\",\"{Switch.Core.Database.Table("Logical_Switch").All.First(r => r["name"].String == network).Uuid}\"]";
}
