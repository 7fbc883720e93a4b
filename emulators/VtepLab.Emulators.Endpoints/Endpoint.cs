using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Endpoints;

/// <summary>A tenant VM or a bare-metal server: answers ARP and echo, sends and records UDP.</summary>
/// <remarks>
/// It keeps every frame that reaches its network card, also those not meant for it: what must not arrive can be asked for too. At most
/// <see cref="Kept"/> of each are kept, the oldest giving way.
/// </remarks>
public sealed partial class Endpoint : IDisposable
{
    /// <summary>How many frames and how many datagrams are kept.</summary>
    public const int Kept = 10_000;

    private const ushort RarpType = 0x8035;

    private readonly Queue<byte[]> _frames = new();
    private readonly Queue<ReceivedDatagram> _datagrams = new();
    private readonly IHost _host;
    private readonly IFramePort _port;

    /// <summary>Takes over a port of a host.</summary>
    /// <exception cref="ArgumentException">The host has no such port.</exception>
    public Endpoint(IHost host, EndpointOptions options, string port = "eth0")
        : this(host, options, host.FramePorts.TryGetValue(port, out var found)
            ? found
            : throw new ArgumentException($"host {host.Name} has no port {port}", nameof(port)))
    {
    }

    /// <summary>Takes over a port that the host has, or a part of one.</summary>
    public Endpoint(IHost host, EndpointOptions options, IFramePort port)
    {
        _host = host;
        _port = port;
        Options = options;
        _port.Received = Receive;
    }

    /// <summary>Who it is.</summary>
    public EndpointOptions Options { get; }

    /// <summary>The frames that reached its card, tags as they were on the wire, oldest first.</summary>
    public IReadOnlyCollection<byte[]> Frames => _frames;

    /// <summary>The datagrams that were for it, oldest first.</summary>
    public IReadOnlyCollection<ReceivedDatagram> Datagrams => _datagrams;

    /// <summary>Forgets what it has kept.</summary>
    public void Forget()
    {
        _frames.Clear();
        _datagrams.Clear();
    }

    /// <summary>Announces its address to everybody (gratuitous ARP), as a guest does that comes up.</summary>
    public void Announce() =>
        Send(MacAddress.Broadcast, EtherTypes.Arp, Arp(ArpPacket.Request, default, Options.Address));

    /// <summary>Says by RARP where its MAC address is, as a hypervisor does for a guest that has moved (RFC 903's frame).</summary>
    public void AnnounceMove()
    {
        var packet = Arp(3, Options.Mac, IpAddress.V4(0));
        packet.AsSpan(14, 4).Clear(); // The sender's protocol address is not told.
        Send(MacAddress.Broadcast, RarpType, packet);
    }

    /// <summary>Sends a UDP datagram, after ARP for its next hop.</summary>
    public void SendUdp(IpAddress destination, ushort destinationPort, ReadOnlySpan<byte> payload, ushort sourcePort = 40000) =>
        SendPacket(VtepLab.Packets.Frames.Udp(Options.Address, destination, sourcePort, destinationPort, payload), destination);

    /// <summary>Sends any frame, as it is; the endpoint's VLAN is put in front.</summary>
    public void SendFrame(MacAddress destination, MacAddress source, ushort etherType, ReadOnlySpan<byte> payload) =>
        _port.Send(Options.Vlan is { } vlan
            ? VtepLab.Packets.Frames.Ethernet(destination, source, etherType, payload, new VlanTag(vlan))
            : VtepLab.Packets.Frames.Ethernet(destination, source, etherType, payload));

    /// <summary>True for a frame with the tag it uses, or without one where it uses none.</summary>
    public bool IsOnOurVlan(ReadOnlySpan<byte> wire) => EthernetFrame.TryRead(wire, out var frame) && IsOurVlan(frame);

    /// <inheritdoc/>
    public void Dispose()
    {
        _port.Received = null;
        foreach (var pending in _pending.Values)
        {
            pending.Timer?.Dispose();
        }
    }

    private void Send(MacAddress destination, ushort etherType, ReadOnlySpan<byte> payload) =>
        SendFrame(destination, Options.Mac, etherType, payload);

    private byte[] Arp(ushort operation, MacAddress targetMac, IpAddress target)
    {
        var packet = new byte[ArpPacket.Size];
        new ArpPacket(operation, Options.Mac, Options.Address, targetMac, target).Write(packet);
        return packet;
    }

    private void Receive(ReadOnlySpan<byte> wire)
    {
        Keep(_frames, wire.ToArray());
        if (!EthernetFrame.TryRead(wire, out var frame) || (frame.Destination != Options.Mac && !frame.Destination.IsGroup)
            || !IsOurVlan(frame))
        {
            return;
        }

        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            ReceiveArp(arp);
        }
        else if (frame.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var packet) && packet.HasRightChecksum
            && packet.Destination == Options.Address && !packet.IsFragment)
        {
            ReceivePacket(packet);
        }
    }

    private bool IsOurVlan(EthernetFrame frame) =>
        Options.Vlan is { } vlan ? frame.TagCount == 1 && frame.Tag(0).VlanId == vlan : frame.TagCount == 0;

    private void ReceivePacket(IPv4Packet packet)
    {
        if (packet.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(packet.Payload, out var datagram)
            && datagram.HasAcceptableChecksum(packet.Source, packet.Destination))
        {
            Keep(_datagrams, new ReceivedDatagram(
                packet.Source, datagram.SourcePort, datagram.DestinationPort, packet.TimeToLive, datagram.Payload.ToArray(), _host.Time.GetUtcNow()));
        }
        else if (packet.Protocol == IpProtocols.Icmp && IcmpEcho.TryRead(packet.Payload, packet.Source, packet.Destination, out var echo))
        {
            if (echo.IsRequest)
            {
                SendPacket(
                    VtepLab.Packets.Frames.Echo(Options.Address, packet.Source, isRequest: false, echo.Identifier, echo.SequenceNumber, echo.Data),
                    packet.Source);
            }
            else
            {
                Answered(packet.Source, echo.Identifier, echo.SequenceNumber, packet.TimeToLive);
            }
        }
    }

    private static void Keep<T>(Queue<T> queue, T item)
    {
        if (queue.Count == Kept)
        {
            queue.Dequeue();
        }

        queue.Enqueue(item);
    }
}
