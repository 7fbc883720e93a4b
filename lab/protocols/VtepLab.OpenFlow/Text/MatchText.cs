using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Text;

/// <summary>Prints a match in the order and the spelling of ovs-ofctl.</summary>
internal static class MatchText
{
    private const ulong RarpType = 0x8035;

    private static readonly string[] FlagNames =
        ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns", "[9]", "[10]", "[11]"];

    /// <summary>The fields with commas between them; empty when everything fits.</summary>
    public static string Format(FlowMatch match, OpenFlowVersion version)
    {
        var items = new List<string>();
        var (typeName, showsType, showsProto) = Shorthand(match);
        if (typeName is not null)
        {
            items.Add(typeName);
        }

        for (var i = 0; i < FlowFields.RegisterCount; i++)
        {
            Number(items, match, FlowFields.Register(i), FlowFields.Register(i).Name);
        }

        Number(items, match, FlowFields.TunId, "tun_id");
        Address(items, match, FlowFields.TunSrc, "tun_src");
        Address(items, match, FlowFields.TunDst, "tun_dst");
        Number(items, match, FlowFields.Metadata, "metadata");
        if (match.Mask.Get(FlowFields.InPort) != 0)
        {
            items.Add($"in_port={OpenFlowPorts.Format((int)match.Value.Get(FlowFields.InPort))}");
        }

        Vlan(items, match, version);
        Address(items, match, FlowFields.EthSrc, "dl_src");
        Address(items, match, FlowFields.EthDst, "dl_dst");
        if (showsType && match.Mask.Get(FlowFields.EthType) != 0)
        {
            Number(items, match, FlowFields.EthType, "dl_type", digits: 4, zeroWithPrefix: true);
        }

        NetworkLayer(items, match, showsProto);
        Transport(items, match);
        return string.Join(',', items);
    }

    private static void NetworkLayer(List<string> items, FlowMatch match, bool showsProto)
    {
        var type = match.Value.Get(FlowFields.EthType);
        var isArp = type is EtherTypes.Arp or RarpType;
        if (type == EtherTypes.IPv6)
        {
            Address(items, match, FlowFields.IPv6Src, "ipv6_src");
            Address(items, match, FlowFields.IPv6Dst, "ipv6_dst");
        }
        else
        {
            Address(items, match, FlowFields.IpSrc, isArp ? "arp_spa" : "nw_src");
            Address(items, match, FlowFields.IpDst, isArp ? "arp_tpa" : "nw_dst");
        }

        if (showsProto && match.Mask.Get(FlowFields.IpProto) != 0)
        {
            items.Add(string.Create(CultureInfo.InvariantCulture,
                $"{(isArp ? "arp_op" : "nw_proto")}={match.Value.Get(isArp ? FlowFields.ArpOp : FlowFields.IpProto)}"));
        }

        if (isArp)
        {
            Address(items, match, FlowFields.ArpSha, "arp_sha");
            Address(items, match, FlowFields.ArpTha, "arp_tha");
            return;
        }

        Plain(items, match, FlowFields.IpDscp, "nw_tos", v => v << 2);
        Plain(items, match, FlowFields.IpEcn, "nw_ecn", v => v);
        Plain(items, match, FlowFields.IpTtl, "nw_ttl", v => v);
        if (match.Mask.Get(FlowFields.NwFrag) is var mask and not 0)
        {
            items.Add("nw_frag=" + (mask, match.Value.Get(FlowFields.NwFrag)) switch
            {
                (3, 0) => "no",
                (3, 1) => "first",
                (3, 3) => "later",
                (1, 1) => "yes",
                (1, 0) => "no",
                _ => "not_later",
            });
        }
    }

    private static void Transport(List<string> items, FlowMatch match)
    {
        var type = match.Value.Get(FlowFields.EthType);
        var proto = match.Value.Get(FlowFields.IpProto);
        var isIcmp = (type == EtherTypes.IPv4 && proto == IpProtocols.Icmp) || (type == EtherTypes.IPv6 && proto == IpProtocols.IcmpV6);
        if (isIcmp)
        {
            Plain(items, match, FlowFields.IcmpType, "icmp_type", v => v);
            Plain(items, match, FlowFields.IcmpCode, "icmp_code", v => v);
            Address(items, match, FlowFields.NdTarget, "nd_target");
            return;
        }

        Port(items, match, FlowFields.TcpSrc, "tp_src");
        Port(items, match, FlowFields.TcpDst, "tp_dst");
        if (match.Mask.Get(FlowFields.TcpFlags) is var mask and not 0)
        {
            var value = match.Value.Get(FlowFields.TcpFlags);
            items.Add("tcp_flags=" + string.Concat(
                FlagNames.Select((name, bit) => ((mask >> bit) & 1) == 0 ? "" : ((value >> bit) & 1) == 1 ? "+" + name : "-" + name)));
        }
    }

