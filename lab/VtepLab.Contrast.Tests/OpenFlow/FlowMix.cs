using VtepLab.OpenFlow;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>Flow sets from a seed. No two flows of a table share a priority: which of two equals wins is nobody's promise.</summary>
internal sealed class FlowMix(Random random, OpenFlowVersion version)
{
    private const int Tables = 6;
    private const int LearntTable = 5;

    private bool IsVersion13 => version == OpenFlowVersion.OpenFlow13;

    public IReadOnlyList<string> Next()
    {
        var flows = new List<string>();
        for (var table = 0; table < Tables; table++)
        {
            for (var n = random.Next(2, 6); n > 0; n--)
            {
                flows.Add(Flow(table, 10 + (10 * n) + random.Next(10)));
            }

            flows.Add($"table={table},priority=0,actions={Fallback(table)}");
        }

        return flows;
    }

    private string Fallback(int table) => (random.Next(4), table) switch
    {
        (0, < Tables - 1) => $"resubmit(,{table + 1})",
        (1, _) => "FLOOD",
        _ => "NORMAL",
    };

    private string Flow(int table, int priority)
    {
        var (network, kind) = Network();
        var items = new List<string> { $"table={table}", $"priority={priority}" };
        Maybe(items, 3, $"in_port={random.Next(1, 6)}");
        var vlan = Vlan();
        items.AddRange(vlan.Length > 0 ? [vlan] : []);
        Maybe(items, 4, $"dl_src={FrameMix.Mac(random.Next(1, 6))}");
        Maybe(items, 4, random.Next(3) switch
        {
            0 => "dl_dst=01:00:00:00:00:00/01:00:00:00:00:00",
            1 => "dl_dst=00:00:00:00:00:00/01:00:00:00:00:00",
            _ => $"dl_dst={FrameMix.Mac(random.Next(1, 6))}",
        });
        Maybe(items, 6, $"reg{random.Next(2)}={random.Next(3)}");
        Maybe(items, 8, $"tun_id={random.Next(3)}");
        items.AddRange(network);
        var hasVlan = vlan.StartsWith("dl_vlan", StringComparison.Ordinal) || vlan.StartsWith("vlan_tci=0x1", StringComparison.Ordinal);
        return string.Join(',', items) + ",actions=" + Actions(table, kind, hasVlan ? 1 : 0);
    }

    private string Vlan() => random.Next(8) switch
    {
        0 => $"dl_vlan={random.Next(5, 8)}",
        1 => "vlan_tci=0x1000/0x1000",
        2 => "vlan_tci=0x0000/0x1000",
        3 => $"vlan_tci=0x000{random.Next(5, 8)}/0x0fff",
        4 => $"dl_vlan={random.Next(5, 8)},dl_vlan_pcp={random.Next(8)}",
        _ => "",
    };

    private (string[] Items, string Kind) Network()
    {
        var ip = FrameMix.Ip(random.Next(1, 5));
        return random.Next(9) switch
        {
            0 => (["arp", $"arp_tpa={ip}"], "arp"),
            1 => (["arp", $"arp_op={random.Next(1, 3)}"], "arp"),
            2 => (["ip", $"nw_dst={ip}/{random.Next(30, 33)}"], "ip"),
            3 => (["tcp", $"nw_src={ip}", random.Next(2) == 0 ? $"tp_dst={random.Next(80, 84)}" : "tcp_flags=+syn-ack"], "tcp"),
            4 => (["udp", $"tp_src={random.Next(80, 84)}"], "udp"),
            5 => (["icmp", "icmp_type=8"], "ip"),
            6 => (["udp6", $"ipv6_dst={FrameMix.Ip6(random.Next(1, 5))}"], "udp6"),
            _ => ([], ""),
        };
    }

    private string Actions(int table, string kind, int tags)
    {
        var items = new List<string>();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            items.Add(Action(table, kind, ref tags));
        }

