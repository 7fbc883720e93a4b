using VtepLab.OpenFlow.Tables;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>An OpenFlow bridge: ports, flow tables, and a MAC table for NORMAL. It behaves as Open vSwitch's with fail_mode=secure.</summary>
/// <remarks>
/// Frames are handled to their end within the call that brings them, on the caller's thread; one thread at a time. A forwarded frame
/// allocates nothing, but for the first of an address that is learnt.
/// </remarks>
public sealed class Bridge
{
    private readonly OpenVSwitch _switch;
    private readonly SortedDictionary<int, BridgePort> _ports = [];
    private BridgePort?[] _portsByNumber = new BridgePort?[16];
    private BridgePort[] _portList = [];

    internal Bridge(OpenVSwitch owner, string name)
    {
        _switch = owner;
        Name = name;
        Macs = new MacTable(owner.Time, owner.MacAgeing, owner.MacCapacity);
        Flows = new FlowTables(owner.Time);
    }

    /// <summary>The bridge's name.</summary>
    public string Name { get; }

    /// <summary>What NORMAL has learnt.</summary>
    public MacTable Macs { get; }

    /// <summary>The flows.</summary>
    public FlowTables Flows { get; }

    /// <summary>The bridge's own port, if something sits on it.</summary>
    public EndPort? LocalPort { get; private set; }

    /// <summary>Frames sent to the controller, which nobody here is.</summary>
    public long ControllerFrames { get; internal set; }

    /// <summary>The ports in the order of their numbers.</summary>
    public IReadOnlyCollection<BridgePort> Ports => _ports.Values;

    internal ReadOnlySpan<BridgePort> PortList => _portList;

    internal OpenVSwitch Switch => _switch;

    /// <summary>Adds a port with something behind it.</summary>
    /// <param name="name">Its name, unique on the bridge.</param>
    /// <param name="sink">Takes what goes out.</param>
    /// <param name="number">Its number; the lowest free one when null.</param>
    public EndPort AddPort(string name, FrameSink sink, int? number = null) =>
        Add(new EndPort(this, name, number ?? FreeNumber(), sink));

    /// <summary>Puts something on the bridge's own port, LOCAL.</summary>
    public EndPort AddLocalPort(FrameSink sink)
    {
        LocalPort = new EndPort(this, Name, OpenFlowPorts.Local, sink);
        Renumber();
        return LocalPort;
    }

    /// <summary>Adds one end of a patch.</summary>
    public PatchPort AddPatchPort(string name, int? number = null) => Add(new PatchPort(this, name, number ?? FreeNumber()));

    /// <summary>Adds a VXLAN port.</summary>
    /// <exception cref="InvalidOperationException">The switch has one with the same ends and key already.</exception>
    public TunnelPort AddTunnelPort(string name, TunnelOptions options, int? number = null)
    {
        var port = new TunnelPort(this, name, number ?? FreeNumber(), options);
        _switch.Register(port);
        return Add(port);
    }

    /// <summary>Removes a port. Flows that name it stay.</summary>
    public void RemovePort(BridgePort port)
    {
        if (_ports.Remove(port.Number))
        {
            _portsByNumber[port.Number] = null;
            Renumber();
            Macs.Forget(port);
            (port as PatchPort)?.Cut();
            if (port is TunnelPort tunnel)
            {
                _switch.Unregister(tunnel);
            }
        }
    }

    /// <summary>The port of a name, or null.</summary>
    public BridgePort? Port(string name)
    {
        foreach (var port in _portList)
        {
            if (port.Name == name)
            {
                return port;
            }
        }

        return null;
    }

    /// <summary>The port of a number, or null.</summary>
    public BridgePort? Port(int number) =>
        number == OpenFlowPorts.Local ? LocalPort : (uint)number < (uint)_portsByNumber.Length ? _portsByNumber[number] : null;

    /// <summary>Handles a frame that came in by a port. One shorter than an Ethernet header is dropped.</summary>
    internal void Receive(BridgePort port, ReadOnlySpan<byte> frame)
    {
        var walk = _switch.RentWalk();
        if (walk.Start(this, port, frame))
        {
            port.ReceivedFrames++;
            walk.Run();
        }

        _switch.ReturnWalk(walk);
    }

    /// <summary>Handles a frame that came out of a tunnel.</summary>
    internal void ReceiveFromTunnel(TunnelPort port, ReadOnlySpan<byte> frame, Vni vni, IpAddress source, IpAddress destination, byte trafficClass)
    {
        var walk = _switch.RentWalk();
        if (walk.Start(this, port, frame) && walk.ComeFromTunnel(vni, source, destination, trafficClass))
        {
            port.ReceivedFrames++;
            walk.Run();
        }

        _switch.ReturnWalk(walk);
    }

    private T Add<T>(T port)
        where T : BridgePort
    {
        if (Port(port.Name) is not null || _ports.ContainsKey(port.Number))
        {
            throw new InvalidOperationException($"{Name} has a port {port.Name} or a port number {port.Number} already");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(port.Number, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port.Number, OpenFlowPorts.Max);
        _ports.Add(port.Number, port);
        if (port.Number >= _portsByNumber.Length)
        {
            Array.Resize(ref _portsByNumber, Math.Max(port.Number + 1, _portsByNumber.Length * 2));
        }

        _portsByNumber[port.Number] = port;
        Renumber();
        return port;
    }

    private void Renumber() => _portList = LocalPort is { } local ? [.. _ports.Values, local] : [.. _ports.Values];

    private int FreeNumber()
    {
        var number = 1;
        while (_ports.ContainsKey(number))
        {
            number++;
        }

        return number;
    }
}
