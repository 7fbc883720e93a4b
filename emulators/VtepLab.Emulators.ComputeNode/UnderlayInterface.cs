using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>The node's own IPv4 interface on the underlay: ARP, echo, and UDP for its tunnels.</summary>
public sealed class UnderlayInterface : ITunnelUnderlay, IDisposable
{
    private readonly IFramePort _port;
    private readonly Neighbours _neighbours;
    private readonly byte[] _reply = new byte[2048];

    /// <summary>Takes over a port.</summary>
    /// <param name="port">The port.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">Who we are.</param>
    /// <param name="received">Takes the VXLAN payloads: payload, source, destination, DSCP and congestion bits.</param>
    public UnderlayInterface(IFramePort port, TimeProvider time, UnderlayOptions options, VxlanHandler received)
    {
        Options = options;
        _port = port;
        Received = received;
        _neighbours = new Neighbours(time, Ask, SendHeld, _ => Unreachable++);
        port.Received = Receive;
    }

    /// <summary>Who we are.</summary>
    public UnderlayOptions Options { get; }

    /// <summary>Packets dropped because their next hop did not answer.</summary>
    public long Unreachable { get; private set; }

    private VxlanHandler Received { get; }

    /// <inheritdoc/>
    public void Send(
        Span<byte> buffer, int payloadAt, IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, byte trafficClass)
    {
        var payloadBytes = buffer.Length - payloadAt;
        var udpAt = payloadAt - UdpDatagram.HeaderSize;
        var ipAt = udpAt - IPv4Packet.HeaderSize;
        var frameAt = ipAt - EthernetFrame.HeaderSize;
        UdpDatagram.WriteHeader(buffer[udpAt..], sourcePort, destinationPort, payloadBytes);
        IPv4Packet.WriteHeader(
            buffer[ipAt..], source, destination, IpProtocols.Udp, payloadBytes + UdpDatagram.HeaderSize, trafficClass: trafficClass);
        Route(buffer[frameAt..], destination);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _port.Received = null;
        _neighbours.Dispose();
    }

    // A frame whose Ethernet header is still to be written.
    private void Route(Span<byte> frame, IpAddress destination)
    {
        if (Options.NextHop(destination) is not { } hop)
        {
            Unreachable++;
            return;
        }

        var isKnown = _neighbours.TryFind(hop, out var mac);
        EthernetFrame.WriteHeader(frame, mac, Options.Mac, EtherTypes.IPv4);
        if (isKnown)
        {
            _port.Send(frame);
        }
        else
        {
            _neighbours.Hold(hop, frame);
        }
    }

    private void Receive(ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.TagCount != 0
            || (frame.Destination != Options.Mac && frame.Destination != MacAddress.Broadcast))
        {
            return;
        }

        // A packet for our address alone that came to everybody's is dropped (RFC 1122 section 3.3.6), as Open vSwitch's own tunnels do.
        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            ReceiveArp(arp);
        }
        else if (frame.EtherType == EtherTypes.IPv4 && frame.Destination == Options.Mac && IPv4Packet.TryRead(frame.Payload, out var packet) && packet.HasRightChecksum
            && packet.Destination == Options.Address && !packet.IsFragment)
        {
            ReceivePacket(packet);
        }
    }

    private void ReceivePacket(IPv4Packet packet)
    {
        if (packet.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(packet.Payload, out var datagram)
            && datagram.DestinationPort == VxlanHeader.UdpPort && datagram.HasAcceptableChecksum(packet.Source, packet.Destination))
        {
            Received(datagram.Payload, packet.Source, packet.Destination, packet.TrafficClass);
        }
        else if (packet.Protocol == IpProtocols.Icmp
            && IcmpEcho.TryRead(packet.Payload, packet.Source, packet.Destination, out var echo) && echo.IsRequest
            && packet.Payload.Length + 34 <= _reply.Length)
        {
            var reply = _reply.AsSpan(0, EthernetFrame.HeaderSize + IPv4Packet.HeaderSize + packet.Payload.Length);
            var message = reply[(EthernetFrame.HeaderSize + IPv4Packet.HeaderSize)..];
            echo.Data.CopyTo(message[IcmpEcho.HeaderSize..]);
            IcmpEcho.WriteHeader(message, isRequest: false, echo.Identifier, echo.SequenceNumber, packet.Destination, packet.Source);
            IPv4Packet.WriteHeader(reply[EthernetFrame.HeaderSize..], packet.Destination, packet.Source, IpProtocols.Icmp, message.Length);
            Route(reply, packet.Source);
        }
    }

    private void ReceiveArp(ArpPacket arp)
    {
        var isForUs = arp.TargetIp == Options.Address;
        _neighbours.Hear(arp.SenderIp, arp.SenderMac, create: isForUs && !arp.SenderIp.IsUnspecified);
        if (isForUs && arp.Operation == ArpPacket.Request)
        {
            _port.Send(Frames.Arp(new ArpPacket(ArpPacket.Reply, Options.Mac, Options.Address, arp.SenderMac, arp.SenderIp)));
        }
    }

    private void Ask(IpAddress address) =>
        _port.Send(Frames.Arp(new ArpPacket(ArpPacket.Request, Options.Mac, Options.Address, default, address)));

    private void SendHeld(byte[] frame, MacAddress mac)
    {
        mac.Write(frame);
        _port.Send(frame);
    }
}

/// <summary>Takes what came to the VXLAN port.</summary>
public delegate void VxlanHandler(ReadOnlySpan<byte> payload, IpAddress source, IpAddress destination, byte trafficClass);

/// <summary>A node's interface on the underlay.</summary>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Address">Its IPv4 address: the VTEP's.</param>
/// <param name="PrefixLength">How many of its bits are the network's.</param>
/// <param name="Gateway">Who takes what is for elsewhere; null when nobody does.</param>
public sealed record UnderlayOptions(MacAddress Mac, IpAddress Address, int PrefixLength = 24, IpAddress? Gateway = null)
{
    internal IpAddress? NextHop(IpAddress destination) => IsOnLink(Address, PrefixLength, destination) ? destination : Gateway;

    internal static bool IsOnLink(IpAddress own, int prefixLength, IpAddress other)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        own.Write(a);
        other.Write(b);
        var (left, right) = (System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(a), System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(b));
        return own.IsV6 == other.IsV6 && (prefixLength == 0 || (left ^ right) >> (32 - prefixLength) == 0);
    }
}
