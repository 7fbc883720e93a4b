using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>What the switch's hardware holds at one moment: the part of the database it could make true.</summary>
/// <param name="Networks">The logical switches, by id.</param>
/// <param name="Bindings">Which network a VLAN of a port belongs to; VLAN 0 is untagged traffic.</param>
/// <param name="RemoteMacs">Where a unicast address of a network lives.</param>
/// <param name="Floods">Where a network's frames to unknown or group addresses go.</param>
/// <param name="Tunnels">The Tunnel row of each remote address.</param>
public sealed record HardwareState(
    IReadOnlyDictionary<RowId<LogicalSwitch>, HardwareNetwork> Networks,
    IReadOnlyDictionary<(string Port, int Vlan), RowId<LogicalSwitch>> Bindings,
    IReadOnlyDictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator> RemoteMacs,
    IReadOnlyDictionary<RowId<LogicalSwitch>, IReadOnlyList<HardwareLocator>> Floods,
    IReadOnlyDictionary<IpAddress, RowId<Tunnel>> Tunnels)
{
    /// <summary>Hardware in which nothing is programmed.</summary>
    public static HardwareState Empty { get; } = new(
        new Dictionary<RowId<LogicalSwitch>, HardwareNetwork>(),
        new Dictionary<(string, int), RowId<LogicalSwitch>>(),
        new Dictionary<(RowId<LogicalSwitch>, MacAddress), HardwareLocator>(),
        new Dictionary<RowId<LogicalSwitch>, IReadOnlyList<HardwareLocator>>(),
        new Dictionary<IpAddress, RowId<Tunnel>>());

    /// <summary>Where frames to one group address of a network go instead of the flood list.</summary>
    public IReadOnlyDictionary<(RowId<LogicalSwitch> Network, MacAddress Group), IReadOnlyList<HardwareLocator>> Groups { get; init; } =
        new Dictionary<(RowId<LogicalSwitch>, MacAddress), IReadOnlyList<HardwareLocator>>();

    /// <summary>Where the VTEP lives that sends ARP requests for a router from an address.</summary>
    public IReadOnlyDictionary<MacAddress, HardwareLocator> ArpSources { get; init; } = new Dictionary<MacAddress, HardwareLocator>();

    /// <summary>The rules on a VLAN of a port; VLAN <see cref="WholePort"/> stands for all of them.</summary>
    public IReadOnlyDictionary<(string Port, int Vlan), HardwareAcl> PortAcls { get; init; } = new Dictionary<(string, int), HardwareAcl>();

    /// <summary>The routers, in the order of their names.</summary>
    public IReadOnlyList<HardwareRouter> Routers { get; init; } = [];

    /// <summary>The key of an ACL on every VLAN of a port, in the words of acl_bindings.</summary>
    public const int WholePort = 0;
}

/// <summary>A network in the hardware.</summary>
/// <param name="Id">Its logical switch.</param>
/// <param name="Name">The logical switch's name.</param>
/// <param name="Vni">Its VNI; null while it has none that can be used.</param>
/// <param name="ReplicatesAtSource">True when the switch itself sends a copy to every member of the flood list.</param>
public sealed record HardwareNetwork(RowId<LogicalSwitch> Id, string Name, Vni? Vni, bool ReplicatesAtSource);

/// <summary>A tunnel's far end.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Vni">The VNI to use towards it, where the locator has one of its own.</param>
/// <param name="Own">The switch's address that the tunnel starts from.</param>
public readonly record struct HardwareLocator(IpAddress Address, Vni? Vni, IpAddress Own);
