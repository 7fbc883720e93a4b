using VtepLab.Neutron.Core;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>What a switch's database should hold of the networks that are connected to it.</summary>
/// <remarks>
/// A port that is gone or faulty keeps its place in the gateway: it is bound again when it is back. A machine whose host has no VXLAN
/// agent, or that has no host, is left out and followed; it forbids nothing.
/// </remarks>
internal sealed class DesiredSwitch
{
    private readonly SortedDictionary<string, DesiredNetwork> _networks = new(StringComparer.Ordinal);

    private DesiredSwitch()
    {
    }

    /// <summary>The networks by id.</summary>
    public IReadOnlyDictionary<string, DesiredNetwork> Networks => _networks;

    /// <summary>Works it out from what users asked for and from what Neutron has.</summary>
    public static DesiredSwitch Of(PluginModel model, INeutronCore core, SwitchDirectory switches, string identifier)
    {
        var desired = new DesiredSwitch();
        foreach (var connection in model.Connections.Values)
        {
            if (!model.Gateways.TryGetValue(connection.GatewayId, out var gateway)
                || core.FindNetwork(connection.NetworkId) is not { VxlanSegments: [var vni] } network)
            {
                continue;
            }

            foreach (var device in gateway.Devices)
            {
                if (switches.FindOrNull(device.Name) is { } found && found.Copy.Identifier == identifier)
                {
                    desired.Add(network, vni, core).Bind(device, connection, found);
                }
            }
        }

        return desired;
    }

    private DesiredNetwork Add(NetworkView network, int vni, INeutronCore core)
    {
        if (!_networks.TryGetValue(network.Id, out var desired))
        {
            _networks.Add(network.Id, desired = new DesiredNetwork(network, vni, core));
        }

        return desired;
    }
}

/// <summary>What a switch should hold of one network.</summary>
internal sealed class DesiredNetwork
{
    private readonly SortedDictionary<(Guid Port, int Vlan), PhysicalPortCopy> _bindings = [];
    private readonly Dictionary<string, (string Ip, string Node)> _macs = new(StringComparer.Ordinal);

    public DesiredNetwork(NetworkView network, int vni, INeutronCore core)
    {
        (Network, Vni) = (network, vni);
        var nodes = new Dictionary<string, L2AgentView?>(); // A network has many machines on few hosts.
        var ports = core.PortsOf(network.Id);
        _macs.EnsureCapacity(ports.Count);
        foreach (var port in ports.Where(p => p.DeviceOwner.Length > 0))
        {
            if (!nodes.TryGetValue(port.Host, out var agent))
            {
                nodes.Add(port.Host, agent = core.FindVxlanAgent(port.Host));
            }

            if (agent is null)
            {
                continue;
            }

            foreach (var pair in port.AddressPairs)
            {
                _macs.TryAdd(pair.Mac, (pair.Ip, agent.TunnelIp));
            }

            _macs[port.Mac] = (port.IpAddresses.FirstOrDefault() ?? "", agent.TunnelIp);
        }
    }

    /// <summary>The network.</summary>
    public NetworkView Network { get; }

    /// <summary>Its VNI.</summary>
    public int Vni { get; }

    /// <summary>The VLANs of ports that belong to it.</summary>
    public IReadOnlyDictionary<(Guid Port, int Vlan), PhysicalPortCopy> Bindings => _bindings;

    /// <summary>The MAC addresses of its machines, in no order: IP address and the address of their node.</summary>
    public IReadOnlyDictionary<string, (string Ip, string Node)> Macs => _macs;

    public void Bind(GatewayDevice device, GatewayConnection connection, FoundSwitch at)
    {
        foreach (var wanted in device.Interfaces)
        {
            if (at.Port(wanted.Name) is { } port)
            {
                _bindings[(port.Uuid, connection.VlanOf(wanted))] = port;
            }
        }
    }
}
