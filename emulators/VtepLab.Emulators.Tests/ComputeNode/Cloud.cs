using VtepLab.Emulators.ComputeNode;
using VtepLab.Emulators.Endpoints;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Simulation;
using Node = VtepLab.Emulators.ComputeNode.ComputeNode;

namespace VtepLab.Emulators.Tests.ComputeNode;

/// <summary>Compute nodes, a network node and VMs on one underlay, in virtual time; networks "blue" (VNI 5000) and "red" (VNI 5001).</summary>
internal sealed class Cloud
{
    public static readonly Vni Blue = new(5000);
    public static readonly Vni Red = new(5001);

    private readonly Bridge _fabric;
    private readonly SimulatedHost _fabricHost;
    private readonly bool _hasL2Population;

    public Cloud(ulong seed = 7, bool hasL2Population = false)
    {
        World = new SimulatedWorld(seed);
        _hasL2Population = hasL2Population;
        _fabricHost = World.AddHost("fabric");
        _fabric = new OpenVSwitch(_fabricHost.Services.Time).AddBridge("fabric");
        _fabric.Flows.Add("actions=NORMAL");
    }

    public SimulatedWorld World { get; }

    /// <summary>Every frame that a node put on the underlay: the node's name and the frame.</summary>
    public List<(string From, byte[] Frame)> Underlay { get; } = [];

    public List<Node> Nodes { get; } = [];

    public Node AddNode(string name, string address)
    {
        var host = AddHost(name);
        var node = new Node(host.Services, Options(address));
        Nodes.Add(node);
        return node;
    }

    public NetworkNode AddNetworkNode(string name, string address)
    {
        var host = AddHost(name);
        var node = new NetworkNode(host.Services, Options(address));
        Nodes.Add(node.Node);
        return node;
    }

    /// <summary>Tells every node of every VTEP, as tunnel_sync does.</summary>
    public void SyncTunnels()
    {
        foreach (var node in Nodes)
        {
            node.SyncTunnels(Nodes.Select(n => n.TunnelIp));
        }
    }

    /// <summary>A VM on a node, with its tap wired to br-int.</summary>
    public Endpoint AddVm(string name, Node node, string network, Vni vni, string address, string? gateway = null)
    {
        var machine = World.AddHost(name);
        Plug(machine, "eth0", node, name);
        node.AttachPort(name, network, vni, node.Host.FramePorts["tap-" + name]);
        return new Endpoint(machine.Services, EndpointOptions.At(address, gateway));
    }

    /// <summary>A wire from a machine's port to a tap of a node.</summary>
    public void Plug(SimulatedHost machine, string port, Node node, string name) =>
        World.Link(machine.AddPort(port), World.Hosts[node.Host.Name].AddPort("tap-" + name));

    public PingResult Ping(Endpoint from, string to) => World.Run(() => from.PingAsync(IpAddress.Parse(to)));

    /// <summary>The VXLAN frames seen on the underlay since the list was last cleared.</summary>
    public IEnumerable<(string From, IpAddress To, Vni Vni, byte[] Inner)> Vxlan()
    {
        foreach (var (from, bytes) in Underlay)
        {
            if (EthernetFrame.TryRead(bytes, out var frame) && IPv4Packet.TryRead(frame.Payload, out var packet)
                && packet.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(packet.Payload, out var datagram)
                && datagram.DestinationPort == VxlanHeader.UdpPort && VxlanHeader.TryRead(datagram.Payload, out var header))
            {
                yield return (from, packet.Destination, header.Vni, datagram.Payload[VxlanHeader.Size..].ToArray());
            }
        }
    }

    private SimulatedHost AddHost(string name)
    {
        var host = World.AddHost(name);
        var fabricPort = _fabricHost.AddPort("to-" + name, 1600);
        var link = World.Link(host.AddPort("ul0", 1600), fabricPort);
        link.Tap = (from, _, frame) =>
        {
            if (from.Host == host)
            {
                Underlay.Add((name, frame.ToArray()));
            }
        };
        fabricPort.Received = _fabric.AddPort(name, fabricPort.Send).Receive;
        return host;
    }

    private ComputeNodeOptions Options(string address)
    {
        var own = EndpointOptions.At(address);
        return new ComputeNodeOptions
        {
            Underlay = new UnderlayOptions(own.Mac, own.Address), HasL2Population = _hasL2Population, HasArpResponder = _hasL2Population,
        };
    }
}
