using VtepLab.Emulators.ComputeNode;
using VtepLab.Packets;

namespace VtepLab.Topology;

/// <summary>Who floods which network, and which address is behind which VTEP: what Neutron's l2population knows of a fabric.</summary>
/// <remarks>An address of a network is behind one VTEP; the newest word stands.</remarks>
public sealed class FdbDirectory
{
    private readonly SortedDictionary<string, FabricNetwork> _networks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Network, MacAddress Mac), (IpAddress Vtep, IpAddress Ip)> _places = [];
    private readonly SortedSet<(string Network, IpAddress Vtep)> _flooded = [];

    /// <summary>The networks, by name.</summary>
    public IReadOnlyDictionary<string, FabricNetwork> Networks => _networks;

    /// <summary>Adds a network, or changes it.</summary>
    public void Set(FabricNetwork network) => _networks[network.Name] = network;

    /// <summary>Says that an address is behind a VTEP now.</summary>
    /// <param name="network">Of which network.</param>
    /// <param name="mac">The address.</param>
    /// <param name="vtep">The VTEP.</param>
    /// <param name="ip">Its IP address; 0.0.0.0 when nobody knows.</param>
    public void Put(string network, MacAddress mac, IpAddress vtep, IpAddress ip) => _places[(network, mac)] = (vtep, ip);

    /// <summary>Says that an address is no longer behind a VTEP; if it is behind another one by now, that stands.</summary>
    public void Remove(string network, MacAddress mac, IpAddress vtep)
    {
        if (_places.TryGetValue((network, mac), out var place) && place.Vtep == vtep)
        {
            _places.Remove((network, mac));
        }
    }

    /// <summary>Says whether the frames of a network that go to everybody go to a VTEP too.</summary>
    public void SetFlooding(string network, IpAddress vtep, bool isMember)
    {
        _flooded.Remove((network, vtep));
        if (isMember)
        {
            _flooded.Add((network, vtep));
        }
    }

    /// <summary>The VTEPs that a network is flooded to.</summary>
    public IReadOnlyList<IpAddress> FloodedTo(string network) => [.. _flooded.Where(f => f.Network == network).Select(f => f.Vtep)];

    /// <summary>The addresses of a network and where they are.</summary>
    public IEnumerable<(MacAddress Mac, IpAddress Vtep, IpAddress Ip)> PlacesOf(string network) =>
        _places.Where(p => p.Key.Network == network).Select(p => (p.Key.Mac, p.Value.Vtep, p.Value.Ip));

    /// <summary>The same as l2population's entries of one network.</summary>
    internal SortedSet<(IpAddress Vtep, MacAddress Mac, IpAddress Ip)> EntriesOf(string network) =>
    [
        .. FloodedTo(network).Select(v => (v, FdbPort.Flooding.Mac, FdbPort.Flooding.Ip)),
        .. PlacesOf(network).Select(p => (p.Vtep, p.Mac, p.Ip)),
    ];
}

/// <summary>A tenant's network of a fabric.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Vni">Its VNI.</param>
/// <param name="ReplicatesAtSource">True for <c>source_node</c>, false for <c>service_node</c>: how switches replicate its flooded frames.</param>
public sealed record FabricNetwork(string Name, Vni Vni, bool ReplicatesAtSource);
