namespace VtepLab.OpenFlow;

/// <summary>The protocol version in whose words flows are given and printed, as ovs-ofctl's option <c>-O</c> chooses it.</summary>
/// <remarks>It decides more than spelling: <c>mod_vlan_vid</c> of 1.0 overwrites a tag, <c>push_vlan</c> of 1.3 puts one more in front.</remarks>
public enum OpenFlowVersion
{
    /// <summary>OpenFlow 1.0 with Nicira's extensions, ovs-ofctl's default.</summary>
    OpenFlow10,

    /// <summary>OpenFlow 1.3.</summary>
    OpenFlow13,
}
