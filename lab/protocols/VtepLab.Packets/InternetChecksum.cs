using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>The one's complement checksum of IP, ICMP, UDP and TCP (RFC 1071).</summary>
public static class InternetChecksum
{
    /// <summary>The checksum of some bytes, with its own field in them zero; over bytes that hold a right one it is 0.</summary>
    /// <param name="data">The bytes; an odd last one is padded with zero.</param>
    /// <param name="sum">A partial sum to start from, of <see cref="PseudoHeader"/> for instance.</param>
    public static ushort Of(ReadOnlySpan<byte> data, uint sum = 0)
    {
        ulong total = sum;
        while (data.Length >= 2)
        {
            total += BinaryPrimitives.ReadUInt16BigEndian(data);
            data = data[2..];
        }

        if (data.Length == 1)
        {
            total += (uint)data[0] << 8;
        }

        while (total >> 16 != 0)
        {
            total = (total & 0xFFFF) + (total >> 16);
        }

        return (ushort)(~total & 0xFFFF);
    }

    /// <summary>The partial sum of the pseudo header of UDP, TCP and ICMPv6 (RFC 768, RFC 8200 section 8.1).</summary>
    public static uint PseudoHeader(IpAddress source, IpAddress destination, byte protocol, int length)
    {
        Span<byte> bytes = stackalloc byte[32];
        source.Write(bytes);
        destination.Write(bytes[source.Size..]);
        uint sum = 0;
        for (var i = 0; i < source.Size + destination.Size; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        return sum + protocol + ((uint)length >> 16) + ((uint)length & 0xFFFF);
    }
}
