using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Receives a UDP payload from the underlay. The bytes are valid during the call only.</summary>
internal delegate void UnderlayHandler(IpAddress source, IpAddress destination, in UdpDatagram datagram);

/// <summary>The switch's leg into the underlay: one port, the tunnel addresses of both families, and the neighbours found by ARP and NDP.</summary>
/// <remarks>Every far end is taken for a neighbour on the link unless a gateway of its family is given. Packets for an unknown neighbour wait, a few at most.</remarks>
internal sealed partial class Underlay
{
    private readonly IFramePort _port;
    private readonly MacAddress _mac;
    private readonly IReadOnlyList<IpAddress> _own;
    private readonly IpAddress? _gateway;
    private readonly IpAddress? _management;
    private readonly SwitchQuirks _quirks;
    private readonly NeighborTable<IpAddress> _neighbours;
    private readonly byte[] _buffer = new byte[65536];

    /// <summary>A leg on a port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">What the switch is.</param>
    public Underlay(IFramePort port, TimeProvider time, HardwareVtepOptions options)
    {
        _port = port;
        _mac = MacAddress.Parse(options.UnderlayMac);
        _own = [.. options.TunnelIps.Select(IpAddress.Parse)];
        _gateway = options.UnderlayGateway is { } gateway ? IpAddress.Parse(gateway) : null;
        _management = options.ManagementIps is [var first, ..] && IpAddress.TryParse(first, out var management) ? management : null;
        _quirks = options.Quirks;
        _neighbours = new(time);
        port.Received = Receive;
    }

    /// <summary>Called for every UDP packet to one of the switch's addresses.</summary>
    public UnderlayHandler? Received { get; set; }

    /// <summary>Sends a UDP payload that is written in place, without a copy.</summary>
    /// <remarks>Over IPv4 without a checksum, as RFC 7348 section 5 recommends; over IPv6 with one, for many receivers insist (RFC 8200 section 8.1).</remarks>
    /// <param name="source">One of the switch's addresses.</param>
    /// <param name="destination">The far end, of the same family.</param>
    /// <param name="sourcePort">UDP source port.</param>
    /// <param name="destinationPort">UDP destination port.</param>
    /// <param name="write">Writes the payload, returns its length in bytes.</param>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    public void Send<TState>(
        IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, WritePayload<TState> write, TState state)
        where TState : allows ref struct
    {
        if (_quirks.Has(SwitchQuirkBook.SourceIsManagement) && _management is { } management && management.IsV6 == destination.IsV6)
        {
            source = management;
        }

        var ip = EthernetFrame.HeaderSize;
        var udp = ip + (destination.IsV6 ? IPv6Packet.HeaderSize : IPv4Packet.HeaderSize);
        var length = UdpDatagram.HeaderSize + write(_buffer.AsSpan(udp + UdpDatagram.HeaderSize), state);
        if (udp - ip + length > _port.Mtu && !_quirks.Has(SwitchQuirkBook.Fragments))
        {
            return; // RFC 7348 section 4.3: a VTEP must not fragment.
        }

        var datagram = _buffer.AsSpan(udp, length);
        UdpDatagram.WriteHeader(datagram, sourcePort, destinationPort, length - UdpDatagram.HeaderSize);
        if (destination.IsV6 || _quirks.Has(SwitchQuirkBook.WrongChecksum))
        {
            UdpDatagram.WriteChecksum(datagram, source, destination);
            datagram[6] ^= _quirks.Has(SwitchQuirkBook.WrongChecksum) ? (byte)0x55 : (byte)0;
        }

        byte timeToLive = _quirks.Has(SwitchQuirkBook.LowTtl) ? (byte)1 : (byte)64;
        if (destination.IsV6)
        {
            // The flow label tells flows apart where the ports cannot be seen (RFC 6438).
            IPv6Packet.WriteHeader(_buffer.AsSpan(ip), source, destination, IpProtocols.Udp, length, timeToLive, flowLabel: sourcePort);
        }
        else if (udp - ip + length > _port.Mtu)
        {
            SendFragments(source, destination, datagram, timeToLive);
            return;
        }
        else
        {
            IPv4Packet.WriteHeader(_buffer.AsSpan(ip), source, destination, IpProtocols.Udp, length, timeToLive);
        }

        SendTo(destination, source, _buffer.AsSpan(0, udp + length));
    }

    /// <summary>A quirk: what a VTEP must not do, in pieces that the link takes.</summary>
    private void SendFragments(IpAddress source, IpAddress destination, ReadOnlySpan<byte> datagram, byte timeToLive)
    {
        var most = (_port.Mtu - IPv4Packet.HeaderSize) / 8 * 8;
        for (var at = 0; at < datagram.Length; at += most)
        {
            var piece = datagram[at..Math.Min(datagram.Length, at + most)];
            var frame = new byte[EthernetFrame.HeaderSize + IPv4Packet.HeaderSize + piece.Length];
            piece.CopyTo(frame.AsSpan(EthernetFrame.HeaderSize + IPv4Packet.HeaderSize));
            IPv4Packet.WriteFragmentHeader(
                frame.AsSpan(EthernetFrame.HeaderSize), source, destination, IpProtocols.Udp, piece.Length, at, at + most < datagram.Length, timeToLive);
            SendTo(destination, source, frame);
        }
    }

    private void SendTo(IpAddress destination, IpAddress source, Span<byte> frame)
    {
        var nextHop = _gateway is { } gateway && gateway.IsV6 == destination.IsV6 ? gateway : destination;
        if (_neighbours.TryFind(nextHop, out var mac))
        {
            EthernetFrame.WriteHeader(frame, mac, _mac, TypeOf(nextHop));
            _port.Send(frame);
        }
        else if (_neighbours.Wait(nextHop, frame))
        {
            Ask(nextHop, source);
        }
    }

    private void Ask(IpAddress nextHop, IpAddress source) => _port.Send(
        nextHop.IsV6
            ? Frames.Neighbor(new NeighborMessage(IsSolicitation: true, nextHop, _mac), source, NeighborMessage.SolicitedNode(nextHop), _mac, MacAddress.OfGroup(NeighborMessage.SolicitedNode(nextHop)))
            : Frames.Arp(new ArpPacket(ArpPacket.Request, _mac, source, default, nextHop)));

    private void Learn(IpAddress address, MacAddress mac)
    {
        foreach (var frame in _neighbours.Learn(address, mac))
        {
            EthernetFrame.WriteHeader(frame, mac, _mac, TypeOf(address));
            _port.Send(frame);
        }
    }

    private static ushort TypeOf(IpAddress address) => address.IsV6 ? EtherTypes.IPv6 : EtherTypes.IPv4;
}

/// <summary>Writes a UDP payload in place.</summary>
/// <returns>Its length in bytes.</returns>
internal delegate int WritePayload<in TState>(Span<byte> to, TState state)
    where TState : allows ref struct;
