using System.Globalization;
using VtepLab.OpenFlow.Actions;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Text;

/// <summary>Reads the list behind <c>actions=</c>.</summary>
internal sealed class ActionParser(string flow, OpenFlowVersion version, int tableId, FlowMatch match)
{
    private readonly List<FlowAction> _actions = [];
    private int _tags = match.HasVlan ? 1 : 0; // As far as the match and the actions so far say.
    private bool _isAtEnd;

    private bool IsOpenFlow13 => version == OpenFlowVersion.OpenFlow13;

    public IReadOnlyList<FlowAction> Parse(string text)
    {
        var items = Split(text);
        if (items.Count == 0)
        {
            throw new FlowFormatException($"flow '{flow}': actions: expected at least one, found none");
        }

        foreach (var item in items)
        {
            if (item == "drop")
            {
                if (items.Count > 1)
                {
                    throw Wrong("drop", "to stand alone", $"{items.Count} actions");
                }

                break;
            }

            if (_isAtEnd)
            {
                throw Wrong(item, "goto_table to be the last", "an action behind it");
            }

            var (name, value) = NameAndValue(item);
            Read(name.ToLowerInvariant(), name, value);
        }

        return _actions;
    }

    /// <summary>Splits at commas and blanks outside parentheses.</summary>
    internal static List<string> Split(string text)
    {
        var items = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var isEnd = i == text.Length || (depth == 0 && text[i] is ',' or ' ' or '\t');
            if (isEnd)
            {
                if (i > start)
                {
                    items.Add(text[start..i]);
                }

                start = i + 1;
            }
            else
            {
                depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            }
        }

