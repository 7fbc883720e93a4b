using VtepLab.Emulators.Tests.Bench;
using VtepLab.Emulators.Tests.Forwarding;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Quirks;

/// <summary>For each quirk what to do to a switch, what an honest one shows, and what one with the quirk shows.</summary>
internal static partial class FrameObservations
{
    private static readonly VlanTag Blue = new(10);
    private static readonly VlanTag Red = new(20);
    private static readonly MacAddress Group = MacAddress.Parse("01:00:5e:01:01:01");
    private static readonly MacAddress Unknown = MacAddress.Parse("02:00:00:00:00:0f");
    private static readonly IpAddress Peer3 = IpAddress.Parse("192.0.2.14");

    /// <summary>By the quirk's name.</summary>
    public static IReadOnlyDictionary<string, (Func<string, string> Observe, string Honest, string Quirky)> All { get; } =
        new[] { Ports(), Tunnels(), Floods(), Learning(), Outer(), Bfd(), Routing(), Acls() }.SelectMany(o => o).ToDictionary();

    private static KeyValuePair<string, (Func<string, string>, string, string)> On(string quirk, Func<ForwardingBench, string> observe, string honest, string quirky) =>
        KeyValuePair.Create(quirk, ((Func<string, string>)(quirks => observe(new ForwardingBench(quirks))), honest, quirky));

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Ports() =>
    [
        On("untagged-is-any", b => Eth2(b, Frame(MacAddress.Broadcast, HostB, new VlanTag(77))), "nothing", "eth1:10"),
        On("drops-untagged", b => Eth2(b, Frame(MacAddress.Broadcast, HostB)), "eth1:10", "nothing"),
        On("leaks-unbound-vlans", b => Eth1(b, Frame(MacAddress.Broadcast, HostA, new VlanTag(77))), "nothing", "eth2:-"),
        On("forwards-link-local", b => Eth2(b, Frame(MacAddress.Parse("01:80:c2:00:00:00"), HostB)), "nothing", "eth1:10"),
        On("vlan-is-global", b =>
        {
            b.Controller.Transact(Ops.Bind("eth2", 20, b.Id("blue")));
            return Eth2(b, Frame(MacAddress.Broadcast, HostB, Red));
        }, "eth1:10 eth2:-", "eth1:20"),
        On("wrong-egress-tag", b => Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote)), "eth1:10 eth2:-", "eth1:10 eth2:10"),
        On("strips-egress-tag", b => Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote)), "eth1:10 eth2:-", "eth1:- eth2:-"),
        On("keeps-old-binding", b =>
        {
            b.Controller.Transact($$$"""{"op":"update","table":"Physical_Port","where":[["name","==","eth2"]],"row":{"vlan_bindings":["map",[[0,{{{b.Id("red")}}}]]]}}""");
            return Eth2(b, Frame(MacAddress.Broadcast, HostB));
        }, "eth1:20", "eth1:10"),
        On("swaps-counters", b =>
        {
            Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote));
            b.Switch.Core.FallBehind();
            b.Switch.Settle();
            return string.Join(' ', b.Switch.Core.Database.Table("Logical_Binding_Stats").All
                .Select(r => $"{r["packets_from_local"].Integer}/{r["packets_to_local"].Integer}").Order(StringComparer.Ordinal));
        }, "0/0 0/1 0/1", "0/0 1/0 1/0"),
    ];

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Tunnels() =>
    [
        On("keeps-inner-tag", b =>
        {
            b.AddRemote(Remote, Peer);
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@5000", "192.0.2.12@5000+10"),
        On("accepts-inner-tags", b => Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote, Blue)), "nothing", "eth1:10 eth2:10"),
        On("ignores-late-tunnel-key", b =>
        {
            b.Controller.Transact(Ops.Network("late", null), Ops.Bind("eth2", 40, Ops.Named("late")));
            SetKey(b, "late", 6000);
            return Tunnel(b, Peer, 6000, Frame(MacAddress.Broadcast, Remote));
        }, "eth2:40", "nothing"),
        On("keeps-old-vni", b =>
        {
            SetKey(b, "blue", 6000);
            return Tunnel(b, Peer, 6000, Frame(MacAddress.Broadcast, Remote)) + " / " + Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote));
        }, "eth1:10 eth2:- / nothing", "nothing / eth1:10 eth2:-"),
        On("wrong-vni", b =>
        {
            b.AddRemote(Remote, Peer);
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@5000", "192.0.2.12@5001"),
        On("unknown-vni-is-any", b => Tunnel(b, Peer, 7777, Frame(MacAddress.Broadcast, Remote)), "nothing", "eth1:10 eth2:-"),
        On("ignores-locator-key", b =>
        {
            b.Controller.Transact(
                Ops.Locator("far", Peer.ToString()).Replace("\"dst_ip\"", "\"tunnel_key\":6100,\"dst_ip\"", StringComparison.Ordinal),
                Ops.RemoteMac(Remote.ToString(), b.Id("blue"), Ops.Named("far")));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@6100", "192.0.2.12@5000"),
        On("floods-known-unicast", b =>
        {
            b.AddRemote(Remote, Peer);
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@5000", "eth2:-"),
        On("keeps-deleted-macs", b =>
        {
            b.AddRemote(Remote, Peer);
            b.Controller.Transact(Ops.Delete("Ucast_Macs_Remote"));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "eth2:-", "192.0.2.12@5000"),
        On("loses-second-row", b =>
        {
            b.AddRemote(Remote, Peer);
            b.AddRemote(Remote, Peer2);
            var first = b.Switch.Core.Database.Table("Ucast_Macs_Remote").All.First().Uuid;
            b.Controller.Transact(Ops.Delete("Ucast_Macs_Remote", $"[\"_uuid\",\"==\",[\"uuid\",\"{first}\"]]"));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.13@5000", "eth2:-"),
        On("sends-to-itself", b =>
        {
            var own = b.Switch.Core.Database.Table("Physical_Locator").All.Single().Uuid;
            b.Controller.Transact(Ops.RemoteMac(Remote.ToString(), b.Id("blue"), $"[\"uuid\",\"{own}\"]"));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "eth2:-", "arp?192.0.2.11"),
        On("takes-lower-case-only", b =>
        {
            b.Controller.Transact(Ops.Locator("far", Peer.ToString()), Ops.RemoteMac("02:00:00:00:00:0C", b.Id("blue"), Ops.Named("far")));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@5000", "eth2:-"),
        On("first-locator-wins", b =>
        {
            b.AddRemote(Remote, Peer);
            b.Controller.Transact(Ops.Locator("other", Peer2.ToString()), """{"op":"update","table":"Ucast_Macs_Remote","where":[],"row":{"locator":["named-uuid","other"]}}""");
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.13@5000", "192.0.2.12@5000"),
        On("mac-table-is-global", b =>
        {
            b.AddRemote(Remote, Peer);
            return Eth1(b, Frame(Remote, HostA, Red));
        }, "nothing", "192.0.2.12@5001"),
        On("learns-far-ends", b =>
        {
            b.AddRemote(Remote, Peer);
            Tunnel(b, Peer2, 5000, Frame(MacAddress.Broadcast, Remote));
            return Eth1(b, Frame(Remote, HostA, Blue));
        }, "192.0.2.12@5000", "192.0.2.13@5000"),
        On("forwards-between-tunnels", b =>
        {
            b.AddRemote(Remote, Peer2);
            return Tunnel(b, Peer, 5000, Frame(Remote, Unknown));
        }, "nothing", "192.0.2.13@5000"),
    ];

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Floods() =>
    [
        On("copies-to-all-service-nodes", b => Flooded(b, "service_node", Peer, Peer2), "eth2:- 192.0.2.12@5000", "eth2:- 192.0.2.12@5000 192.0.2.13@5000"),
        On("one-copy-at-source", b => Flooded(b, "source_node", Peer, Peer2), "eth2:- 192.0.2.12@5000 192.0.2.13@5000", "eth2:- 192.0.2.12@5000"),
        On("few-copies", b => Flooded(b, "source_node", Peer, Peer2, Peer3), "eth2:- 192.0.2.12@5000 192.0.2.13@5000 arp?192.0.2.14", "eth2:- 192.0.2.12@5000 192.0.2.13@5000"),
        On("reads-mode-once", b => Flooded(b, "source_node", Peer, Peer2), "eth2:- 192.0.2.12@5000 192.0.2.13@5000", "eth2:- 192.0.2.12@5000"),
        On("copies-to-itself", b => Flooded(b, "source_node", Own, Peer), "eth2:- 192.0.2.12@5000", "eth2:- arp?192.0.2.11 192.0.2.12@5000"),
        On("drops-without-list", b => Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue)), "eth2:-", "nothing"),
        On("floods-into-tunnels", b =>
        {
            b.SetFlood("source_node", Peer, Peer2);
            return Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote));
        }, "eth1:10 eth2:-", "eth1:10 eth2:- 192.0.2.13@5000"),
        On("floods-broadcast-only", b =>
        {
            b.SetFlood("source_node", Peer);
            return Eth1(b, Frame(Unknown, HostA, Blue)) + " / " + Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue));
        }, "eth2:- 192.0.2.12@5000 / eth2:- 192.0.2.12@5000", "eth2:- / eth2:- 192.0.2.12@5000"),
        On("ignores-health", b =>
        {
            b.Switch.Core.Forwarding!.IsHealthy = a => a != Peer;
            return Flooded(b, "service_node", Peer, Peer2);
        }, "eth2:- 192.0.2.13@5000", "eth2:- 192.0.2.12@5000"),
        On("keeps-flood-list", b =>
        {
            b.SetFlood("source_node", Peer);
            b.Controller.Transact(
                Ops.Locator("other", Peer2.ToString()),
                """{"op":"insert","table":"Physical_Locator_Set","uuid-name":"s","row":{"locators":["named-uuid","other"]}}""",
                """{"op":"update","table":"Mcast_Macs_Remote","where":[],"row":{"locator_set":["named-uuid","s"]}}""");
            return Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue));
        }, "eth2:- 192.0.2.13@5000", "eth2:- 192.0.2.12@5000"),
        On("last-flood-row-wins", b =>
        {
            b.SetFlood("source_node", Peer);
            return Flooded(b, "source_node", Peer2);
        }, "eth2:- 192.0.2.12@5000 192.0.2.13@5000", "eth2:- 192.0.2.13@5000"),
        On("group-replaces-flooding", b => Grouped(b, MacAddress.Broadcast), "eth2:- 192.0.2.12@5000", "eth2:- 192.0.2.13@5000"),
        On("ignores-groups", b => Grouped(b, Group), "eth2:- 192.0.2.13@5000", "eth2:- 192.0.2.12@5000"),
    ];

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Learning() =>
    [
        On("learns-group-sources", b => Eth2(b, Frame(HostA, Group)), "nothing", "eth1:10"),
        On("publishes-nothing", b => Seen(b, HostB), """{"MAC":"02:00:00:00:00:0b"}""", ""),
        On("never-ages", b =>
        {
            Seen(b, HostB);
            b.Switch.Pass(TimeSpan.FromSeconds(300));
            b.Switch.Core.Learned.Expire();
            return b.Published();
        }, "", """{"MAC":"02:00:00:00:00:0b"}"""),
        On("rewrites-local-rows", b =>
        {
            Seen(b, HostB);
            var before = b.Switch.Core.Database.Table("Ucast_Macs_Local").All.Single().Uuid;
            b.Switch.Core.FallBehind();
            b.Switch.Settle();
            return $"{before == b.Switch.Core.Database.Table("Ucast_Macs_Local").All.Single().Uuid}";
        }, "True", "False"),
        On("stays-deleted", b =>
        {
            Seen(b, HostB);
            b.Controller.Transact(Ops.Delete("Ucast_Macs_Local"));
            return b.Published();
        }, """{"MAC":"02:00:00:00:00:0b"}""", ""),
        On("learns-once", b =>
        {
            Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue));
            Eth1(b, Frame(MacAddress.Broadcast, HostA, Red));
            b.Switch.Settle();
            return $"{b.Switch.Core.Database.Table("Ucast_Macs_Local").All.Count()} rows";
        }, "2 rows", "1 rows"),
        On("never-moves", b =>
        {
            Eth1(b, Frame(MacAddress.Broadcast, HostA, Blue));
            Eth2(b, Frame(MacAddress.Broadcast, HostA));
            return Tunnel(b, Peer, 5000, Frame(HostA, Remote));
        }, "eth2:-", "eth1:10"),
        On("keeps-moved-macs", b =>
        {
            Seen(b, HostB);
            b.AddRemote(HostB, Peer);
            return b.Published();
        }, "", """{"MAC":"02:00:00:00:00:0b"}"""),
        On("remote-row-blocks-learning", b =>
        {
            b.AddRemote(HostB, Peer);
            return Seen(b, HostB);
        }, """{"MAC":"02:00:00:00:00:0b"}""", ""),
        On("keeps-local-macs", b =>
        {
            Seen(b, HostB);
            b.Controller.Transact(Ops.Unbind("eth2", 0));
            return b.Published();
        }, "", """{"MAC":"02:00:00:00:00:0b"}"""),
        On("keeps-macs-of-down-ports", b =>
        {
            Seen(b, HostB);
            b.Eth2.SetUp(false);
            return b.Published();
        }, "", """{"MAC":"02:00:00:00:00:0b"}"""),
        On("learns-from-tunnels", b =>
        {
            Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote));
            return b.Published();
        }, "", """{"MAC":"02:00:00:00:00:0c"}"""),
    ];

    private static string Eth1(ForwardingBench bench, byte[] frame) => After(bench, () => bench.Eth1.Deliver(frame));

    private static string Eth2(ForwardingBench bench, byte[] frame) => After(bench, () => bench.Eth2.Deliver(frame));

    private static string Tunnel(ForwardingBench bench, IpAddress from, int vni, byte[] inner, Action<byte[]>? spoil = null) =>
        After(bench, () => bench.FromTunnel(from, vni, inner, spoil));

    private static string After(ForwardingBench bench, Action action)
    {
        bench.Left();
        action();
        bench.Switch.Settle();
        return bench.Left();
    }

    private static string Seen(ForwardingBench bench, MacAddress mac)
    {
        Eth2(bench, Frame(MacAddress.Broadcast, mac));
        return bench.Published();
    }

    private static string Flooded(ForwardingBench bench, string mode, params IpAddress[] members)
    {
        bench.SetFlood(mode, members);
        return Eth1(bench, Frame(MacAddress.Broadcast, HostA, Blue));
    }

    private static string Grouped(ForwardingBench bench, MacAddress to)
    {
        bench.SetFlood("source_node", Peer);
        bench.Controller.Transact(
            Ops.Locator("other", Peer2.ToString()),
            """{"op":"insert","table":"Physical_Locator_Set","uuid-name":"s","row":{"locators":["named-uuid","other"]}}""",
            $$$"""{"op":"insert","table":"Mcast_Macs_Remote","row":{"MAC":"{{{Group}}}","logical_switch":{{{bench.Id("blue")}}},"locator_set":["named-uuid","s"]}}""");
        return Eth1(bench, Frame(to, HostA, Blue));
    }

    private static void SetKey(ForwardingBench bench, string network, int key) => bench.Controller.Transact(
        $$$"""{"op":"update","table":"Logical_Switch","where":[["name","==","{{{network}}}"]],"row":{"tunnel_key":{{{key}}}}}""");
}
