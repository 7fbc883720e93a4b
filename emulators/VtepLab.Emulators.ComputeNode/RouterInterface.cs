using System.Buffers.Binary;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>A router's interface in one network (Neutron's qr- port).</summary>
public sealed class RouterInterface
{
    private readonly VirtualRouter _router;
    private byte[] _frame = new byte[2048];

    internal RouterInterface(VirtualRouter router, string network, MacAddress mac, IpAddress address, int prefixLength, TimeProvider time)
    {
        _router = router;
        (Network, Mac, Address, PrefixLength) = (network, mac, address, prefixLength);
        Neighbours = new Neighbours(time, Ask, SendHeld, f => router.CannotDeliver(f.AsSpan(EthernetFrame.HeaderSize)));
    }

    /// <summary>The network.</summary>
    public string Network { get; }

    /// <summary>The MAC address.</summary>
    public MacAddress Mac { get; }

    /// <summary>The IPv4 address: the network's gateway.</summary>
    public IpAddress Address { get; }

    /// <summary>How many of its bits are the network's.</summary>
    public int PrefixLength { get; }

    internal Neighbours Neighbours { get; }

    internal EndPort? Port { get; set; }

    internal void Receive(ReadOnlySpan<byte> frame) => _router.Receive(this, frame);

    internal void ReceiveArp(ArpPacket arp)
    {
        var isForUs = arp.TargetIp == Address;
        Neighbours.Hear(arp.SenderIp, arp.SenderMac, create: isForUs && !arp.SenderIp.IsUnspecified);
        if (isForUs && arp.Operation == ArpPacket.Request)
        {
            Port?.Receive(Frames.Arp(new ArpPacket(ArpPacket.Reply, Mac, Address, arp.SenderMac, arp.SenderIp)));
        }
    }

    /// <summary>Sends a packet on with one less to live.</summary>
    internal void Forward(ReadOnlySpan<byte> packetBytes, IPv4Packet packet)
    {
        var length = packet.HeaderLength + packet.Payload.Length;
        var frame = Room(length);
        packetBytes[..length].CopyTo(frame[EthernetFrame.HeaderSize..]);
        var header = frame.Slice(EthernetFrame.HeaderSize, packet.HeaderLength);
        header[8]--;
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], InternetChecksum.Of(header));
        Deliver(frame, packet.Destination);
    }

    /// <summary>Sends a packet of the router's own.</summary>
    internal void Send(ReadOnlySpan<byte> packet, IpAddress destination)
    {
        var frame = Room(packet.Length);
        packet.CopyTo(frame[EthernetFrame.HeaderSize..]);
        Deliver(frame, destination);
    }

    private Span<byte> Room(int packetBytes)
    {
        if (_frame.Length < packetBytes + EthernetFrame.HeaderSize)
        {
            _frame = new byte[packetBytes + EthernetFrame.HeaderSize];
        }

        return _frame.AsSpan(0, packetBytes + EthernetFrame.HeaderSize);
    }

    private void Deliver(Span<byte> frame, IpAddress destination)
    {
        var isKnown = Neighbours.TryFind(destination, out var mac);
        EthernetFrame.WriteHeader(frame, mac, Mac, EtherTypes.IPv4);
        if (isKnown)
        {
            Port?.Receive(frame);
        }
        else
        {
            Neighbours.Hold(destination, frame);
        }
    }

    private void Ask(IpAddress address) => Port?.Receive(Frames.Arp(new ArpPacket(ArpPacket.Request, Mac, Address, default, address)));

    private void SendHeld(byte[] frame, MacAddress mac)
    {
        mac.Write(frame);
        Port?.Receive(frame);
    }
}