        return items;
    }

    /// <summary>A subfield such as <c>NXM_OF_VLAN_TCI[0..11]</c>, <c>reg0[3]</c> or <c>reg0</c>.</summary>
    internal Subfield Subfield(string place, string text)
    {
        var bracket = text.IndexOf('[', StringComparison.Ordinal);
        var name = bracket < 0 ? text : text[..bracket];
        var field = FlowFields.Find(name) ?? throw Wrong(place, "a field of ovs-fields(7)", $"'{name}'");
        var bits = bracket < 0 || !text.EndsWith(']') ? "" : text[(bracket + 1)..^1];
        if (bits.Length == 0)
        {
            return new Subfield(field);
        }

        var dots = bits.IndexOf("..", StringComparison.Ordinal);
        var first = FlowParser.Number(flow, place, dots < 0 ? bits : bits[..dots], field.Bits - 1);
        var last = dots < 0 ? first : FlowParser.Number(flow, place, bits[(dots + 2)..], field.Bits - 1);
        return last >= first
            ? new Subfield(field, first, last - first + 1)
            : throw Wrong(place, "the lower bit first", $"'{text}'");
    }

    internal FlowFormatException Wrong(string place, string expected, string found) =>
        new($"flow '{flow}': action '{place}': expected {expected}, found {found}");

    private static (string Name, string Value) NameAndValue(string item)
    {
        var end = item.IndexOfAny([':', '(', '=']);
        if (end < 0)
        {
            return (item, "");
        }

        var value = item[(end + 1)..];
        return (item[..end], item[end] == '(' && value.EndsWith(')') ? value[..^1] : value);
    }

    private void Read(string name, string given, string value)
    {
        switch (name)
        {
            case "output":
                _actions.Add(Output(value));
                break;
            case "resubmit":
                _actions.Add(Resubmit(value));
                break;
            case "goto_table":
                _actions.Add(GoTo(value));
                break;
            case "exit":
                _actions.Add(new ExitAction());
                break;
            case "controller":
                _actions.Add(new OutputAction(OpenFlowPorts.Controller, value.Length == 0 ? 65535 : Number(name, value, 65535)));
                break;
            case "strip_vlan" or "pop_vlan":
                if (IsOpenFlow13)
                {
                    Need(name, FieldNeeds.Vlan);
                }

                _actions.Add(new PopVlanAction());
                _tags = Math.Max(0, _tags - 1);
                break;
            case "push_vlan":
                PushVlan(value);
                break;
            case "mod_vlan_vid" or "set_vlan_vid":
                SetVlanVid(Number(name, value, 4095));
                break;
            case "mod_vlan_pcp" or "set_vlan_pcp":
                SetVlanPcp(Number(name, value, 7));
                break;
            case "set_tunnel" or "set_tunnel64":
                SetTunnel(name, value);
                break;
            case "set_field":
                SetField(value);
                break;
            case "load":
                Load(value);
                break;
            case "move":
                Move(value);
                break;
            case "dec_ttl":
                Need(name, FieldNeeds.Ip);
                _actions.Add(new DecrementTtlAction());
                break;
            case "learn":
                _actions.Add(new LearnParser(this, flow).Parse(value));
                break;
            case "fin_timeout":
                Need(name, FieldNeeds.Tcp);
                _actions.Add(FinTimeout(value));
                break;
            case "mod_dl_src" or "mod_dl_dst" or "mod_nw_src" or "mod_nw_dst" or "mod_nw_tos" or "mod_nw_ecn" or "mod_nw_ttl" or "mod_tp_src" or "mod_tp_dst":
                Modify(name, value);
                break;
            default:
                if (OpenFlowPorts.TryParse(given, out var port) && value.Length == 0)
                {
                    _actions.Add(new OutputAction(port));
                    break;
                }

                throw Wrong(given, "an action this pipeline knows", "another one");
        }
    }

    private FlowAction Output(string value)
    {
        if (OpenFlowPorts.TryParse(value, out var port))
        {
            return new OutputAction(port);
        }

        return FlowFields.Find(value.Split('[')[0]) is not null
            ? new OutputFieldAction(Subfield("output", value))
            : throw Wrong("output", "a port number, a reserved port or a field", $"'{value}'");
    }

    private ResubmitAction Resubmit(string value)
    {
        var parts = value.Split(',');
        int? port = parts[0] is "" or "in_port" or "IN_PORT" ? null
            : OpenFlowPorts.TryParse(parts[0], out var p) ? p : throw Wrong("resubmit", "a port or nothing before the comma", $"'{parts[0]}'");
        int? table = parts is [_, { Length: > 0 } t] ? Number("resubmit", t, 254) : null;
        return parts.Length <= 2 && (port is not null || table is not null)
            ? new ResubmitAction(port, table)
            : throw Wrong("resubmit", "resubmit:port or resubmit(port,table)", $"'{value}'");
    }

    private FlowAction GoTo(string value)
    {
        var table = Number("goto_table", value, 254);
        if (table <= tableId)
        {
            throw Wrong("goto_table", string.Create(CultureInfo.InvariantCulture, $"a table behind {tableId}"), $"{table}");
        }

        _isAtEnd = true;

        // ovs-ofctl sends OpenFlow 1.0 a resubmit, and that is what the switch then has.
        return IsOpenFlow13 ? new GotoTableAction(table) : new ResubmitAction(null, table);
    }

    private void PushVlan(string value)
    {
        if (!IsOpenFlow13)
        {
            throw Wrong("push_vlan", "OpenFlow 1.3", "OpenFlow 1.0, which has no such action");
        }

        var protocol = Number("push_vlan", value, 0xFFFF);
        if (protocol is not (EtherTypes.Vlan or EtherTypes.ServiceVlan))
        {
            throw Wrong("push_vlan", "0x8100 or 0x88a8", $"'{value}'");
        }

        if (_tags == 2)
        {
            throw Wrong("push_vlan", "at most two tags", "a third");
        }

        _actions.Add(new PushVlanAction((ushort)protocol));
        _tags++;
    }

    private void SetVlanVid(int vlan)
    {
        if (!IsOpenFlow13)
        {
            _actions.Add(new SetVlanVidAction(vlan));
            _tags = Math.Max(_tags, 1);
            return;
        }

        PushUnlessTagged();
        _actions.Add(new SetFieldAction(FlowFields.VlanVid, (UInt128)(vlan | FlowKeyReader.TagPresent), 0x1FFF));
    }

    private void SetVlanPcp(int priority)
    {
        if (!IsOpenFlow13)
        {
            _actions.Add(new SetVlanPcpAction(priority));
            _tags = Math.Max(_tags, 1);
            return;
        }

        PushUnlessTagged();
        _actions.Add(new SetFieldAction(FlowFields.VlanPcp, (UInt128)priority, 7));
    }

    private void PushUnlessTagged()
    {
        if (_tags == 0)
        {
            _actions.Add(new PushVlanAction());
            _tags = 1;
        }
    }

    private void SetTunnel(string name, string value)
    {
        if (!FieldText.TryParseNumber(value, out var key))
        {
            throw Wrong(name, "a number of 64 bits", $"'{value}'");
        }

        _actions.Add(IsOpenFlow13 ? new SetFieldAction(FlowFields.TunId, key, ulong.MaxValue) : new SetTunnelAction(key));
    }

    private void Modify(string name, string value)
    {
        var isUdp = match.Value.Get(FlowFields.IpProto) == IpProtocols.Udp;
        var field = name switch
        {
            "mod_dl_src" => FlowFields.EthSrc,
            "mod_dl_dst" => FlowFields.EthDst,
            "mod_nw_src" => FlowFields.IpSrc,
            "mod_nw_dst" => FlowFields.IpDst,
            "mod_nw_tos" => FlowFields.IpTos,
            "mod_nw_ecn" => FlowFields.IpEcn,
            "mod_nw_ttl" => FlowFields.IpTtl,
            "mod_tp_src" => isUdp ? FlowFields.UdpSrc : FlowFields.TcpSrc,
            _ => isUdp ? FlowFields.UdpDst : FlowFields.TcpDst,
        };
        Set(name, field, value);
    }

    private void SetField(string value)
    {
        var (constant, name) = Arrow("set_field", value);
        var field = FlowFields.Find(name) ?? throw Wrong("set_field", "a field of ovs-fields(7)", $"'{name}'");
        Set("set_field", field, constant);
    }

    private void Set(string place, FlowField field, string text)
    {
        if (!field.IsWritable)
        {
            throw Wrong(place, "a field that may be set", field.Name);
        }

        Need(place, field.Needs);
        var (value, mask) = FieldText.Parse(field, text) ?? throw Wrong(place, FieldText.Expectation(field), $"'{text}'");
        if (field == FlowFields.IpTos)
        {
            (field, value, mask) = (FlowFields.IpDscp, value >> 2, 0x3F);
        }

        if (!IsOpenFlow13 && mask == field.FullMask && field == FlowFields.VlanVid)
        {
            _actions.Add(new SetVlanVidAction((int)(value & 0xFFF)));
        }
        else if (!IsOpenFlow13 && mask == field.FullMask && field == FlowFields.VlanPcp)
        {
            _actions.Add(new SetVlanPcpAction((int)value));
        }
        else if (IsOpenFlow13 || (mask == field.FullMask && HasOpenFlow10Words(field)))
        {
            _actions.Add(new SetFieldAction(field, value, mask));
        }
        else
        {
            // OpenFlow 1.0 has no set_field; ovs-ofctl sends Nicira's loads.
            _actions.AddRange(SetFieldAction.Loads(field, value, mask));
        }
    }

    private static bool HasOpenFlow10Words(FlowField field) =>
        field == FlowFields.EthSrc || field == FlowFields.EthDst || field == FlowFields.IpSrc || field == FlowFields.IpDst
        || field == FlowFields.IpDscp || field == FlowFields.TcpSrc || field == FlowFields.TcpDst || field == FlowFields.UdpSrc
        || field == FlowFields.UdpDst;

    private void Load(string value)
    {
        var (constant, name) = Arrow("load", value);
        var target = Subfield("load", name);
        if (!target.Field.IsWritable || target.Bits > 64)
        {
            throw Wrong("load", "at most 64 bits of a field that may be set", name);
        }

        Need("load", target.Field.Needs);
        if (!FieldText.TryParseNumber(constant, out var number) || number > target.Mask)
        {
            throw Wrong("load", string.Create(CultureInfo.InvariantCulture, $"a number that fits {target.Bits} bits"), $"'{constant}'");
        }

        _actions.Add(new LoadAction(target, number));
    }

    private void Move(string value)
    {
        var (from, to) = Arrow("move", value);
        var (source, target) = (Subfield("move", from), Subfield("move", to));
        if (!target.Field.IsWritable || source.Bits != target.Bits)
        {
            throw Wrong("move", "as many bits on both sides, and a field that may be set on the right", $"'{value}'");
        }

        Need("move", source.Field.Needs);
        Need("move", target.Field.Needs);
        _actions.Add(new MoveAction(source, target));
    }

    private FinTimeoutAction FinTimeout(string value)
    {
        var (idle, hard) = (0, 0);
        foreach (var item in Split(value))
        {
            var (name, number) = NameAndValue(item);
            switch (name)
            {
                case "idle_timeout":
                    idle = Number(name, number, 65535);
                    break;
                case "hard_timeout":
                    hard = Number(name, number, 65535);
                    break;
                default:
                    throw Wrong("fin_timeout", "idle_timeout or hard_timeout", $"'{item}'");
            }
        }

        return new FinTimeoutAction(idle, hard);
    }

    private (string Left, string Right) Arrow(string place, string value)
    {
        var arrow = value.IndexOf("->", StringComparison.Ordinal);
        return arrow > 0 ? (value[..arrow], value[(arrow + 2)..]) : throw Wrong(place, "value->field", $"'{value}'");
    }

    private void Need(string place, FieldNeeds needs)
    {
        if (!FieldRules.IsMet(needs, match, _tags > 0))
        {
            throw Wrong(place, $"a match that says {FieldRules.Describe(needs)}", "none");
        }
    }

    internal int Number(string place, string value, int max) =>
        FieldText.TryParseNumber(value, out var number) && number <= (ulong)max
            ? (int)number
            : throw Wrong(place, string.Create(CultureInfo.InvariantCulture, $"0 to {max}"), $"'{value}'");
}
