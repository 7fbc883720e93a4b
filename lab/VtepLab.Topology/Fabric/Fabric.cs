using VtepLab.Emulators.ComputeNode;
using VtepLab.Emulators.Endpoints;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>A data plane in virtual time: VTEPs on one underlay, machines on their ports, and a watch that sees every frame.</summary>
/// <remarks>The underlay is one plain learning switch, <c>spine</c>; it does not break, its cables may.</remarks>
public sealed class Fabric
{
    private const int UnderlayMtu = 1600;
    private const string UnderlayPort = "ul0";

    private readonly SortedDictionary<string, FabricEndpoint> _endpoints = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FabricHypervisor> _hypervisors = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FrameLink> _uplinks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, IpAddress> _vteps = new(StringComparer.Ordinal);
    private readonly SortedSet<IpAddress> _serviceNodes = [];
    private readonly SimulatedHost _spine;
    private readonly Bridge _bridge;

    /// <summary>An underlay without VTEPs.</summary>
    public Fabric(SimulatedLab lab)
    {
        ArgumentNullException.ThrowIfNull(lab);
        Lab = lab;
        _spine = lab.World.AddHost("spine");
        _bridge = new OpenVSwitch(_spine.Services.Time).AddBridge("spine");
        _bridge.Flows.Add("actions=NORMAL");
        Membership = new PortMembership(() => lab.World.Now);
        Watch = new FrameWatch(this);
    }

    /// <summary>The lab it is part of.</summary>
    public SimulatedLab Lab { get; }

    /// <summary>Where addresses are, for those who program VTEPs.</summary>
    public FdbDirectory Directory { get; } = new();

    /// <summary>Which network each port and VLAN belongs to, now and before.</summary>
    public PortMembership Membership { get; }

    /// <summary>The endpoints, by name.</summary>
    public IReadOnlyDictionary<string, FabricEndpoint> Endpoints => _endpoints;

    /// <summary>The compute nodes, by name.</summary>
    public IReadOnlyDictionary<string, FabricHypervisor> Hypervisors => _hypervisors;

    /// <summary>The VTEP of each device, by the device's name.</summary>
    public IReadOnlyDictionary<string, IpAddress> Vteps => _vteps;

    /// <summary>The VTEPs of the service nodes.</summary>
    public IReadOnlyCollection<IpAddress> ServiceNodes => _serviceNodes;

    /// <summary>The cable between a device and the underlay, by the device's name.</summary>
    public IReadOnlyDictionary<string, FrameLink> Uplinks => _uplinks;

    internal FrameWatch Watch { get; }

    /// <summary>Adds an emulated switch with a port into the underlay.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tunnelIp">Its tunnel address.</param>
    /// <param name="ports">Its access ports.</param>
    /// <param name="quirks">How it misbehaves.</param>
    public async Task<LabSwitch> AddSwitchAsync(string name, IpAddress tunnelIp, IReadOnlyList<string> ports, SwitchQuirks quirks)
    {
        var added = await Lab.AddEmulatedSwitchAsync(new HardwareVtepOptions
        {
            Name = name, Ports = ports, Quirks = quirks, TunnelIps = [tunnelIp.ToString()], UnderlayPort = UnderlayPort,
            UnderlayMac = MacOf(tunnelIp).ToString(), StoreName = "hardware_vtep.db",
        });
        foreach (var port in ports)
        {
            Lab.World.Hosts[name].AddPort(port);
        }

        Join(name, tunnelIp);
        return added;
    }

    /// <summary>Adds a compute node.</summary>
    public FabricHypervisor AddHypervisor(string name, IpAddress tunnelIp, bool hasOneLocalVlan = false)
    {
        var added = new FabricHypervisor(this, name, new UnderlayOptions(MacOf(tunnelIp), tunnelIp), hasOneLocalVlan);
        Lab.Start(name, added.RunAsync);
        Join(name, tunnelIp);
        _hypervisors.Add(name, added);
        return added;
    }

