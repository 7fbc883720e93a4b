using System.Buffers.Binary;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Fields;

/// <summary>Reads a frame into a key, as Open vSwitch does with its default of one VLAN header to look at.</summary>
/// <remarks>
/// Of a frame with two tags the outer one is a field and the inner one its Ethernet type 0x8100. A layer that is cut short or says nonsense
/// about its length leaves its fields zero and those of the layers above too.
/// </remarks>
public static class FlowKeyReader
{
    /// <summary>Bit 12 of a TCI in a key: a tag is present.</summary>
    public const ushort TagPresent = 0x1000;

    /// <summary>The Ethernet type in a key of a frame that has a length instead of a type and no SNAP header.</summary>
    public const ushort NoType = 0x05FF;

    /// <summary>Reads a frame.</summary>
    /// <param name="frame">The frame, without its check sequence.</param>
    /// <param name="key">Receives the fields of the frame; those of its arrival are left alone.</param>
    /// <param name="typeAt">Where in the frame the Ethernet type behind the tag stands.</param>
    /// <returns>False when the frame is shorter than an Ethernet header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> frame, ref FlowKey key, out int typeAt)
    {
        typeAt = 12;
        if (frame.Length < EthernetFrame.HeaderSize)
        {
            return false;
        }

        key[1] = new MacAddress(frame).Value << 16;
        key[2] = new MacAddress(frame[6..]).Value << 16;
        var type = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        ulong tci = 0;
        if (type is EtherTypes.Vlan or EtherTypes.ServiceVlan && frame.Length >= EthernetFrame.HeaderSize + VlanTag.Size)
        {
            tci = BinaryPrimitives.ReadUInt16BigEndian(frame[14..]) | (ulong)TagPresent;
            key[24] = (ulong)type << 48;
            typeAt = 16;
            type = BinaryPrimitives.ReadUInt16BigEndian(frame[16..]);
        }

        var payload = frame[(typeAt + 2)..];
        if (type < 0x0600)
        {
            type = TypeBehindLength(ref payload);
        }

        key[0] = (key[0] & 0xFFFF_FFFF_0000_0000UL) | (tci << 16) | type;
        switch (type)
        {
            case EtherTypes.IPv4:
                ReadIPv4(payload, ref key);
                break;
            case EtherTypes.IPv6:
                ReadIPv6(payload, ref key);
                break;
            case EtherTypes.Arp or 0x8035:
                ReadArp(payload, ref key);
                break;
        }

        return true;
    }

    private static ushort TypeBehindLength(ref ReadOnlySpan<byte> payload)
    {
        // IEEE 802.2 LLC AA-AA-03 with SNAP and the organisation 0: a type follows.
        if (payload.Length < 8 || payload[0] != 0xAA || payload[1] != 0xAA || payload[2] != 3 || !payload.Slice(3, 3).SequenceEqual("\0\0\0"u8))
        {
            return NoType;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(payload[6..]);
        payload = payload[8..];
        return type >= 0x0600 ? type : NoType;
    }

    private static void ReadArp(ReadOnlySpan<byte> payload, ref FlowKey key)
    {
        if (!ArpPacket.TryRead(payload, out var arp))
        {
            return;
        }

        // Open vSwitch keeps one byte of the opcode.
        key[1] |= arp.Operation <= 0xFF ? arp.Operation : 0UL;
        key[4] = ((ulong)BinaryPrimitives.ReadUInt32BigEndian(payload[14..]) << 32) | BinaryPrimitives.ReadUInt32BigEndian(payload[24..]);
        key[6] = arp.SenderMac.Value << 16;
        key[7] = arp.TargetMac.Value << 16;
    }

    private static void ReadIPv4(ReadOnlySpan<byte> payload, ref FlowKey key)
    {
        if (payload.Length < IPv4Packet.HeaderSize)
        {
            return;
        }

        var header = (payload[0] & 0xF) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        if (header < IPv4Packet.HeaderSize || total < header || total > payload.Length)
        {
            return;
        }

        key[1] |= payload[9];
        key[2] |= ((ulong)payload[1] << 8) | payload[8];
        key[4] = BinaryPrimitives.ReadUInt64BigEndian(payload[12..]);
        var fragment = BinaryPrimitives.ReadUInt16BigEndian(payload[6..]);
        var isLater = (fragment & 0x1FFF) != 0;
        if ((fragment & 0x3FFF) != 0)
        {
            key[5] = isLater ? 3UL : 1UL;
        }

        if (!isLater)
        {
            ReadPorts(payload[9], payload[header..total], ref key, isV6: false);
        }
    }

    private static void ReadIPv6(ReadOnlySpan<byte> payload, ref FlowKey key)
    {
        if (!IPv6Packet.TryRead(payload, out var packet))
        {
            return;
        }

        key[2] |= ((ulong)packet.TrafficClass << 8) | packet.HopLimit;
        for (var i = 0; i < 4; i++)
        {
            key[18 + i] = BinaryPrimitives.ReadUInt64BigEndian(payload[(8 + (8 * i))..]);
        }

        if (packet.TryReadUpperLayer(out var protocol, out var upper))
        {
            key[1] |= protocol;
            ReadPorts(protocol, upper, ref key, isV6: true);
        }
    }

    private static void ReadPorts(byte protocol, ReadOnlySpan<byte> segment, ref FlowKey key, bool isV6)
    {
        switch (protocol)
        {
            case IpProtocols.Tcp when segment.Length >= 20:
                key[5] |= ((ulong)BinaryPrimitives.ReadUInt32BigEndian(segment) << 32)
                    | ((ulong)(BinaryPrimitives.ReadUInt16BigEndian(segment[12..]) & 0xFFF) << 16);
                break;
            case IpProtocols.Udp when segment.Length >= UdpDatagram.HeaderSize:
                key[5] |= (ulong)BinaryPrimitives.ReadUInt32BigEndian(segment) << 32;
                break;
            case IpProtocols.Icmp when !isV6 && segment.Length >= 8:
                key[5] |= ((ulong)segment[0] << 48) | ((ulong)segment[1] << 32);
                break;
            case IpProtocols.IcmpV6 when isV6 && segment.Length >= 4:
                key[5] |= ((ulong)segment[0] << 48) | ((ulong)segment[1] << 32);
                if (segment[0] is 135 or 136 && segment[1] == 0 && segment.Length >= 24)
                {
                    key[22] = BinaryPrimitives.ReadUInt64BigEndian(segment[8..]);
                    key[23] = BinaryPrimitives.ReadUInt64BigEndian(segment[16..]);
                }

                break;
        }
    }
}
