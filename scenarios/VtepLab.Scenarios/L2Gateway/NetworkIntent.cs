namespace VtepLab.Scenarios.L2Gateway;

/// <summary>A virtual machine.</summary>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Ip">Its IP address.</param>
/// <param name="Network">The network's name in the scenario.</param>
/// <param name="Node">The tunnel address of the node it runs on.</param>
internal sealed record Machine(string Mac, string Ip, string Network, string Node);

/// <summary>A VLAN of a port that belongs to a network.</summary>
/// <param name="Network">The network's name in the scenario.</param>
/// <param name="Switch">The switch's name in the scenario.</param>
/// <param name="Port">The switch's own name of the port.</param>
/// <param name="Vlan">The VLAN.</param>
internal sealed record Connection(string Network, string Switch, string Port, int Vlan);

/// <summary>What the users of the cloud asked for: the truth that every switch has to follow.</summary>
internal sealed class NetworkIntent
{
    /// <summary>The VNI of each network, by name.</summary>
    public SortedDictionary<string, long> Networks { get; } = new(StringComparer.Ordinal);

    /// <summary>The machines by MAC address.</summary>
    public SortedDictionary<string, Machine> Machines { get; } = new(StringComparer.Ordinal);

    /// <summary>The connections, in the order in which they were made.</summary>
    public List<Connection> Connections { get; } = [];

    /// <summary>The machines of a network, in the order of their addresses.</summary>
    public IEnumerable<Machine> MachinesOf(string network) => Machines.Values.Where(m => m.Network == network);

    /// <summary>The switches that have a connection of a network.</summary>
    public IEnumerable<string> SwitchesOf(string network) => Connections.Where(c => c.Network == network).Select(c => c.Switch).Distinct();
}
