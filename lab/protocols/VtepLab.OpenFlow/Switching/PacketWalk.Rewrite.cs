using System.Buffers.Binary;
using VtepLab.OpenFlow.Fields;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

// Brings the bytes behind the Ethernet type in line with the key: ARP, IPv4, IPv6 and port fields that actions have set.
internal sealed partial class PacketWalk
{
    private const ushort RarpType = 0x8035;

    private static readonly int[] UpperWords = [1, 2, 4, 5, 6, 7, 18, 19, 20, 21];

    private void WriteUpperLayers()
    {
        var isSame = true;
        foreach (var word in UpperWords)
        {
            isSame &= LowPart(word, _key[word]) == LowPart(word, _written[word]);
        }

        if (isSame)
        {
            return;
        }

        var payload = _buffer.AsSpan(Headroom + 2, _end - Headroom - 2);
        switch (_key.Get(FlowFields.EthType))
        {
            case EtherTypes.Arp or RarpType when ArpPacket.TryRead(payload, out _):
                WriteArp(payload);
                break;
            case EtherTypes.IPv4 when _arrived.Get(FlowFields.IpSrc) != 0 || IPv4Packet.TryRead(payload, out _):
                WriteIPv4(payload);
                break;
            case EtherTypes.IPv6 when IPv6Packet.TryRead(payload, out _):
                WriteIPv6(payload);
                break;
        }

        _written = _key;
    }

    // Words 1 and 2 share their upper bits with the Ethernet addresses, which are not behind the type.
    private static ulong LowPart(int word, ulong bits) => word is 1 or 2 ? bits & 0xFFFF : bits;

    private void WriteArp(Span<byte> payload)
    {
        BinaryPrimitives.WriteUInt16BigEndian(payload[6..], (ushort)_key.Get(FlowFields.ArpOp));
        new MacAddress(_key.Get(FlowFields.ArpSha)).Write(payload[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(payload[14..], (uint)_key.Get(FlowFields.ArpSpa));
        new MacAddress(_key.Get(FlowFields.ArpTha)).Write(payload[18..]);
        BinaryPrimitives.WriteUInt32BigEndian(payload[24..], (uint)_key.Get(FlowFields.ArpTpa));
    }

    private void WriteIPv4(Span<byte> payload)
    {
        var header = (payload[0] & 0xF) * 4;
        var segment = payload[header..];
        var transport = TransportChecksum(segment);
        Span<byte> now = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(now, _key[4]);
        Patch(payload.Slice(12, 8), now, payload.Slice(10, 2), transport);
        PatchByte(payload, 1, (byte)_key.Get(FlowFields.IpTos));
        PatchByte(payload, 8, (byte)_key.Get(FlowFields.IpTtl));
        WritePorts(segment, transport);
    }

    private void WriteIPv6(Span<byte> payload)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(payload);
        BinaryPrimitives.WriteUInt32BigEndian(payload, (first & 0xF00F_FFFF) | ((uint)_key.Get(FlowFields.IpTos) << 20));
        payload[7] = (byte)_key.Get(FlowFields.IpTtl);
        IPv6Packet.TryRead(payload, out var packet);
        if (!packet.TryReadUpperLayer(out _, out var upper))
        {
            return;
        }

        // The upper layer ends where the packet does; what follows in the frame is padding.
        var packetEnd = IPv6Packet.HeaderSize + packet.Payload.Length;
        var segment = payload[(packetEnd - upper.Length)..packetEnd];
        var transport = TransportChecksum(segment);
        Span<byte> now = stackalloc byte[32];
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(now[(8 * i)..], _key[18 + i]);
        }

        Patch(payload.Slice(8, 32), now, default, transport);
        WritePorts(segment, transport);
    }

    private void WritePorts(Span<byte> segment, Span<byte> checksum)
    {
        var protocol = _key.Get(FlowFields.IpProto);
        var hasPorts = _key.Get(FlowFields.NwFrag) != 3
            && ((protocol == IpProtocols.Tcp && segment.Length >= 20) || (protocol == IpProtocols.Udp && segment.Length >= UdpDatagram.HeaderSize));
        if (hasPorts)
        {
            Span<byte> now = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(now, (uint)(_key[5] >> 32));
            Patch(segment[..4], now, default, checksum);
        }

        if (protocol == IpProtocols.Udp && !checksum.IsEmpty && (checksum[0] | checksum[1]) == 0)
        {
            checksum.Fill(0xFF); // 0 would say that there is none.
        }
    }

    // Where the checksum that covers addresses stands. Nothing: later fragments, cut segments, UDP without one, other protocols.
    private Span<byte> TransportChecksum(Span<byte> segment)
    {
        if (_key.Get(FlowFields.NwFrag) == 3)
        {
            return default;
        }

        return _key.Get(FlowFields.IpProto) switch
        {
            IpProtocols.Tcp when segment.Length >= 20 => segment.Slice(16, 2),
            IpProtocols.Udp when segment.Length >= UdpDatagram.HeaderSize && (segment[6] | segment[7]) != 0 => segment.Slice(6, 2),
            IpProtocols.IcmpV6 when segment.Length >= 4 && _key.Get(FlowFields.EthType) == EtherTypes.IPv6 => segment.Slice(2, 2),
            _ => default,
        };
    }

    private static void PatchByte(Span<byte> header, int at, byte value)
    {
        var even = at & ~1;
        Span<byte> now = [header[even], header[even + 1]];
        now[at - even] = value;
        Patch(header.Slice(even, 2), now, header.Slice(10, 2), default);
    }

    // Writes bytes and mends the checksums that cover them (RFC 1624).
    private static void Patch(Span<byte> at, ReadOnlySpan<byte> now, Span<byte> checksum, Span<byte> otherChecksum)
    {
        for (var i = 0; i < now.Length; i += 2)
        {
            var (was, becomes) = (BinaryPrimitives.ReadUInt16BigEndian(at[i..]), BinaryPrimitives.ReadUInt16BigEndian(now[i..]));
            if (was != becomes)
            {
                Mend(checksum, was, becomes);
                Mend(otherChecksum, was, becomes);
            }
        }

        now.CopyTo(at);
    }

    private static void Mend(Span<byte> checksum, ushort was, ushort becomes)
    {
        if (checksum.IsEmpty)
        {
            return;
        }

        var sum = (0xFFFFu - BinaryPrimitives.ReadUInt16BigEndian(checksum)) + (0xFFFFu - was) + becomes;
        sum = (sum & 0xFFFF) + (sum >> 16);
        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(checksum, (ushort)(0xFFFF - sum));
    }
}
