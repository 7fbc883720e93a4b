using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>A KVM compute node: br-int, br-tun and a VTEP, programmed as Neutron's Open vSwitch agent programs them.</summary>
/// <remarks>Everything happens on the host's thread. The network's side (which ports, which VTEPs, which addresses) is told by calls.</remarks>
public sealed partial class ComputeNode : IDisposable
{
    private readonly LocalVlans _vlans = new();
    private readonly SortedDictionary<string, LocalNetwork> _networks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<IpAddress, TunnelPort> _tunnels = [];
    private readonly SortedDictionary<string, NodePort> _ports = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IFramePort> _nics = new(StringComparer.Ordinal);
    private readonly UnderlayInterface _underlay;
    private readonly TunnelBridge _tunnelBridge;
    private readonly ComputeNodeOptions _options;

    /// <summary>Sets a node up on a host, with no port and no tunnel.</summary>
    /// <exception cref="ArgumentException">The host has no such underlay port, or the options contradict each other.</exception>
    public ComputeNode(IHost host, ComputeNodeOptions options)
    {
        if (!host.FramePorts.TryGetValue(options.UnderlayPort, out var port))
        {
            throw new ArgumentException($"host {host.Name} has no port {options.UnderlayPort} to the underlay", nameof(options));
        }

        if (options.HasArpResponder && !options.HasL2Population)
        {
            throw new ArgumentException($"host {host.Name}: arp_responder needs l2_population, which is off", nameof(options));
        }

        _options = options;
        Host = host;
        Switch = new OpenVSwitch(host.Time);
        Integration = Switch.AddBridge("br-int");
        Tunnels = Switch.AddBridge("br-tun");
        var (_, toInt) = OpenVSwitch.Patch(Integration, "patch-tun", Tunnels, "patch-int");
        _underlay = new UnderlayInterface(port, host.Time, options.Underlay, Switch.ReceiveVxlan);
        Switch.Underlay = _underlay;

        // Each start of an agent marks its flows with a number of its own.
        var cookie = host.Entropy.NextUInt64("cookie");
        IntegrationBridge.SetUp(Integration, cookie);
        _tunnelBridge = new TunnelBridge(Tunnels, cookie);
        _tunnelBridge.SetUp(toInt.Number, options.HasArpResponder);
    }

    /// <summary>The machine.</summary>
    public IHost Host { get; }

    /// <summary>The switch.</summary>
    public OpenVSwitch Switch { get; }

    /// <summary>br-int.</summary>
    public Bridge Integration { get; }

    /// <summary>br-tun.</summary>
    public Bridge Tunnels { get; }

    /// <summary>Our VTEP.</summary>
    public IpAddress TunnelIp => _options.Underlay.Address;

    /// <summary>The ports, by name.</summary>
    public IReadOnlyDictionary<string, NodePort> Ports => _ports;

    /// <summary>The VTEPs there is a tunnel to.</summary>
    public IEnumerable<IpAddress> RemoteVteps => _tunnels.Keys;

    /// <summary>The local VLAN of a network, or null when it has no port here.</summary>
    public int? VlanOf(string network) => _networks.TryGetValue(network, out var local) ? local.Vlan : null;

    /// <summary>Plugs a VM's network card in. The first port of a network takes a local VLAN for it.</summary>
    /// <exception cref="InvalidOperationException">There is such a port already, or all 4094 local VLANs are taken.</exception>
    public NodePort AttachPort(string name, string network, Vni vni, IFramePort nic)
    {
        var port = AttachPort(name, network, vni, nic.Send);
        nic.Received = port.Port.Receive;
        _nics.Add(name, nic);
        return port;
    }

    /// <summary>Plugs something in that is no network card: a router's or a DHCP server's port.</summary>
    /// <inheritdoc cref="AttachPort(string, string, Vni, IFramePort)"/>
    public NodePort AttachPort(string name, string network, Vni vni, FrameSink sink)
    {
        if (_ports.ContainsKey(name))
        {
            throw new InvalidOperationException($"{Host.Name} has a port {name} already");
        }

        if (!_networks.TryGetValue(network, out var local))
        {
            local = Provision(network, vni);
        }

        var end = Integration.AddPort(name, sink);
        end.Vlan = PortVlan.Access(local.Vlan);
        local.Ports.Add(name);
        var port = new NodePort(name, network, local.Vlan, end);
        _ports.Add(name, port);
        return port;
    }

    /// <summary>Unplugs a port. The last port of a network gives its local VLAN back.</summary>
    public void DetachPort(string name)
    {
        if (!_ports.Remove(name, out var port))
        {
            return;
        }

        if (_nics.Remove(name, out var nic))
        {
            nic.Received = null;
        }

        Integration.RemovePort(port.Port);
        var local = _networks[port.Network];
        local.Ports.Remove(name);
        if (local.Ports.Count > 0)
        {
            return;
        }

        _networks.Remove(port.Network);
        _tunnelBridge.Reclaim(local.Vlan, local.Vni);
        _vlans.Return(local.Vlan);
        if (_options.HasL2Population)
        {
            RemoveUnusedTunnels();
        }
    }

    /// <summary>Stops: the ports no longer listen.</summary>
    public void Dispose()
    {
        foreach (var nic in _nics.Values)
        {
            nic.Received = null;
        }

        _underlay.Dispose();
    }

    private LocalNetwork Provision(string network, Vni vni)
    {
        var vlan = (_options.HasOneLocalVlan ? _networks.Values.FirstOrDefault()?.Vlan : null) ?? _vlans.Take()
            ?? throw new InvalidOperationException($"{Host.Name} has no local VLAN left for network {network}: all 4094 are taken");
        var local = new LocalNetwork(vlan, vni);
        _networks.Add(network, local);
        if (!_options.HasL2Population)
        {
            foreach (var vtep in _tunnels.Keys)
            {
                local.Flooded.Add(vtep);
            }
        }

        WriteFlood(local);
        _tunnelBridge.Provision(vlan, vni);
        return local;
    }

    private sealed class LocalNetwork(int vlan, Vni vni)
    {
        public int Vlan { get; } = vlan;

        public Vni Vni { get; } = vni;

        public SortedSet<string> Ports { get; } = new(StringComparer.Ordinal);

        public SortedSet<IpAddress> Flooded { get; } = [];

        public SortedDictionary<MacAddress, IpAddress> Unicast { get; } = [];
    }
}