    // The words "tcp", "arp" and so on say the Ethernet type, and perhaps the protocol, at once.
    private static (string? Name, bool ShowsType, bool ShowsProto) Shorthand(FlowMatch match)
    {
        if (match.Mask.Get(FlowFields.EthType) != 0xFFFF)
        {
            return (null, true, true);
        }

        var proto = match.Mask.Get(FlowFields.IpProto) == 0xFF ? (int)match.Value.Get(FlowFields.IpProto) : -1;
        var (name, named) = (match.Value.Get(FlowFields.EthType), proto) switch
        {
            (EtherTypes.IPv4, IpProtocols.Icmp) => ("icmp", true),
            (EtherTypes.IPv4, IpProtocols.Tcp) => ("tcp", true),
            (EtherTypes.IPv4, IpProtocols.Udp) => ("udp", true),
            (EtherTypes.IPv4, 132) => ("sctp", true),
            (EtherTypes.IPv4, _) => ("ip", false),
            (EtherTypes.IPv6, IpProtocols.IcmpV6) => ("icmp6", true),
            (EtherTypes.IPv6, IpProtocols.Tcp) => ("tcp6", true),
            (EtherTypes.IPv6, IpProtocols.Udp) => ("udp6", true),
            (EtherTypes.IPv6, 132) => ("sctp6", true),
            (EtherTypes.IPv6, _) => ("ipv6", false),
            (EtherTypes.Arp, _) => ("arp", false),
            (RarpType, _) => ("rarp", false),
            _ => (null, false),
        };
        return (name, name is null, !named);
    }

    private static void Vlan(List<string> items, FlowMatch match, OpenFlowVersion version)
    {
        var mask = match.Mask.Get(FlowFields.VlanTci);
        var value = match.Value.Get(FlowFields.VlanTci);
        if (mask == 0)
        {
            return;
        }

        var (vid, pcp) = (mask & 0xFFF, mask & 0xE000);
        if ((mask & value & FlowKeyReader.TagPresent) != 0 && vid is 0 or 0xFFF && pcp is 0 or 0xE000 && (vid | pcp) != 0)
        {
            if (vid != 0)
            {
                items.Add(string.Create(CultureInfo.InvariantCulture, $"dl_vlan={value & 0xFFF}"));
            }

            if (pcp != 0)
            {
                items.Add(string.Create(CultureInfo.InvariantCulture, $"dl_vlan_pcp={value >> 13}"));
            }

            return;
        }

        // "No tag" is a match on vlan_vid in OpenFlow 1.3, which leaves the priority out.
        if (version == OpenFlowVersion.OpenFlow13 && mask == 0xFFFF && value == 0)
        {
            mask = 0x1FFF;
        }

        items.Add(mask == 0xFFFF
            ? string.Create(CultureInfo.InvariantCulture, $"vlan_tci=0x{value:x4}")
            : string.Create(CultureInfo.InvariantCulture, $"vlan_tci=0x{value:x4}/0x{mask:x4}"));
    }

    private static void Address(List<string> items, FlowMatch match, FlowField field, string name)
    {
        if (match.Mask.GetWide(field) is var mask && mask != 0)
        {
            items.Add($"{name}={FieldText.FormatMasked(field, match.Value.GetWide(field), mask)}");
        }
    }

    private static void Number(List<string> items, FlowMatch match, FlowField field, string name, int digits = 1, bool zeroWithPrefix = false)
    {
        var mask = match.Mask.Get(field);
        if (mask == 0)
        {
            return;
        }

        var value = match.Value.Get(field);
        var text = value == 0 && !zeroWithPrefix ? "0" : "0x" + value.ToString($"x{digits}", CultureInfo.InvariantCulture);
        items.Add(mask == field.LowMask ? $"{name}={text}" : $"{name}={text}/0x{mask.ToString($"x{digits}", CultureInfo.InvariantCulture)}");
    }

    private static void Port(List<string> items, FlowMatch match, FlowField field, string name)
    {
        var mask = match.Mask.Get(field);
        var value = match.Value.Get(field);
        if (mask != 0)
        {
            items.Add(mask == 0xFFFF
                ? string.Create(CultureInfo.InvariantCulture, $"{name}={value}")
                : string.Create(CultureInfo.InvariantCulture, $"{name}=0x{value:x}/0x{mask:x}"));
        }
    }

    private static void Plain(List<string> items, FlowMatch match, FlowField field, string name, Func<ulong, ulong> shown)
    {
        if (match.Mask.Get(field) != 0)
        {
            items.Add(string.Create(CultureInfo.InvariantCulture, $"{name}={shown(match.Value.Get(field))}"));
        }
    }
}