        return random.Next(12) == 0 ? "drop" : string.Join(',', items);
    }

    private string Action(int table, string kind, ref int tags)
    {
        switch (random.Next(16))
        {
            case 0 or 1 or 2:
                return $"output:{random.Next(1, 8)}";
            case 3:
                return "NORMAL";
            case 4:
                return random.Next(3) switch { 0 => "FLOOD", 1 => "ALL", _ => "IN_PORT" };
            case 5 when tags > 0 || !IsVersion13:
                tags = Math.Max(0, tags - 1); // OpenFlow 1.3 takes a tag off only where it knows of one.
                return "strip_vlan";
            case 6:
                tags = Math.Max(tags, 1);
                return $"mod_vlan_vid:{random.Next(5, 9)}";
            case 7 when IsVersion13 && tags < 2:
                tags++;
                return $"push_vlan:0x8100,set_field:{4096 + random.Next(5, 9)}->vlan_vid";
            case 7:
                tags = Math.Max(tags, 1);
                return $"mod_vlan_pcp:{random.Next(8)}";
            case 8:
                return $"mod_dl_{(random.Next(2) == 0 ? "src" : "dst")}:{FrameMix.Mac(random.Next(1, 6))}";
            case 9:
                return $"load:{random.Next(3)}->NXM_NX_REG{random.Next(2)}[]";
            case 10:
                return random.Next(2) == 0 ? $"set_tunnel:{random.Next(3)}" : "move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[]";
            case 11 or 12 when table < Tables - 1:
                return $"resubmit(,{random.Next(table + 1, Tables)})";
            case 13:
                return Learn(table);
            case 14 when tags > 0 && !IsVersion13:
                return $"load:{random.Next(5, 9)}->NXM_OF_VLAN_TCI[0..11]";
            case 15 when table < Tables - 1 && random.Next(3) == 0:
                return $"resubmit({random.Next(1, 6)},{table + 1})";
            default:
                return Network(kind);
        }
    }

    // What is learnt goes above every fixed flow of its table; flows learnt by two rules may share key and priority, and then replace each other.
    private string Learn(int table) => table >= LearntTable ? "NORMAL" : random.Next(2) == 0
        ? $"learn(table={LearntTable},priority=900,hard_timeout=300,NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:NXM_OF_IN_PORT[])"
        : $"learn(table={LearntTable},priority=901,idle_timeout=60,eth_type=0x800,nw_proto=17,NXM_OF_UDP_DST[]=NXM_OF_UDP_SRC[],load:0x1->NXM_NX_REG0[],output:NXM_OF_IN_PORT[])"
            .Replace("NXM_OF_UDP_DST[]=NXM_OF_UDP_SRC[]", "NXM_OF_ETH_SRC[]", StringComparison.Ordinal);

    private string Network(string kind)
    {
        var ip = FrameMix.Ip(random.Next(1, 5));
        return (kind, random.Next(6)) switch
        {
            ("arp", 0) => "load:0x2->NXM_OF_ARP_OP[]",
            ("arp", 1) => "move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[]",
            ("arp", _) => $"load:0x021ac0000209->NXM_NX_ARP_SHA[],load:0xc0000209->NXM_OF_ARP_SPA[]",
            ("udp6", 0) => $"mod_tp_dst:{random.Next(80, 84)}",
            ("udp6", _) => "dec_ttl",
            ("", _) => "output:2",
            (_, 0) => $"mod_nw_src:{ip}",
            (_, 1) => $"mod_nw_dst:{ip}",
            (_, 2) => $"mod_nw_tos:{4 * random.Next(64)}",
            (_, 3) => "dec_ttl",
            ("tcp" or "udp", 4) => $"mod_tp_src:{random.Next(80, 84)}",
            _ => "load:0x7->NXM_NX_IP_TTL[]",
        };
    }

    private void Maybe(List<string> items, int oneIn, string item)
    {
        if (random.Next(oneIn) == 0)
        {
            items.Add(item);
        }
    }
}
