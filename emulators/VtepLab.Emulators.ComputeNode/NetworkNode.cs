using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>A network node: what a compute node is, and routers whose ports are on its br-int.</summary>
public sealed class NetworkNode : IDisposable
{
    private readonly SortedDictionary<string, VirtualRouter> _routers = new(StringComparer.Ordinal);

    /// <summary>Sets a node up on a host, without routers.</summary>
    public NetworkNode(IHost host, ComputeNodeOptions options) => Node = new ComputeNode(host, options);

    /// <summary>Its bridges, tunnels and ports.</summary>
    public ComputeNode Node { get; }

    /// <summary>The routers, by name.</summary>
    public IReadOnlyDictionary<string, VirtualRouter> Routers => _routers;

    /// <summary>Adds a router without interfaces.</summary>
    public VirtualRouter AddRouter(string name)
    {
        var router = new VirtualRouter(name, Node.Host.Time);
        _routers.Add(name, router);
        return router;
    }

    /// <summary>Gives a router an interface in a network.</summary>
    /// <param name="router">The router.</param>
    /// <param name="network">The network.</param>
    /// <param name="vni">Its VNI.</param>
    /// <param name="mac">The interface's MAC address.</param>
    /// <param name="address">Its IPv4 address, the network's gateway.</param>
    /// <param name="prefixLength">How many of its bits are the network's.</param>
    public RouterInterface AddInterface(VirtualRouter router, string network, Vni vni, MacAddress mac, IpAddress address, int prefixLength = 24)
    {
        var made = router.Add(network, mac, address, prefixLength);
        made.Port = Node.AttachPort($"qr-{router.Name}-{network}", network, vni, made.Receive).Port;
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var router in _routers.Values)
        {
            router.Dispose();
        }

        Node.Dispose();
    }
}