    /// <summary>Adds a service node; it replicates every network of the directory. One that sends back is wrong on purpose.</summary>
    public void AddServiceNode(string name, IpAddress address, bool sendsBack = false)
    {
        Lab.Start(name, async host =>
        {
            using var node = new ServiceNode(host, new UnderlayOptions(MacOf(address), address), UnderlayPort, sendsBack);
            while (true)
            {
                node.Replicate(Directory.Networks.Values.ToDictionary(n => n.Vni, n => (IReadOnlyCollection<IpAddress>)Directory.FloodedTo(n.Name)));
                await host.DelayAsync(TimeSpan.FromMilliseconds(100), host.Stopping);
            }
        });
        Join(name, address);
        _serviceNodes.Add(address);
    }

    /// <summary>Adds a bare-metal server on a switch's port; on a port in use, another VLAN of the machine that is there.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Who it is; its VLAN is the tag on the wire.</param>
    /// <param name="device">The switch.</param>
    /// <param name="port">The switch's port.</param>
    public FabricEndpoint AddServer(string name, EndpointOptions options, string device, string port)
    {
        var there = _endpoints.Values.Select(e => e.Machine).FirstOrDefault(m => m.Device == device && m.DevicePort == port);
        var machine = there ?? new FabricMachine(this, name);
        if (there is null)
        {
            machine.Plug(device, PortOf(device, port));
        }

        return Remember(machine.Add(name, options));
    }

    /// <summary>Adds a VM of a network on a compute node.</summary>
    public FabricEndpoint AddVm(string name, EndpointOptions options, string network, string hypervisor)
    {
        var vm = Remember(new FabricMachine(this, name).Add(name, options));
        PlugVm(vm, network, hypervisor);
        return vm;
    }

    /// <summary>Plugs a server into another port, out of the one it is in; it says so to everybody.</summary>
    public void Move(FabricEndpoint server, string device, string port)
    {
        server.Machine.Plug(device, PortOf(device, port));
        Lab.World.At(TimeSpan.FromMilliseconds(10), () => server.Do(e => e.Announce()));
    }

    /// <summary>Moves a VM to another compute node, whose hypervisor says so to everybody by RARP once it has plugged the VM in.</summary>
    public void Migrate(FabricEndpoint vm, string hypervisor)
    {
        var network = Membership.NetworkOf(vm.Machine.Device, vm.Machine.DevicePort, 0)!;
        Membership.End(vm.Machine.Device, vm.Machine.DevicePort, 0);
        _hypervisors[vm.Machine.Device].Detach(vm.Name);
        PlugVm(vm, network, hypervisor);
        _hypervisors[hypervisor].Expect(vm);
    }

    /// <summary>A VTEP's MAC address: 02:1a: and its IPv4 address.</summary>
    internal static MacAddress MacOf(IpAddress vtep) => EndpointOptions.At(vtep.ToString()).Mac;

    private void PlugVm(FabricEndpoint vm, string network, string hypervisor)
    {
        var (host, tap) = (Lab.World.Hosts[hypervisor], $"tap-{vm.Name}");
        vm.Machine.Plug(hypervisor, host.Services.FramePorts.TryGetValue(tap, out var known) ? (SimulatedPort)known : host.AddPort(tap));
        Membership.Begin(hypervisor, tap, 0, network);
        _hypervisors[hypervisor].Attach(vm.Name, network, new EndpointPlug(tap, vm.Options.Mac, vm.Options.Address));
    }

    private SimulatedPort PortOf(string device, string port) =>
        Lab.World.Hosts.GetValueOrDefault(device)?.Services.FramePorts.GetValueOrDefault(port) as SimulatedPort
        ?? throw new LabExpectationException($"there is no port {port} of {device} in the fabric");

    private void Join(string device, IpAddress vtep)
    {
        var here = Lab.World.Hosts[device].AddPort(UnderlayPort, UnderlayMtu);
        var there = _spine.AddPort(device, UnderlayMtu);
        there.Received = _bridge.AddPort(device, there.Send).Receive;
        var link = Lab.World.Link(here, there);
        _uplinks.Add(device, link);
        _vteps.Add(device, vtep);
        Watch.OnUnderlay(link, device);
    }

    private FabricEndpoint Remember(FabricEndpoint endpoint)
    {
        _endpoints.Add(endpoint.Name, endpoint);
        return endpoint;
    }
}
