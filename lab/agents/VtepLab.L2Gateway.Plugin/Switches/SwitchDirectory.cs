namespace VtepLab.L2Gateway.Plugin;

/// <summary>Finds the switches that gateways name, in the copies of all databases.</summary>
internal sealed class SwitchDirectory(PluginModel model)
{
    /// <summary>The only switch of a name.</summary>
    /// <exception cref="Neutron.Rest.NeutronException">There is none, or there are several.</exception>
    public FoundSwitch Find(string name) => All(name) switch
    {
        [var one] => one,
        [] => throw GatewayErrors.DeviceNotFound(name),
        var several => throw GatewayErrors.DeviceAmbiguous(name, several.Select(s => s.Copy.Identifier)),
    };

    /// <summary>The only switch of a name; null when there is none, or nobody can say which.</summary>
    public FoundSwitch? FindOrNull(string name) => All(name) is [var one] ? one : null;

    /// <summary>Refuses a VLAN of a port that belongs to something else: another connection, or what is bound there and is not ours.</summary>
    /// <exception cref="Neutron.Rest.NeutronException">It does.</exception>
    public void RefuseTaken(GatewayConnection connection, FoundSwitch device, PhysicalPortCopy port, int vlan)
    {
        var isWanted = model.Connections.Values.Any(other =>
            other.Id != connection.Id && model.Gateways.GetValueOrDefault(other.GatewayId) is { } gateway
            && gateway.Devices.Any(d => d.Name == device.Switch.Name && d.Interfaces.Any(i => i.Name == port.Name && other.VlanOf(i) == vlan)));
        var isBound = port.Bindings.TryGetValue(vlan, out var row)
            && (device.Copy.LogicalSwitch(row) is not { } bound
                || (bound.Name != connection.NetworkId && !model.NetworksOn(device.Copy.Identifier).ContainsKey(bound.Name)));
        if (isWanted || isBound)
        {
            throw GatewayErrors.DuplicateSegmentationId(port.Name, port.Uuid.ToString("D"));
        }
    }

    private List<FoundSwitch> All(string name) =>
    [
        .. model.Switches.Values.SelectMany(copy => copy.PhysicalSwitches.Where(s => s.Name == name).Select(s => new FoundSwitch(copy, s))),
    ];
}

/// <summary>A switch and the database it is in.</summary>
internal sealed record FoundSwitch(SwitchCopy Copy, PhysicalSwitchCopy Switch)
{
    /// <summary>A port of the switch; null when it has none of that name.</summary>
    public PhysicalPortCopy? Port(string name) => Copy.PortsOf(Switch).FirstOrDefault(p => p.Name == name);
}
