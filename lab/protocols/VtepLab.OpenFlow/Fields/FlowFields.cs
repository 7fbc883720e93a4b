using static VtepLab.OpenFlow.Fields.FieldNeeds;
using static VtepLab.OpenFlow.Fields.FieldNotation;

namespace VtepLab.OpenFlow.Fields;

/// <summary>The fields, as ovs-fields(7) names them.</summary>
public static class FlowFields
{
    /// <summary>How many 32 bit registers there are.</summary>
    public const int RegisterCount = 16;

    public static readonly FlowField InPort = new("in_port", "NXM_OF_IN_PORT", 0, 32, 16, Port, Nothing, true);
    public static readonly FlowField InPortOxm = new("in_port_oxm", "OXM_OF_IN_PORT", 0, 32, 32, Port, Nothing, true);
    public static readonly FlowField VlanTci = new("vlan_tci", "NXM_OF_VLAN_TCI", 0, 16, 16, Hexadecimal, Nothing, true);

    /// <summary>VLAN and, as bit 12, "a tag is present".</summary>
    public static readonly FlowField VlanVid = new("vlan_vid", "OXM_OF_VLAN_VID", 0, 16, 13, FieldNotation.Decimal, Vlan, true);
    public static readonly FlowField VlanPcp = new("vlan_pcp", "OXM_OF_VLAN_PCP", 0, 29, 3, FieldNotation.Decimal, Vlan, true);
    public static readonly FlowField EthType = new("eth_type", "NXM_OF_ETH_TYPE", 0, 0, 16, Hexadecimal, Nothing, false, "dl_type", "OXM_OF_ETH_TYPE");
    public static readonly FlowField EthDst = new("eth_dst", "NXM_OF_ETH_DST", 1, 16, 48, Mac, Nothing, true, "dl_dst", "OXM_OF_ETH_DST");
    public static readonly FlowField EthSrc = new("eth_src", "NXM_OF_ETH_SRC", 2, 16, 48, Mac, Nothing, true, "dl_src", "OXM_OF_ETH_SRC");

    public static readonly FlowField IpProto = new("nw_proto", "NXM_OF_IP_PROTO", 1, 0, 8, FieldNotation.Decimal, Ip, false, "ip_proto", "OXM_OF_IP_PROTO");
    public static readonly FlowField ArpOp = new("arp_op", "NXM_OF_ARP_OP", 1, 0, 16, FieldNotation.Decimal, Arp, true, "OXM_OF_ARP_OP");

