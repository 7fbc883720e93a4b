using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The BFD sessions of a switch, one for each far end whose Tunnel row asks for it.</summary>
/// <param name="time">The clock.</param>
/// <param name="jitter">Even draws from 0 up to 1.</param>
/// <param name="options">What the switch is; its underlay MAC is the source of sent packets.</param>
/// <param name="send">Sends a frame of VNI 0 from one of the switch's addresses to a far end.</param>
internal sealed class BfdBook(TimeProvider time, Func<double> jitter, HardwareVtepOptions options, Action<IpAddress, IpAddress, byte[]> send)
{
    private const byte SingleHop = 255;
    private const ushort SourcePort = 49152;

    private readonly MacAddress _mac = MacAddress.Parse(options.UnderlayMac);
    private readonly Dictionary<IpAddress, BfdSession> _sessions = [];
    private readonly Dictionary<IpAddress, IpAddress> _starts = [];
    private readonly HashSet<IpAddress> _seen = [];
    private uint _discriminators;

    /// <summary>Told when the status of any session has changed.</summary>
    public event Action? Changed;

    /// <summary>Told of a new session: somebody must call <see cref="BfdSession.Run"/> while <see cref="Lives"/> says so.</summary>
    public event Action<BfdSession>? Started;

    /// <summary>True until the session has ended.</summary>
    public bool Lives(BfdSession session) => _sessions.ContainsValue(session);

    /// <summary>True for a far end that is up, or that nobody watches.</summary>
    public bool IsHealthy(IpAddress remote) =>
        !_sessions.TryGetValue(remote, out var session) || session.IsForwarding || options.Quirks.Has(SwitchQuirkBook.BfdLies);

    /// <summary>Starts or changes the session a row asks for.</summary>
    /// <param name="tunnel">The row.</param>
    /// <param name="remote">The far end it names.</param>
    /// <param name="own">Where the tunnel starts.</param>
    /// <returns>Its status.</returns>
    public ColumnMap<string, string> Want(Tunnel tunnel, IpAddress remote, IpAddress own)
    {
        _seen.Add(remote);
        _starts[remote] = own;
        var settings = BfdSettings.Of(tunnel, options.Quirks);
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

        return session.ToStatus(options.Quirks);
    }

    /// <summary>Ends the sessions that were not wanted since the last time.</summary>
    public void EndOthers()
    {
        foreach (var gone in _sessions.Keys.Where(r => !_seen.Contains(r)).ToList())
        {
            _sessions.Remove(gone);
            _starts.Remove(gone);
        }

        _seen.Clear();
    }

    /// <summary>Takes a frame that arrived from a far end under VNI 0.</summary>
    public void Receive(IpAddress remote, ReadOnlySpan<byte> wire)
    {
        // RFC 5881 section 5: whoever is not on the link cannot make a packet that arrives with TTL 255.
        if (_sessions.TryGetValue(remote, out var session) && EthernetFrame.TryRead(wire, out var frame)
            && frame.Destination == session.Settings.LocalMac && IPv4Packet.TryRead(frame.Payload, out var ip) && (ip.TimeToLive == SingleHop || options.Quirks.Has(SwitchQuirkBook.AcceptsRoutedBfd))
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
        send(_starts[remote], remote, Frames.Ethernet(settings.RemoteMac, _mac, EtherTypes.IPv4, datagram));
    }
}
