using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.OpenFlow.Switching;
using VtepLab.OpenFlow.Text;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Actions;

/// <summary>Sets the VLAN of the outer tag, with a new tag on a frame that has none (OpenFlow 1.0).</summary>
/// <param name="vlanId">The VLAN, 0 to 4095.</param>
public sealed class SetVlanVidAction(int vlanId) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.EnsureTag();
        walk.Key.Set(FlowFields.VlanVid, (ulong)vlanId | FlowKeyReader.TagPresent);
        return true;
    }

    internal override void Write(ActionText text)
    {
        if (text.Version == OpenFlowVersion.OpenFlow10)
        {
            text.Item(string.Create(CultureInfo.InvariantCulture, $"mod_vlan_vid:{vlanId}"));
            return;
        }

        text.PushVlanUnlessTagged();
        text.Item(string.Create(CultureInfo.InvariantCulture, $"set_field:{vlanId + 4096}->vlan_vid"));
    }
}

/// <summary>Sets the priority of the outer tag, with a new tag on a frame that has none (OpenFlow 1.0).</summary>
/// <param name="priority">The priority code point, 0 to 7.</param>
public sealed class SetVlanPcpAction(int priority) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.EnsureTag();
        walk.Key.Set(FlowFields.VlanPcp, (ulong)priority);
        return true;
    }

    internal override void Write(ActionText text)
    {
        if (text.Version == OpenFlowVersion.OpenFlow10)
        {
            text.Item(string.Create(CultureInfo.InvariantCulture, $"mod_vlan_pcp:{priority}"));
            return;
        }

        text.PushVlanUnlessTagged();
        text.Item(string.Create(CultureInfo.InvariantCulture, $"set_field:{priority}->vlan_pcp"));
    }
}

/// <summary>Takes the outer tag off, if there is one.</summary>
public sealed class PopVlanAction : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.PopTag();
        return true;
    }

    internal override void Write(ActionText text)
    {
        text.Item(text.Version == OpenFlowVersion.OpenFlow10 ? "strip_vlan" : "pop_vlan");
        text.HasVlan = false;
    }
}

/// <summary>Puts a tag with VLAN 0 in front of those the frame has (OpenFlow 1.1 and later).</summary>
/// <param name="protocolId">Its protocol identifier: 0x8100 or 0x88a8.</param>
public sealed class PushVlanAction(ushort protocolId = EtherTypes.Vlan) : FlowAction
{
    internal override bool Run(PacketWalk walk)
    {
        walk.PushTag(protocolId);
        return true;
    }

    internal override void Write(ActionText text)
    {
        // OpenFlow 1.0 has no words for it; ovs-ofctl leaves it out.
        if (text.Version == OpenFlowVersion.OpenFlow13)
        {
            text.Item(string.Create(CultureInfo.InvariantCulture, $"push_vlan:0x{protocolId:x4}"));
        }

        text.HasVlan = true;
    }
}
