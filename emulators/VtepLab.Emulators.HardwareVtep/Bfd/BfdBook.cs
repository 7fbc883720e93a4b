using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The BFD sessions of a switch, one for each far end whose Tunnel row asks for it.</summary>
/// <param name="time">The clock.</param>
/// <param name="jitter">Even draws from 0 up to 1.</param>
/// <param name="mac">Source of sent packets.</param>
/// <param name="send">Sends a frame of VNI 0 to a far end.</param>
internal sealed class BfdBook(TimeProvider time, Func<double> jitter, MacAddress mac, Action<IpAddress, byte[]> send)
{
    private const byte SingleHop = 255;
    private const ushort SourcePort = 49152;

    private readonly Dictionary<IpAddress, BfdSession> _sessions = [];
    private readonly HashSet<IpAddress> _seen = [];
    private uint _discriminators;

    /// <summary>Told when the status of any session has changed.</summary>
    public event Action? Changed;

    /// <summary>Told of a new session: somebody must call <see cref="BfdSession.Run"/> while <see cref="Lives"/> says so.</summary>
    public event Action<BfdSession>? Started;

    /// <summary>True until the session has ended.</summary>
    public bool Lives(BfdSession session) => _sessions.ContainsValue(session);

    /// <summary>True for a far end that is up, or that nobody watches.</summary>
    public bool IsHealthy(IpAddress remote) => !_sessions.TryGetValue(remote, out var session) || session.IsForwarding;

    /// <summary>Starts or changes the session a row asks for.</summary>
    /// <returns>Its status.</returns>
    public ColumnMap<string, string> Want(Tunnel tunnel, IpAddress remote)
    {
        _seen.Add(remote);
        var settings = BfdSettings.Of(tunnel);
        if (!_sessions.TryGetValue(remote, out var session))
        {
            session = new BfdSession(time, jitter, ++_discriminators, settings, packet => Send(remote, packet));
            session.Changed += () => Changed?.Invoke();
            _sessions.Add(remote, session);
            Started?.Invoke(session);
        }
        else if (session.Settings != settings)
        {
            session.Change(settings);
        }

        return session.ToStatus();
    }

    /// <summary>Ends the sessions that were not wanted since the last time.</summary>
    public void EndOthers()
    {
        foreach (var gone in _sessions.Keys.Where(r => !_seen.Contains(r)).ToList())
        {
            _sessions.Remove(gone);
        }

        _seen.Clear();
    }

    /// <summary>Takes a frame that arrived from a far end under VNI 0.</summary>
    public void Receive(IpAddress remote, ReadOnlySpan<byte> wire)
    {
        // RFC 5881 section 5: whoever is not on the link cannot make a packet that arrives with TTL 255.
        if (_sessions.TryGetValue(remote, out var session) && EthernetFrame.TryRead(wire, out var frame)
            && frame.Destination == session.Settings.LocalMac && IPv4Packet.TryRead(frame.Payload, out var ip) && ip.TimeToLive == SingleHop
            && ip.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(ip.Payload, out var udp) && udp.DestinationPort == BfdPacket.UdpPort
            && BfdPacket.TryRead(udp.Payload, out var packet))
        {
            session.Receive(packet);
        }
    }

    private void Send(IpAddress remote, BfdPacket packet)
    {
        var settings = _sessions[remote].Settings;
        Span<byte> control = stackalloc byte[BfdPacket.Size];
        packet.Write(control);
        var datagram = Frames.Udp(settings.LocalIp, settings.RemoteIp, SourcePort, BfdPacket.UdpPort, control, SingleHop);
        send(remote, Frames.Ethernet(settings.RemoteMac, mac, EtherTypes.IPv4, datagram));
    }
}
