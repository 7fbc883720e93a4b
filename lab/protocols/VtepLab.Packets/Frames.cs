namespace VtepLab.Packets;

/// <summary>Builds whole frames from the inside out; for those who send a few, not for a forwarding path.</summary>
public static class Frames
{
    /// <summary>An Ethernet frame; tags outermost first. Nothing is padded.</summary>
    public static byte[] Ethernet(
        MacAddress destination, MacAddress source, ushort etherType, ReadOnlySpan<byte> payload, params ReadOnlySpan<VlanTag> tags)
    {
        var tagBytes = VlanTag.Size * tags.Length;
        var frame = new byte[EthernetFrame.HeaderSize + tagBytes + payload.Length];
        EthernetFrame.WriteHeader(frame, destination, source, etherType);
        for (var i = 0; i < tags.Length; i++)
        {
            tags[i].Write(frame.AsSpan(12 + (VlanTag.Size * i)));
        }

        frame[12 + tagBytes] = (byte)(etherType >> 8);
        frame[13 + tagBytes] = (byte)(etherType & 0xFF);
        payload.CopyTo(frame.AsSpan(EthernetFrame.HeaderSize + tagBytes));
        return frame;
    }

    /// <summary>An ARP packet as a frame; a request goes to everybody.</summary>
    public static byte[] Arp(ArpPacket packet)
    {
        Span<byte> payload = stackalloc byte[ArpPacket.Size];
        packet.Write(payload);
        var destination = packet.Operation == ArpPacket.Request ? MacAddress.Broadcast : packet.TargetMac;
        return Ethernet(destination, packet.SenderMac, EtherTypes.Arp, payload);
    }

    /// <summary>An IPv4 or IPv6 packet, without a frame around it.</summary>
    public static byte[] Ip(IpAddress source, IpAddress destination, byte protocol, ReadOnlySpan<byte> payload, byte timeToLive = 64)
    {
        var header = source.IsV6 ? IPv6Packet.HeaderSize : IPv4Packet.HeaderSize;
        var packet = new byte[header + payload.Length];
        if (source.IsV6)
        {
            IPv6Packet.WriteHeader(packet, source, destination, protocol, payload.Length, timeToLive);
        }
        else
        {
            IPv4Packet.WriteHeader(packet, source, destination, protocol, payload.Length, timeToLive);
        }

        payload.CopyTo(packet.AsSpan(header));
        return packet;
    }

    /// <summary>An IP packet with a UDP datagram, checksum included.</summary>
    public static byte[] Udp(
        IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload, byte timeToLive = 64)
    {
        var datagram = new byte[UdpDatagram.HeaderSize + payload.Length];
        UdpDatagram.WriteHeader(datagram, sourcePort, destinationPort, payload.Length);
        payload.CopyTo(datagram.AsSpan(UdpDatagram.HeaderSize));
        UdpDatagram.WriteChecksum(datagram, source, destination);
        return Ip(source, destination, IpProtocols.Udp, datagram, timeToLive);
    }

    /// <summary>An IP packet with an echo request or reply.</summary>
    public static byte[] Echo(
        IpAddress source, IpAddress destination, bool isRequest, ushort identifier, ushort sequenceNumber, ReadOnlySpan<byte> data)
    {
        var message = new byte[IcmpEcho.HeaderSize + data.Length];
        data.CopyTo(message.AsSpan(IcmpEcho.HeaderSize));
        IcmpEcho.WriteHeader(message, isRequest, identifier, sequenceNumber, source, destination);
        return Ip(source, destination, source.IsV6 ? IpProtocols.IcmpV6 : IpProtocols.Icmp, message);
    }

    /// <summary>An IPv4 packet that tells the sender of another why it went no further.</summary>
    /// <param name="source">Who tells.</param>
    /// <param name="about">The packet.</param>
    /// <param name="error">Why.</param>
    public static byte[] IcmpError(IpAddress source, in IPv4Packet about, IcmpError error)
    {
        var quoted = about.Wire[..Math.Min(about.Wire.Length, about.HeaderLength + Packets.IcmpError.QuotedBytes)];
        var message = new byte[Packets.IcmpError.HeaderSize + quoted.Length];
        quoted.CopyTo(message.AsSpan(Packets.IcmpError.HeaderSize));
        error.Write(message);
        return Ip(source, about.Source, IpProtocols.Icmp, message);
    }

    /// <summary>A neighbour message of IPv6 as a frame.</summary>
    public static byte[] Neighbor(NeighborMessage message, IpAddress source, IpAddress destination, MacAddress from, MacAddress to)
    {
        Span<byte> wire = stackalloc byte[message.Size];
        message.Write(wire, source, destination);
        return Ethernet(to, from, EtherTypes.IPv6, Ip(source, destination, IpProtocols.IcmpV6, wire, NeighborMessage.HopLimit));
    }

    /// <summary>The UDP payload that carries a frame through a VXLAN tunnel.</summary>
    public static byte[] Vxlan(Vni vni, ReadOnlySpan<byte> frame)
    {
        var payload = new byte[VxlanHeader.Size + frame.Length];
        new VxlanHeader(vni).Write(payload);
        frame.CopyTo(payload.AsSpan(VxlanHeader.Size));
        return payload;
    }
}
