using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>A switch: bridges, the patches between them, and the VXLAN tunnels they share one underlay for.</summary>
public sealed class OpenVSwitch
{
    private readonly SortedDictionary<string, Bridge> _bridges = new(StringComparer.Ordinal);
    private readonly List<TunnelPort> _tunnels = [];
    private readonly Stack<PacketWalk> _walks = new();

    /// <summary>A switch without bridges.</summary>
    /// <param name="time">Its clock: time-outs of flows, ages of addresses.</param>
    /// <param name="macAgeing">How long NORMAL remembers an address; 300 s as in Open vSwitch when null.</param>
    /// <param name="macCapacity">How many addresses a bridge remembers.</param>
    public OpenVSwitch(TimeProvider time, TimeSpan? macAgeing = null, int macCapacity = 8192)
    {
        Time = time;
        MacAgeing = macAgeing ?? TimeSpan.FromSeconds(300);
        MacCapacity = macCapacity;
    }

    /// <summary>The bridges, by name.</summary>
    public IReadOnlyDictionary<string, Bridge> Bridges => _bridges;

    /// <summary>The network under the tunnels; without one, tunnel ports drop.</summary>
    public ITunnelUnderlay? Underlay { get; set; }

    /// <summary>Frames that came through VXLAN for no port: unknown VTEP or unknown key.</summary>
    public long UnknownTunnelFrames { get; private set; }

    internal TimeProvider Time { get; }

    internal TimeSpan MacAgeing { get; }

    internal int MacCapacity { get; }

    /// <summary>Adds a bridge without flows: it drops everything.</summary>
    public Bridge AddBridge(string name)
    {
        var bridge = new Bridge(this, name);
        _bridges.Add(name, bridge);
        return bridge;
    }

    /// <summary>Joins two bridges by a pair of patch ports.</summary>
    public static (PatchPort One, PatchPort Other) Patch(Bridge one, string oneName, Bridge other, string otherName, int? oneNumber = null, int? otherNumber = null)
    {
        var pair = (One: one.AddPatchPort(oneName, oneNumber), Other: other.AddPatchPort(otherName, otherNumber));
        PatchPort.Join(pair.One, pair.Other);
        return pair;
    }

    /// <summary>Handles what came to the VXLAN port of the underlay.</summary>
    /// <param name="udpPayload">VXLAN header and inner frame.</param>
    /// <param name="source">The outer source address.</param>
    /// <param name="destination">The outer destination address.</param>
    /// <param name="trafficClass">DSCP and congestion bits of the outer header.</param>
    /// <remarks>As Open vSwitch does, and unlike RFC 7348 asks, a packet with a reserved bit set is dropped.</remarks>
    public void ReceiveVxlan(ReadOnlySpan<byte> udpPayload, IpAddress source, IpAddress destination, byte trafficClass)
    {
        if (!VxlanHeader.TryRead(udpPayload, out var header) || udpPayload[0] != 8 || udpPayload[1..4].ContainsAnyExcept((byte)0)
            || udpPayload[7] != 0)
        {
            return;
        }

        if (FindTunnel(header.Vni, source, destination) is { } port)
        {
            port.Bridge.ReceiveFromTunnel(port, udpPayload[VxlanHeader.Size..], header.Vni, source, destination, trafficClass);
        }
        else
        {
            UnknownTunnelFrames++;
        }
    }

    internal void Register(TunnelPort port)
    {
        if (_tunnels.Any(t => t.Options == port.Options))
        {
            throw new InvalidOperationException($"a tunnel to {port.Options.RemoteIp} with the same key exists already");
        }

        _tunnels.Add(port);
    }

    internal void Unregister(TunnelPort port) => _tunnels.Remove(port);

    internal PacketWalk RentWalk() => _walks.TryPop(out var walk) ? walk : new PacketWalk();

    internal void ReturnWalk(PacketWalk walk) => _walks.Push(walk);

    // A port with the very key goes before one that takes any.
    private TunnelPort? FindTunnel(Vni vni, IpAddress source, IpAddress destination)
    {
        TunnelPort? any = null;
        foreach (var port in _tunnels)
        {
            if (port.Options.RemoteIp != source || port.Options.LocalIp != destination)
            {
                continue;
            }

            if (port.Options.Key == vni)
            {
                return port;
            }

            any ??= port.Options.Key is null ? port : null;
        }

        return any;
    }
}
