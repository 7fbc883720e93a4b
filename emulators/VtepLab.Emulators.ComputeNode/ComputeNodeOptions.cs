using VtepLab.OpenFlow.Switching;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>How a node is set up.</summary>
public sealed record ComputeNodeOptions
{
    /// <summary>Its interface on the underlay; the address is its VTEP's.</summary>
    public required UnderlayOptions Underlay { get; init; }

    /// <summary>The name of the frame port that leads to the underlay.</summary>
    public string UnderlayPort { get; init; } = "ul0";

    /// <summary>The agent's option <c>l2_population</c>: tunnels and addresses come from fdb messages, not from <c>tunnel_sync</c>.</summary>
    public bool HasL2Population { get; init; }

    /// <summary>True for a node that is wrong on purpose: every network gets the same local VLAN.</summary>
    public bool HasOneLocalVlan { get; init; }

    /// <summary>The agent's option <c>arp_responder</c>; needs <see cref="HasL2Population"/>.</summary>
    public bool HasArpResponder { get; init; }
}

/// <summary>A port of a network on this node.</summary>
/// <param name="Name">The port's name on br-int.</param>
/// <param name="Network">The network's UUID or name.</param>
/// <param name="Vlan">Its local VLAN here.</param>
/// <param name="Port">The port on br-int.</param>
public sealed record NodePort(string Name, string Network, int Vlan, EndPort Port);
