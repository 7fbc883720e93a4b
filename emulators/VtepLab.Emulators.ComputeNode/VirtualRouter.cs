using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>A router of a network node: an IPv4 interface in each of its networks, and forwarding between them.</summary>
/// <remarks>It answers ARP and echo for its own addresses, takes one off the TTL, and says so by ICMP when it cannot forward (RFC 1812).</remarks>
public sealed class VirtualRouter : IDisposable
{
    private const byte TimeExceeded = 11;
    private const byte Unreachable = 3;
    private const byte NetworkUnreachable = 0;
    private const byte HostUnreachable = 1;

    private readonly List<RouterInterface> _interfaces = [];
    private readonly TimeProvider _time;

    internal VirtualRouter(string name, TimeProvider time) => (Name, _time) = (name, time);

    /// <summary>The router's name.</summary>
    public string Name { get; }

    /// <summary>Its interfaces, in the order they were added.</summary>
    public IReadOnlyList<RouterInterface> Interfaces => _interfaces;

    /// <summary>Packets forwarded.</summary>
    public long Forwarded { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var each in _interfaces)
        {
            each.Neighbours.Dispose();
        }
    }

    internal RouterInterface Add(string network, MacAddress mac, IpAddress address, int prefixLength)
    {
        var made = new RouterInterface(this, network, mac, address, prefixLength, _time);
        _interfaces.Add(made);
        return made;
    }

    internal void Receive(RouterInterface from, ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.TagCount != 0
            || (frame.Destination != from.Mac && !frame.Destination.IsGroup))
        {
            return;
        }

        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            from.ReceiveArp(arp);
        }
        else if (frame.EtherType == EtherTypes.IPv4 && frame.Destination == from.Mac
            && IPv4Packet.TryRead(frame.Payload, out var packet) && packet.HasRightChecksum)
        {
            Route(from, frame.Payload, packet);
        }
    }

    /// <summary>Nobody answers for the next hop of a packet.</summary>
    internal void CannotDeliver(ReadOnlySpan<byte> packetBytes)
    {
        if (IPv4Packet.TryRead(packetBytes, out var packet))
        {
            Complain(packetBytes, packet, Unreachable, HostUnreachable);
        }
    }

    private void Route(RouterInterface from, ReadOnlySpan<byte> bytes, IPv4Packet packet)
    {
        if (IsOwn(packet.Destination))
        {
            AnswerEcho(packet);
            return;
        }

        if (packet.TimeToLive <= 1)
        {
            Complain(bytes, packet, TimeExceeded, 0, from);
            return;
        }

        if (Towards(packet.Destination) is not { } to)
        {
            Complain(bytes, packet, Unreachable, NetworkUnreachable, from);
            return;
        }

        Forwarded++;
        to.Forward(bytes, packet);
    }

    private bool IsOwn(IpAddress address)
    {
        foreach (var each in _interfaces)
        {
            if (each.Address == address)
            {
                return true;
            }
        }

        return false;
    }

    private RouterInterface? Towards(IpAddress destination)
    {
        RouterInterface? best = null;
        foreach (var each in _interfaces)
        {
            if (UnderlayOptions.IsOnLink(each.Address, each.PrefixLength, destination) && (best is null || each.PrefixLength > best.PrefixLength))
            {
                best = each;
            }
        }

        return best;
    }

    private void AnswerEcho(IPv4Packet packet)
    {
        if (packet.Protocol == IpProtocols.Icmp && !packet.IsFragment && Towards(packet.Source) is { } back
            && IcmpEcho.TryRead(packet.Payload, packet.Source, packet.Destination, out var echo) && echo.IsRequest)
        {
            back.Send(Frames.Echo(packet.Destination, packet.Source, isRequest: false, echo.Identifier, echo.SequenceNumber, echo.Data), packet.Source);
        }
    }

    // RFC 792: the header and eight bytes of the packet that is in trouble; never about ICMP errors or later fragments (RFC 1812 4.3.2.7).
    private void Complain(ReadOnlySpan<byte> bytes, IPv4Packet packet, byte type, byte code, RouterInterface? from = null)
    {
        var isError = packet.Protocol == IpProtocols.Icmp && packet.Payload is [not (0 or 8), ..];
        if (isError || packet.Source.IsUnspecified || (from ?? Towards(packet.Source)) is not { } back)
        {
            return;
        }

        var quoted = bytes[..Math.Min(bytes.Length, packet.HeaderLength + 8)];
        var message = new byte[8 + quoted.Length];
        message[0] = type;
        message[1] = code;
        quoted.CopyTo(message.AsSpan(8));
        var sum = InternetChecksum.Of(message);
        (message[2], message[3]) = ((byte)(sum >> 8), (byte)(sum & 0xFF));
        back.Send(Frames.Ip(back.Address, packet.Source, IpProtocols.Icmp, message), packet.Source);
    }
}
