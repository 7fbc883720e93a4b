using VtepLab.Emulators.ComputeNode;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>A KVM compute node of a fabric; its agent learns from the directory what l2population would tell it.</summary>
/// <remarks>After a restart it finds its VMs where they are plugged in, and asks for everything again, as the agent does.</remarks>
public sealed class FabricHypervisor
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AnnounceAfter = TimeSpan.FromMilliseconds(200);
    private static readonly IpAddress Unknown = IpAddress.V4(0);

    private readonly Fabric _fabric;
    private readonly UnderlayOptions _underlay;
    private readonly bool _hasOneLocalVlan;
    private readonly SortedDictionary<string, (string Network, EndpointPlug Plug)> _vms = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FabricEndpoint> _arriving = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<(IpAddress Vtep, MacAddress Mac, IpAddress Ip)>> _told = [];

    internal FabricHypervisor(Fabric fabric, string name, UnderlayOptions underlay, bool hasOneLocalVlan) =>
        (_fabric, Name, _underlay, _hasOneLocalVlan) = (fabric, name, underlay, hasOneLocalVlan);

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Its VTEP.</summary>
    public IpAddress TunnelIp => _underlay.Address;

    /// <summary>The node as it runs now; null while it is down.</summary>
    public ComputeNode? Node { get; private set; }

    /// <summary>Plugs a VM in.</summary>
    internal void Attach(string vm, string network, EndpointPlug plug)
    {
        _vms[vm] = (network, plug);
        _fabric.Directory.Put(network, plug.Mac, TunnelIp, plug.Ip);
        _fabric.Directory.SetFlooding(network, TunnelIp, isMember: true);
    }

    /// <summary>A VM that was plugged in comes from elsewhere: it is announced as soon as the node, which may be down or hang, has followed.</summary>
    internal void Expect(FabricEndpoint vm) => _arriving[vm.Name] = vm;

    /// <summary>Unplugs a VM.</summary>
    internal void Detach(string vm)
    {
        _arriving.Remove(vm);
        if (_vms.Remove(vm, out var gone))
        {
            _fabric.Directory.Remove(gone.Network, gone.Plug.Mac, TunnelIp);
            _fabric.Directory.SetFlooding(gone.Network, TunnelIp, _vms.Values.Any(v => v.Network == gone.Network));
        }
    }

    /// <summary>The node's program.</summary>
    internal async Task RunAsync(IHost host)
    {
        _told.Clear();
        using var node = new ComputeNode(host, new ComputeNodeOptions { Underlay = _underlay, HasL2Population = true, HasOneLocalVlan = _hasOneLocalVlan });
        Node = node;
        while (true)
        {
            Follow(node);
            await host.DelayAsync(LookEvery, host.Stopping);
        }
    }

    private void Follow(ComputeNode node)
    {
        foreach (var gone in node.Ports.Values.Where(p => !_vms.ContainsKey(p.Name)).ToList())
        {
            node.DetachPort(gone.Name);
            if (node.VlanOf(gone.Network) is null)
            {
                _told.Remove(gone.Network);
            }
        }

        foreach (var (vm, (network, plug)) in _vms.Where(v => !node.Ports.ContainsKey(v.Key)))
        {
            node.AttachPort(vm, network, _fabric.Directory.Networks[network].Vni, node.Host.FramePorts[plug.Port]);
        }

        foreach (var network in _vms.Values.Select(v => v.Network).Distinct().Order(StringComparer.Ordinal))
        {
            Tell(node, network);
        }

        foreach (var vm in _arriving.Values)
        {
            _fabric.Lab.World.At(AnnounceAfter, () => vm.Do(e => e.AnnounceMove()));
        }

        _arriving.Clear();
    }

    private void Tell(ComputeNode node, string network)
    {
        var told = _told.TryGetValue(network, out var before) ? before : _told[network] = [];
        var wanted = _fabric.Directory.EntriesOf(network);
        // A service node is no VTEP of any VM, so flooding to it would double what we flood ourselves; its tunnel has to be there to be heard.
        wanted.UnionWith(_fabric.ServiceNodes.Select(s => (s, Fabric.MacOf(s), Unknown)));
        foreach (var (vtep, mac, ip) in told.Except(wanted).ToList())
        {
            node.RemoveFdbEntries(FdbEntries.Behind(network, _fabric.Directory.Networks[network].Vni, vtep, new FdbPort(mac, ip)));
        }

        foreach (var (vtep, mac, ip) in wanted.Except(told).ToList())
        {
            node.AddFdbEntries(FdbEntries.Behind(network, _fabric.Directory.Networks[network].Vni, vtep, new FdbPort(mac, ip)));
        }

        _told[network] = wanted;
    }

    /// <summary>What is wrong with the local VLANs: by the flows that are really there, each VNI has one and each has one VNI.</summary>
    internal string? BrokenBijection()
    {
        if (Node is not { } node)
        {
            return null;
        }

        var seen = new SortedDictionary<int, int>();
        foreach (var flow in node.Tunnels.Flows.Dump("table=4", OpenFlow.OpenFlowVersion.OpenFlow13, withStatistics: false))
        {
            if (Between(flow, "tun_id=0x", " ,") is { } vni && Between(flow, "set_field:", "-/") is { } tci)
            {
                var (key, vlan) = (Convert.ToInt32(vni, 16), int.Parse(tci, System.Globalization.CultureInfo.InvariantCulture) & 0xFFF);
                if (seen.ContainsValue(vlan) || !seen.TryAdd(key, vlan))
                {
                    return $"{Name} gives local VLAN {vlan} to VNI {key} and to VNI {seen.First(s => s.Value == vlan || s.Key == key).Key}";
                }
            }
        }

        return node.Ports.Values.Where(p => _fabric.Directory.Networks[p.Network].Vni.Value is var key && seen.GetValueOrDefault(key) != p.Vlan)
            .Select(p => $"{Name} port {p.Name} of {p.Network} is on local VLAN {p.Vlan}, table 4 says otherwise: {string.Join(", ", seen)}").FirstOrDefault();
    }

    private static string? Between(string text, string before, string ends)
    {
        var at = text.IndexOf(before, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var rest = text[(at + before.Length)..];
        var end = rest.IndexOfAny(ends.ToCharArray());
        return end < 0 ? rest : rest[..end];
    }
}

/// <summary>Where a VM is plugged in.</summary>
/// <param name="Port">The hypervisor's frame port.</param>
/// <param name="Mac">The VM's address.</param>
/// <param name="Ip">Its IP address.</param>
internal sealed record EndpointPlug(string Port, MacAddress Mac, IpAddress Ip);