    /// <summary>The whole byte, of which <c>nw_tos</c> covers the upper six bits.</summary>
    public static readonly FlowField IpTos = new("nw_tos", "NXM_OF_IP_TOS", 2, 8, 8, FieldNotation.Decimal, Ip, true);
    public static readonly FlowField IpDscp = new("ip_dscp", "OXM_OF_IP_DSCP", 2, 10, 6, FieldNotation.Decimal, Ip, true);
    public static readonly FlowField IpEcn = new("nw_ecn", "NXM_NX_IP_ECN", 2, 8, 2, FieldNotation.Decimal, Ip, true, "ip_ecn", "OXM_OF_IP_ECN");
    public static readonly FlowField IpTtl = new("nw_ttl", "NXM_NX_IP_TTL", 2, 0, 8, FieldNotation.Decimal, Ip, true);
    public static readonly FlowField TunId = new("tun_id", "NXM_NX_TUN_ID", 3, 0, 64, Hexadecimal, Nothing, true, "tunnel_id", "OXM_OF_TUNNEL_ID");
    public static readonly FlowField IpSrc = new("ip_src", "NXM_OF_IP_SRC", 4, 32, 32, FieldNotation.IPv4, FieldNeeds.IPv4, true, "nw_src", "OXM_OF_IPV4_SRC");
    public static readonly FlowField IpDst = new("ip_dst", "NXM_OF_IP_DST", 4, 0, 32, FieldNotation.IPv4, FieldNeeds.IPv4, true, "nw_dst", "OXM_OF_IPV4_DST");
    public static readonly FlowField ArpSpa = new("arp_spa", "NXM_OF_ARP_SPA", 4, 32, 32, FieldNotation.IPv4, Arp, true, "OXM_OF_ARP_SPA");
    public static readonly FlowField ArpTpa = new("arp_tpa", "NXM_OF_ARP_TPA", 4, 0, 32, FieldNotation.IPv4, Arp, true, "OXM_OF_ARP_TPA");
    public static readonly FlowField TcpSrc = new("tcp_src", "NXM_OF_TCP_SRC", 5, 48, 16, FieldNotation.Decimal, Tcp, true, "tp_src", "OXM_OF_TCP_SRC");
    public static readonly FlowField TcpDst = new("tcp_dst", "NXM_OF_TCP_DST", 5, 32, 16, FieldNotation.Decimal, Tcp, true, "tp_dst", "OXM_OF_TCP_DST");
    public static readonly FlowField UdpSrc = new("udp_src", "NXM_OF_UDP_SRC", 5, 48, 16, FieldNotation.Decimal, Udp, true, "OXM_OF_UDP_SRC");
    public static readonly FlowField UdpDst = new("udp_dst", "NXM_OF_UDP_DST", 5, 32, 16, FieldNotation.Decimal, Udp, true, "OXM_OF_UDP_DST");
    public static readonly FlowField IcmpType = new("icmp_type", "NXM_OF_ICMP_TYPE", 5, 48, 8, FieldNotation.Decimal, Icmp, true, "OXM_OF_ICMPV4_TYPE");
    public static readonly FlowField IcmpCode = new("icmp_code", "NXM_OF_ICMP_CODE", 5, 32, 8, FieldNotation.Decimal, Icmp, true, "OXM_OF_ICMPV4_CODE");
    public static readonly FlowField IcmpV6Type = new("icmpv6_type", "NXM_NX_ICMPV6_TYPE", 5, 48, 8, FieldNotation.Decimal, IcmpV6, true, "OXM_OF_ICMPV6_TYPE");
    public static readonly FlowField IcmpV6Code = new("icmpv6_code", "NXM_NX_ICMPV6_CODE", 5, 32, 8, FieldNotation.Decimal, IcmpV6, true, "OXM_OF_ICMPV6_CODE");
    public static readonly FlowField TcpFlags = new("tcp_flags", "NXM_NX_TCP_FLAGS", 5, 16, 12, Hexadecimal, Tcp, false, "OXM_ONF_TCP_FLAGS");
    public static readonly FlowField ArpSha = new("arp_sha", "NXM_NX_ARP_SHA", 6, 16, 48, Mac, Arp, true, "OXM_OF_ARP_SHA");
    public static readonly FlowField ArpTha = new("arp_tha", "NXM_NX_ARP_THA", 7, 16, 48, Mac, Arp, true, "OXM_OF_ARP_THA");
    public static readonly FlowField TunSrc = new("tun_src", "NXM_NX_TUN_IPV4_SRC", 8, 32, 32, FieldNotation.IPv4, Nothing, true);
    public static readonly FlowField TunDst = new("tun_dst", "NXM_NX_TUN_IPV4_DST", 8, 0, 32, FieldNotation.IPv4, Nothing, true);
    public static readonly FlowField Metadata = new("metadata", "OXM_OF_METADATA", 9, 0, 64, Hexadecimal, Nothing, true);
    public static readonly FlowField IPv6Src = new("ipv6_src", "NXM_NX_IPV6_SRC", 18, 0, 128, FieldNotation.IPv6, FieldNeeds.IPv6, true, "OXM_OF_IPV6_SRC");
    public static readonly FlowField IPv6Dst = new("ipv6_dst", "NXM_NX_IPV6_DST", 20, 0, 128, FieldNotation.IPv6, FieldNeeds.IPv6, true, "OXM_OF_IPV6_DST");
    public static readonly FlowField NdTarget = new("nd_target", "NXM_NX_ND_TARGET", 22, 0, 128, FieldNotation.IPv6, NeighbourDiscovery, false, "OXM_OF_IPV6_ND_TARGET");

    // Not matched by name: the fragment bits (1 any, 2 later) and the tags behind what vlan_tci shows.
    internal static readonly FlowField NwFrag = new("nw_frag", "NXM_NX_IP_FRAG", 5, 0, 2, FieldNotation.Decimal, Ip, false);
    internal static readonly FlowField OuterTpid = new("outer_tpid", "", 24, 48, 16, Hexadecimal, Nothing, false);
    internal static readonly FlowField InnerTpid = new("inner_tpid", "", 24, 32, 16, Hexadecimal, Nothing, false);
    internal static readonly FlowField InnerTci = new("inner_tci", "", 24, 16, 16, Hexadecimal, Nothing, false);

    private static readonly FlowField[] Registers =
    [
        .. Enumerable.Range(0, RegisterCount).Select(n =>
            new FlowField($"reg{n}", $"NXM_NX_REG{n}", 10 + (n / 2), n % 2 == 0 ? 32 : 0, 32, Hexadecimal, Nothing, true)),
    ];

    private static readonly Dictionary<string, FlowField> ByName = Index();

    /// <summary>The n-th register, 0 to 15.</summary>
    public static FlowField Register(int number) => Registers[number];

    /// <summary>The field of one of its names, or null. Names are told apart by case, as ovs-ofctl does.</summary>
    public static FlowField? Find(string name) => ByName.GetValueOrDefault(name);

    private static Dictionary<string, FlowField> Index()
    {
        FlowField[] all =
        [
            InPort, InPortOxm, VlanTci, VlanVid, VlanPcp, EthType, EthDst, EthSrc, IpProto, ArpOp, IpTos, IpDscp, IpEcn, IpTtl, TunId,
            IpSrc, IpDst, ArpSpa, ArpTpa, TcpSrc, TcpDst, UdpSrc, UdpDst, IcmpType, IcmpCode, IcmpV6Type, IcmpV6Code, TcpFlags,
            ArpSha, ArpTha, TunSrc, TunDst, Metadata, IPv6Src, IPv6Dst, NdTarget, .. Registers,
        ];
        var index = new Dictionary<string, FlowField>(StringComparer.Ordinal);
        foreach (var field in all)
        {
            index.Add(field.Name, field);
            index.Add(field.SubfieldName, field);
            foreach (var alias in field.Aliases)
            {
                index.Add(alias, field);
            }
        }

        return index;
    }
}
