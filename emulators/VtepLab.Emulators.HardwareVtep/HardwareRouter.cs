using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A router in the hardware: its own addresses and routes, apart from those of every other router.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Name">Its name.</param>
/// <param name="Interfaces">Its interfaces, in the order of their addresses.</param>
/// <param name="Routes">Its static routes, the longest prefix first.</param>
public sealed record HardwareRouter(
    RowId<LogicalRouter> Id, string Name, IReadOnlyList<HardwareInterface> Interfaces, IReadOnlyList<HardwareRoute> Routes);

/// <summary>An interface of a router.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Subnet">The subnet around the address.</param>
/// <param name="Network">The network it stands in.</param>
/// <param name="Acl">The rules on it; null for none.</param>
public sealed record HardwareInterface(IpAddress Address, IpPrefix Subnet, RowId<LogicalSwitch> Network, HardwareAcl? Acl);

/// <summary>A static route.</summary>
/// <param name="Prefix">Where it leads.</param>
/// <param name="NextHop">The neighbour that goes on from there.</param>
/// <param name="Through">The interface whose subnet holds the neighbour.</param>
public sealed record HardwareRoute(IpPrefix Prefix, IpAddress NextHop, HardwareInterface Through);
