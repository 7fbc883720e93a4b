using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;
using static VtepLab.OpenFlow.Text.FieldText;

namespace VtepLab.OpenFlow.Text;

/// <summary>What stands before the actions: place, life and match.</summary>
internal sealed class FlowHead(string flow, OpenFlowVersion version)
{
    private static readonly Dictionary<string, (ushort Type, int Proto)> Words = new(StringComparer.Ordinal)
    {
        ["ip"] = (EtherTypes.IPv4, -1), ["icmp"] = (EtherTypes.IPv4, 1), ["tcp"] = (EtherTypes.IPv4, 6), ["udp"] = (EtherTypes.IPv4, 17),
        ["sctp"] = (EtherTypes.IPv4, 132), ["ipv6"] = (EtherTypes.IPv6, -1), ["ip6"] = (EtherTypes.IPv6, -1),
        ["icmp6"] = (EtherTypes.IPv6, 58), ["tcp6"] = (EtherTypes.IPv6, 6), ["udp6"] = (EtherTypes.IPv6, 17),
        ["sctp6"] = (EtherTypes.IPv6, 132), ["arp"] = (EtherTypes.Arp, -1), ["rarp"] = (0x8035, -1),
    };

    private static readonly string[] Statistics = ["duration", "n_packets", "n_bytes", "idle_age", "hard_age"];

    private readonly List<FlowField> _used = [];
    private FlowKey _value;
    private FlowKey _mask;

    public bool IsSelection { get; init; }

    public bool HasTable { get; private set; }

    public int TableId { get; private set; }

    public int Priority { get; private set; } = Flow.DefaultPriority;

    public ulong Cookie { get; private set; }

    public ulong CookieMask { get; private set; }

    public int IdleTimeout { get; private set; }

    public int HardTimeout { get; private set; }

    public FlowFlags Flags { get; private set; }

    public int? OutPort { get; private set; }

