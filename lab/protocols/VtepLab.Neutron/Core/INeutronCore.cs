using System.Collections.Immutable;

namespace VtepLab.Neutron.Core;

/// <summary>What the L2 gateway plugin has to know of the Neutron server around it.</summary>
public interface INeutronCore
{
    /// <summary>Called with a network's id when the network, its ports, or an agent on a host of its ports has changed; empty for all.</summary>
    event Action<string>? Changed;

    /// <summary>Called with the agent's host when an L2 agent has started: it knows no fdb entries.</summary>
    event Action<string>? L2AgentStarted;

    /// <summary>A number that grows when a network, a port or an agent with VXLAN is another one than before; whether agents live has no part in it.</summary>
    long Version { get; }

    /// <summary>A network by its id; null when there is none.</summary>
    NetworkView? FindNetwork(string id);

    /// <summary>The ports of a network, in the order of their ids.</summary>
    IReadOnlyList<PortView> PortsOf(string network);

    /// <summary>The L2 agent with VXLAN on a host, alive or not, for machines go on when their host's agent is away; null when there is none.</summary>
    L2AgentView? FindVxlanAgent(string host);

    /// <summary>The live L2 agents with VXLAN, in the order of their hosts.</summary>
    IReadOnlyList<L2AgentView> VxlanAgents { get; }
}

/// <summary>A network.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name; chosen by a tenant.</param>
/// <param name="VxlanSegments">The VNIs of its VXLAN segments.</param>
public sealed record NetworkView(string Id, string Name, ImmutableArray<int> VxlanSegments);

/// <summary>A port.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Network">Its network's id.</param>
/// <param name="Mac">Its MAC address.</param>
/// <param name="IpAddresses">Its fixed IP addresses.</param>
/// <param name="AddressPairs">The further addresses that may be behind it.</param>
/// <param name="Host">The host it is bound to; empty when it is not.</param>
/// <param name="DeviceOwner">What uses it; empty when nothing does.</param>
public sealed record PortView(
    string Id, string Network, string Mac, ImmutableArray<string> IpAddresses, ImmutableArray<AddressPair> AddressPairs, string Host,
    string DeviceOwner);

/// <summary>An allowed address pair.</summary>
/// <param name="Mac">The MAC address.</param>
/// <param name="Ip">The IP address or prefix.</param>
public sealed record AddressPair(string Mac, string Ip);

/// <summary>An L2 agent of a compute or network node.</summary>
/// <param name="Host">Its host.</param>
/// <param name="TunnelIp">The node's VTEP address.</param>
/// <param name="HasL2Population">Whether it wants fdb entries; otherwise it is told of tunnels only.</param>
public sealed record L2AgentView(string Host, string TunnelIp, bool HasL2Population);
