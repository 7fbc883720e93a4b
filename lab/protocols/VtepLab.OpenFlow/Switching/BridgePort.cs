using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>Takes a frame that leaves the switch. The bytes are valid during the call only.</summary>
public delegate void FrameSink(ReadOnlySpan<byte> frame);

/// <summary>A port of a bridge.</summary>
public abstract class BridgePort
{
    private PortVlan _vlan = PortVlan.AllVlans;

    private protected BridgePort(Bridge bridge, string name, int number)
    {
        Bridge = bridge;
        Name = name;
        Number = number;
    }

    /// <summary>The bridge it belongs to.</summary>
    public Bridge Bridge { get; }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its OpenFlow number.</summary>
    public int Number { get; }

    /// <summary>Its VLANs under NORMAL. A change forgets what was learnt from the port.</summary>
    public PortVlan Vlan
    {
        get => _vlan;
        set
        {
            _vlan = value;
            Bridge.Macs.Forget(this);
        }
    }

    /// <summary>False keeps FLOOD away from it.</summary>
    public bool IsFlooded { get; set; } = true;

    /// <summary>Frames that came in by it.</summary>
    public long ReceivedFrames { get; internal set; }

    /// <summary>Frames that went out by it.</summary>
    public long SentFrames { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Bridge.Name}:{Name}";
}

/// <summary>A port with something real behind it: a VM, a router, a network interface, the bridge's own port.</summary>
public sealed class EndPort : BridgePort
{
    internal EndPort(Bridge bridge, string name, int number, FrameSink sink)
        : base(bridge, name, number) => Sink = sink;

    internal FrameSink Sink { get; }

    /// <summary>A frame comes in.</summary>
    public void Receive(ReadOnlySpan<byte> frame) => Bridge.Receive(this, frame);
}

/// <summary>One end of a patch: what goes out of it comes in at its peer, in another bridge, at once.</summary>
public sealed class PatchPort : BridgePort
{
    internal PatchPort(Bridge bridge, string name, int number)
        : base(bridge, name, number)
    {
    }

    /// <summary>The other end; null while it has none.</summary>
    public PatchPort? Peer { get; private set; }

    /// <summary>Joins two ends.</summary>
    public static void Join(PatchPort one, PatchPort other)
    {
        one.Peer = other;
        other.Peer = one;
    }

    internal void Cut()
    {
        if (Peer is { } peer)
        {
            peer.Peer = null;
            Peer = null;
        }
    }
}

/// <summary>A VXLAN tunnel port.</summary>
public sealed class TunnelPort : BridgePort
{
    internal TunnelPort(Bridge bridge, string name, int number, TunnelOptions options)
        : base(bridge, name, number) => Options = options;

    /// <summary>Its ends and its key.</summary>
    public TunnelOptions Options { get; }
}

/// <summary>The options of a VXLAN port.</summary>
/// <param name="RemoteIp">The VTEP at the other end; only frames from there come in by this port.</param>
/// <param name="LocalIp">Our own VTEP address.</param>
/// <param name="Key">The VNI, or null for <c>key=flow</c>: the flows read and set <c>tun_id</c>.</param>
/// <param name="UdpPort">The destination port.</param>
public sealed record TunnelOptions(IpAddress RemoteIp, IpAddress LocalIp, Vni? Key = null, ushort UdpPort = VxlanHeader.UdpPort);
