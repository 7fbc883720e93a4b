using System.Collections.Immutable;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>A gateway, as its users made it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Tenant">The project it belongs to.</param>
/// <param name="Devices">Its devices, in the order in which they were given.</param>
public sealed record Gateway(string Id, string Name, string Tenant, ImmutableArray<GatewayDevice> Devices)
{
    /// <summary>Whether its interfaces say which VLANs; otherwise its connections do. VLAN 0 counts as not said.</summary>
    public bool HasSegmentationIds => Devices.Any(d => d.Interfaces.Any(i => i.SegmentationId > 0));
}

/// <summary>A switch of a gateway.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The switch's name.</param>
/// <param name="Interfaces">Port and VLAN; a port with several VLANs comes several times.</param>
public sealed record GatewayDevice(string Id, string Name, ImmutableArray<GatewayInterface> Interfaces);

/// <summary>A port of a gateway with one VLAN.</summary>
/// <param name="Name">The port's name.</param>
/// <param name="SegmentationId">0 to 4094; 0 for none.</param>
public sealed record GatewayInterface(string Name, int SegmentationId);

/// <summary>A connection of a gateway with a network.</summary>
/// <param name="Id">Its id.</param>
/// <param name="GatewayId">The gateway.</param>
/// <param name="NetworkId">The network.</param>
/// <param name="SegmentationId">The VLAN on all interfaces; null when the gateway's interfaces have their own.</param>
/// <param name="Tenant">The project it belongs to.</param>
public sealed record GatewayConnection(string Id, string GatewayId, string NetworkId, int? SegmentationId, string Tenant)
{
    /// <summary>The VLAN of an interface under this connection.</summary>
    public int VlanOf(GatewayInterface port) => SegmentationId ?? port.SegmentationId;
}

/// <summary>An L2 gateway agent, by its reports.</summary>
/// <param name="Id">Its id in <c>agent-list</c>.</param>
/// <param name="Host">Its host, by which it is known.</param>
/// <param name="Binary">What it says its program is.</param>
/// <param name="Topic">The topic it serves.</param>
/// <param name="Told">What it told of itself.</param>
/// <param name="IsAdminUp">False when an operator has switched it off.</param>
/// <param name="CreatedAt">When it was first heard, ms since 1970.</param>
/// <param name="StartedAt">When it last said that it had started.</param>
/// <param name="HeardAt">When it was last heard.</param>
public sealed record GatewayAgent(
    string Id, string Host, string Binary, string Topic, AgentConfiguration Told, bool IsAdminUp, long CreatedAt, long StartedAt, long HeardAt);

/// <summary>Which agents look after a switch, as an operator has said by REST.</summary>
/// <param name="Id">Its id.</param>
/// <param name="OvsdbIdentifier">The switch's name.</param>
/// <param name="OvsdbHost">Where its database is: <c>tcp:192.0.2.11:6640</c>.</param>
/// <param name="Agents">The agents' hosts.</param>
public sealed record SwitchAssignment(string Id, string OvsdbIdentifier, string OvsdbHost, ImmutableArray<string> Agents);
