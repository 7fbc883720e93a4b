using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;

namespace VtepLab.OpenFlow.Actions;

/// <summary>Sets a field, or some of its bits, to a constant.</summary>
/// <param name="field">The field.</param>
/// <param name="value">The value.</param>
/// <param name="mask">The bits to set.</param>
public sealed class SetFieldAction(FlowField field, UInt128 value, UInt128 mask) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        // Open vSwitch sets a field only on frames that have it; the flow's match has seen to that, but for tags taken off on the way.
        if (field.Needs != FieldNeeds.Vlan || walk.HasTag)
        {
            walk.Key.SetWide(field, (walk.Key.GetWide(field) & ~mask) | (value & mask));
        }

        return true;
    }

    internal override void Write(ActionText text)
    {
        if (text.Version == OpenFlowVersion.OpenFlow10 && mask == field.FullMask && InOpenFlow10() is { } words)
        {
            text.Item(words);
            return;
        }

        if (text.Version == OpenFlowVersion.OpenFlow10)
        {
            WriteAsLoads(text);
            return;
        }

        text.Item($"set_field:{FieldText.FormatSet(field, value, mask)}->{field.Name}");
    }

    /// <summary>The same as loads of at most 64 bits: one for each run of mask bits.</summary>
    internal static IEnumerable<LoadAction> Loads(FlowField field, UInt128 value, UInt128 mask)
    {
        for (var bit = 0; bit < field.Bits;)
        {
            if (((mask >> bit) & 1) == 0)
            {
                bit++;
                continue;
            }

            var end = bit;
            while (end < field.Bits && end - bit < 64 && ((mask >> end) & 1) == 1)
            {
                end++;
            }

            var part = new Subfield(field, bit, end - bit);
            yield return new LoadAction(part, (ulong)((value >> bit) & part.Mask));
            bit = end;
        }
    }

    private string? InOpenFlow10() => field switch
    {
        _ when field == FlowFields.EthSrc => $"mod_dl_src:{FieldText.Format(field, value)}",
        _ when field == FlowFields.EthDst => $"mod_dl_dst:{FieldText.Format(field, value)}",
        _ when field == FlowFields.IpSrc => $"mod_nw_src:{FieldText.Format(field, value)}",
        _ when field == FlowFields.IpDst => $"mod_nw_dst:{FieldText.Format(field, value)}",
        _ when field == FlowFields.IpDscp => $"mod_nw_tos:{FieldText.Format(field, value << 2)}",
        _ when field == FlowFields.TcpSrc || field == FlowFields.UdpSrc => $"mod_tp_src:{FieldText.Format(field, value)}",
        _ when field == FlowFields.TcpDst || field == FlowFields.UdpDst => $"mod_tp_dst:{FieldText.Format(field, value)}",
        _ when field == FlowFields.VlanVid => string.Create(CultureInfo.InvariantCulture, $"mod_vlan_vid:{value & 0xFFF}"),
        _ when field == FlowFields.VlanPcp => string.Create(CultureInfo.InvariantCulture, $"mod_vlan_pcp:{value}"),
        _ => null,
    };

    private void WriteAsLoads(ActionText text)
    {
        foreach (var load in Loads(field, value, mask))
        {
            load.Write(text);
        }
    }
}

/// <summary>Sets some bits of a field to a constant, in Nicira's words.</summary>
/// <param name="target">The bits.</param>
/// <param name="value">The value.</param>
public sealed class LoadAction(Subfield target, ulong value) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        if (target.Field.Needs != FieldNeeds.Vlan || walk.HasTag)
        {
            target.Write(ref walk.Key, value);
        }

        return true;
    }

    internal override void Write(ActionText text) => text.Item($"load:{FieldText.Hex(value)}->{target}");
}

/// <summary>Copies bits from one field to another.</summary>
/// <param name="source">From where.</param>
/// <param name="target">Where to; as many bits.</param>
public sealed class MoveAction(Subfield source, Subfield target) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        if (target.Field.Needs != FieldNeeds.Vlan || walk.HasTag)
        {
            target.Write(ref walk.Key, source.Read(walk.Key));
        }

        return true;
    }

    internal override void Write(ActionText text) => text.Item($"move:{source}->{target}");
}

/// <summary>Sets the tunnel key for the tunnel ports the frame goes out of.</summary>
/// <param name="tunnelId">The key; for VXLAN the VNI.</param>
public sealed class SetTunnelAction(ulong tunnelId) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.Key.Set(FlowFields.TunId, tunnelId);
        return true;
    }

    internal override void Write(ActionText text) => text.Item(text.Version == OpenFlowVersion.OpenFlow13
        ? $"set_field:{FieldText.Hex(tunnelId)}->tun_id"
        : $"{(tunnelId > uint.MaxValue ? "set_tunnel64" : "set_tunnel")}:{FieldText.Hex(tunnelId)}");
}

/// <summary>Takes one off the TTL or hop limit; a frame whose TTL is spent is not treated further by this flow.</summary>
public sealed class DecrementTtlAction : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        if (!walk.IsIp)
        {
            return true;
        }

        var ttl = walk.Key.Get(FlowFields.IpTtl);
        if (ttl <= 1)
        {
            return false;
        }

        walk.Key.Set(FlowFields.IpTtl, ttl - 1);
        return true;
    }

    internal override void Write(ActionText text) => text.Item("dec_ttl");
}