    public void Read(string text)
    {
        foreach (var item in text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                Word(item);
            }
            else
            {
                Member(item[..equals], item[(equals + 1)..]);
            }
        }
    }

    /// <summary>The match, after a look at what its fields need.</summary>
    public FlowMatch Match()
    {
        var match = new FlowMatch(_value, _mask);
        foreach (var field in _used)
        {
            if (field != FlowFields.VlanVid && !FieldRules.IsMet(field.Needs, match, match.HasVlan))
            {
                throw Wrong(field.Name, $"a match that says {FieldRules.Describe(field.Needs)}", "none");
            }
        }

        return match;
    }

    private void Word(string word)
    {
        switch (word)
        {
            case "send_flow_rem":
                Flags |= FlowFlags.SendFlowRemoved;
                break;
            case "reset_counts":
                Flags |= FlowFlags.ResetCounts;
                break;
            default:
                if (!Words.TryGetValue(word, out var meaning))
                {
                    throw Wrong(word, "a field=value or a word such as ip, tcp, arp", $"'{word}'");
                }

                Set(FlowFields.EthType, meaning.Type, 0xFFFF);
                if (meaning.Proto >= 0)
                {
                    Set(FlowFields.IpProto, (UInt128)meaning.Proto, 0xFF);
                }

                break;
        }
    }

    private void Member(string name, string value)
    {
        switch (name)
        {
            case "table":
                TableId = FlowParser.Number(flow, name, value, 254);
                HasTable = true;
                break;
            case "priority":
                Priority = FlowParser.Number(flow, name, value, 65535);
                break;
            case "idle_timeout":
                IdleTimeout = FlowParser.Number(flow, name, value, 65535);
                break;
            case "hard_timeout":
                HardTimeout = FlowParser.Number(flow, name, value, 65535);
                break;
            case "cookie":
                ReadCookie(value);
                break;
            case "out_port" when IsSelection:
                OutPort = OpenFlowPorts.TryParse(value, out var port) ? port : throw Wrong(name, "a port", $"'{value}'");
                break;
            case "dl_vlan":
                Vlan(name, value);
                break;
            case "dl_vlan_pcp":
                Set(FlowFields.VlanTci, (UInt128)((FlowParser.Number(flow, name, value, 7) << 13) | 0x1000), 0xF000);
                break;
            case "nw_frag":
                Fragment(value);
                break;
            case "tcp_flags" when value.Length > 0 && value[0] is '+' or '-':
                TcpFlagNames(value);
                break;
            default:
                if (!Statistics.Contains(name))
                {
                    Field(name, value);
                }

                break;
        }
    }

    private void ReadCookie(string value)
    {
        var slash = value.IndexOf('/', StringComparison.Ordinal);
        var mask = ulong.MaxValue;
        if (!TryParseNumber(slash < 0 ? value : value[..slash], out var cookie)
            || (slash >= 0 && value[(slash + 1)..] != "-1" && !TryParseNumber(value[(slash + 1)..], out mask)))
        {
            throw Wrong("cookie", "a number of 64 bits, in a selection with /mask", $"'{value}'");
        }

        Cookie = cookie;
        CookieMask = mask;
    }

    private void Vlan(string name, string value)
    {
        if (value is "0xffff" or "65535")
        {
            Set(FlowFields.VlanTci, 0, version == OpenFlowVersion.OpenFlow10 ? 0xFFFFu : 0x1FFFu);
        }
        else
        {
            Set(FlowFields.VlanTci, (UInt128)(FlowParser.Number(flow, name, value, 4095) | 0x1000), 0x1FFF);
        }
    }

    private void Fragment(string value)
    {
        var (bits, mask) = value switch
        {
            "no" => (0u, 3u),
            "yes" => (1u, 1u),
            "first" => (1u, 3u),
            "later" => (3u, 3u),
            "not_later" => (0u, 2u),
            _ => throw Wrong("nw_frag", "no, yes, first, later or not_later", $"'{value}'"),
        };
        Set(FlowFields.NwFrag, bits, mask);
    }

    private void TcpFlagNames(string value)
    {
        string[] names = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr", "ns"];
        for (var at = 0; at < value.Length;)
        {
            var end = value.IndexOfAny(['+', '-'], at + 1);
            end = end < 0 ? value.Length : end;
            var bit = Array.IndexOf(names, value[(at + 1)..end]);
            if (bit < 0)
            {
                throw Wrong("tcp_flags", "+ or - and one of " + string.Join(", ", names), $"'{value[at..end]}'");
            }

            Set(FlowFields.TcpFlags, value[at] == '+' ? UInt128.One << bit : 0, UInt128.One << bit);
            at = end;
        }
    }

    private void Field(string name, string value)
    {
        var field = Resolve(name) ?? throw Wrong(name, "a field of ovs-fields(7)", "an unknown name");
        var (bits, mask) = Parse(field, value) ?? throw Wrong(name, Expectation(field), $"'{value}'");
        if (field == FlowFields.IpTos)
        {
            mask = 0xFC; // nw_tos is the upper six bits; the others are nw_ecn.
        }

        Set(field, bits, mask);
    }

    // Some names mean another field in ARP, ICMPv6 and UDP.
    private FlowField? Resolve(string name)
    {
        var type = _value.Get(FlowFields.EthType);
        var isArp = type is EtherTypes.Arp or 0x8035;
        var isV6 = type == EtherTypes.IPv6;
        var isUdp = _value.Get(FlowFields.IpProto) == IpProtocols.Udp;
        return name switch
        {
            "nw_src" when isArp => FlowFields.ArpSpa,
            "nw_dst" when isArp => FlowFields.ArpTpa,
            "nw_proto" when isArp => FlowFields.ArpOp,
            "icmp_type" when isV6 => FlowFields.IcmpV6Type,
            "icmp_code" when isV6 => FlowFields.IcmpV6Code,
            "tp_src" => isUdp ? FlowFields.UdpSrc : FlowFields.TcpSrc,
            "tp_dst" => isUdp ? FlowFields.UdpDst : FlowFields.TcpDst,
            _ => FlowFields.Find(name),
        };
    }

    private void Set(FlowField field, UInt128 bits, UInt128 mask)
    {
        _used.Add(field);
        _value.SetWide(field, (_value.GetWide(field) & ~mask) | (bits & mask));
        _mask.SetWide(field, _mask.GetWide(field) | mask);
    }

    private FlowFormatException Wrong(string place, string expected, string found) =>
        new($"{(IsSelection ? "selection" : "flow")} '{flow}': {place}: expected {expected}, found {found}");
}
