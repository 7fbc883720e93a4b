using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Text;

/// <summary>Prerequisites: what a match must say before a field may be matched or set.</summary>
internal static class FieldRules
{
    /// <summary>True when a match says enough.</summary>
    public static bool IsMet(FieldNeeds needs, FlowMatch match, bool hasVlan)
    {
        var type = match.Mask.Get(FlowFields.EthType) == 0xFFFF ? (int)match.Value.Get(FlowFields.EthType) : -1;
        var proto = match.Mask.Get(FlowFields.IpProto) == 0xFF ? (int)match.Value.Get(FlowFields.IpProto) : -1;
        var isIp = type is EtherTypes.IPv4 or EtherTypes.IPv6;
        return needs switch
        {
            FieldNeeds.Nothing => true,
            FieldNeeds.Vlan => hasVlan,
            FieldNeeds.Arp => type is EtherTypes.Arp or 0x8035,
            FieldNeeds.IPv4 => type == EtherTypes.IPv4,
            FieldNeeds.IPv6 => type == EtherTypes.IPv6,
            FieldNeeds.Ip => isIp,
            FieldNeeds.Tcp => isIp && proto is IpProtocols.Tcp or 132,
            FieldNeeds.Udp => isIp && proto == IpProtocols.Udp,
            FieldNeeds.Icmp => type == EtherTypes.IPv4 && proto == IpProtocols.Icmp,
            FieldNeeds.IcmpV6 => type == EtherTypes.IPv6 && proto == IpProtocols.IcmpV6,
            _ => type == EtherTypes.IPv6 && proto == IpProtocols.IcmpV6 && match.Mask.Get(FlowFields.IcmpV6Type) == 0xFF
                && match.Value.Get(FlowFields.IcmpV6Type) is 135 or 136,
        };
    }

    /// <summary>The prerequisite in words.</summary>
    public static string Describe(FieldNeeds needs) => needs switch
    {
        FieldNeeds.Vlan => "that there is a VLAN tag",
        FieldNeeds.Arp => "arp or rarp",
        FieldNeeds.IPv4 => "ip",
        FieldNeeds.IPv6 => "ipv6",
        FieldNeeds.Ip => "ip or ipv6",
        FieldNeeds.Tcp => "tcp or tcp6",
        FieldNeeds.Udp => "udp or udp6",
        FieldNeeds.Icmp => "icmp",
        FieldNeeds.IcmpV6 => "icmp6",
        FieldNeeds.NeighbourDiscovery => "icmp6 with icmp_type=135 or 136",
        _ => "nothing in particular",
    };
}
