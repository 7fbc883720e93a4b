using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Receives a UDP payload from the underlay. The bytes are valid during the call only.</summary>
internal delegate void UnderlayHandler(IpAddress source, IpAddress destination, in UdpDatagram datagram);

/// <summary>The switch's leg into the underlay: one port, the tunnel addresses, and the neighbours it has found by ARP.</summary>
/// <remarks>Every far end is taken for a neighbour on the link unless a gateway is given. Packets for an unknown neighbour wait, a few at most.</remarks>
internal sealed class Underlay
{
    private const int MostWaiting = 8;
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly IFramePort _port;
    private readonly TimeProvider _time;
    private readonly MacAddress _mac;
    private readonly IReadOnlyList<IpAddress> _own;
    private readonly IpAddress? _gateway;
    private readonly Dictionary<IpAddress, Neighbour> _neighbours = [];
    private readonly byte[] _buffer = new byte[65536];

    public Underlay(IFramePort port, TimeProvider time, MacAddress mac, IReadOnlyList<IpAddress> own, IpAddress? gateway)
    {
        (_port, _time, _mac, _own, _gateway) = (port, time, mac, own, gateway);
        port.Received = Receive;
    }

    /// <summary>Called for every UDP packet to one of the switch's addresses.</summary>
    public UnderlayHandler? Received { get; set; }

    /// <summary>Sends a UDP payload that is written in place, without a copy and without a checksum.</summary>
    /// <param name="source">One of the switch's addresses.</param>
    /// <param name="destination">The far end.</param>
    /// <param name="sourcePort">UDP source port.</param>
    /// <param name="destinationPort">UDP destination port.</param>
    /// <param name="write">Writes the payload, returns its length in bytes.</param>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    public void Send<TState>(
        IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, WritePayload<TState> write, TState state)
        where TState : allows ref struct
    {
        if (source.IsV6 || destination.IsV6)
        {
            return; // The underlay speaks IPv4.
        }

        const int Headers = EthernetFrame.HeaderSize + IPv4Packet.HeaderSize + UdpDatagram.HeaderSize;
        var payload = write(_buffer.AsSpan(Headers), state);
        if (IPv4Packet.HeaderSize + UdpDatagram.HeaderSize + payload > _port.Mtu)
        {
            return; // RFC 7348 section 4.3: a VTEP must not fragment.
        }

        UdpDatagram.WriteHeader(_buffer.AsSpan(EthernetFrame.HeaderSize + IPv4Packet.HeaderSize), sourcePort, destinationPort, payload);
        IPv4Packet.WriteHeader(
            _buffer.AsSpan(EthernetFrame.HeaderSize), source, destination, IpProtocols.Udp, UdpDatagram.HeaderSize + payload);
        SendTo(_gateway ?? destination, source, _buffer.AsSpan(0, Headers + payload));
    }

    private void SendTo(IpAddress nextHop, IpAddress source, Span<byte> frame)
    {
        if (!_neighbours.TryGetValue(nextHop, out var neighbour))
        {
            neighbour = new Neighbour();
            _neighbours.Add(nextHop, neighbour);
        }

        if (neighbour.Mac is { } mac)
        {
            EthernetFrame.WriteHeader(frame, mac, _mac, EtherTypes.IPv4);
            _port.Send(frame);
            return;
        }

        if (neighbour.Waiting.Count < MostWaiting)
        {
            neighbour.Waiting.Add(frame.ToArray());
        }

        if (neighbour.Asked is not { } asked || _time.GetElapsedTime(asked) >= AskAgain)
        {
            neighbour.Asked = _time.GetTimestamp();
            _port.Send(Frames.Arp(new ArpPacket(ArpPacket.Request, _mac, source, default, nextHop)));
        }
    }

    private void Receive(ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.TagCount > 0 || (frame.Destination != _mac && !frame.Destination.IsGroup))
        {
            return;
        }

        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            Receive(arp);
        }
        else if (frame.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var ip) && ip.HasRightChecksum && !ip.IsFragment
            && _own.Contains(ip.Destination))
        {
            Receive(frame.Source, ip);
        }
    }

    private void Receive(ArpPacket arp)
    {
        if (!arp.SenderIp.IsUnspecified && (_own.Contains(arp.TargetIp) || _neighbours.ContainsKey(arp.SenderIp)))
        {
            Learn(arp.SenderIp, arp.SenderMac);
        }

        if (arp.Operation == ArpPacket.Request && _own.Contains(arp.TargetIp))
        {
            _port.Send(Frames.Arp(new ArpPacket(ArpPacket.Reply, _mac, arp.TargetIp, arp.SenderMac, arp.SenderIp)));
        }
    }

    private void Learn(IpAddress address, MacAddress mac)
    {
        if (!_neighbours.TryGetValue(address, out var neighbour))
        {
            neighbour = new Neighbour();
            _neighbours.Add(address, neighbour);
        }

        neighbour.Mac = mac;
        foreach (var frame in neighbour.Waiting)
        {
            EthernetFrame.WriteHeader(frame, mac, _mac, EtherTypes.IPv4);
            _port.Send(frame);
        }

        neighbour.Waiting.Clear();
    }

    private void Receive(MacAddress from, in IPv4Packet ip)
    {
        if (ip.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(ip.Payload, out var datagram))
        {
            Received?.Invoke(ip.Source, ip.Destination, datagram);
        }
        else if (ip.Protocol == IpProtocols.Icmp && IcmpEcho.TryRead(ip.Payload, ip.Source, ip.Destination, out var echo) && echo.IsRequest)
        {
            var reply = Frames.Echo(ip.Destination, ip.Source, isRequest: false, echo.Identifier, echo.SequenceNumber, echo.Data);
            _port.Send(Frames.Ethernet(from, _mac, EtherTypes.IPv4, reply));
        }
    }

    private sealed class Neighbour
    {
        public MacAddress? Mac { get; set; }

        public long? Asked { get; set; }

        public List<byte[]> Waiting { get; } = [];
    }
}

/// <summary>Writes a UDP payload in place.</summary>
/// <returns>Its length in bytes.</returns>
internal delegate int WritePayload<in TState>(Span<byte> to, TState state)
    where TState : allows ref struct;
