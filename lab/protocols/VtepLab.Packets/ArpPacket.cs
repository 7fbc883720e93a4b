using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>An ARP packet for IPv4 over Ethernet (RFC 826).</summary>
/// <param name="Operation">1 request, 2 reply.</param>
/// <param name="SenderMac">Hardware address of the sender.</param>
/// <param name="SenderIp">Its IPv4 address.</param>
/// <param name="TargetMac">Hardware address of the target; zero in a request.</param>
/// <param name="TargetIp">Its IPv4 address.</param>
public readonly record struct ArpPacket(ushort Operation, MacAddress SenderMac, IpAddress SenderIp, MacAddress TargetMac, IpAddress TargetIp)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 28;

    /// <summary>The operation of a request.</summary>
    public const ushort Request = 1;

    /// <summary>The operation of a reply.</summary>
    public const ushort Reply = 2;

    /// <summary>Reads the payload of a frame of type <see cref="EtherTypes.Arp"/>; false when cut short or not IPv4 over Ethernet.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ArpPacket packet)
    {
        packet = default;
        if (payload.Length < Size || BinaryPrimitives.ReadUInt16BigEndian(payload) != 1
            || BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) != EtherTypes.IPv4 || payload[4] != 6 || payload[5] != 4)
        {
            return false;
        }

        packet = new ArpPacket(
            BinaryPrimitives.ReadUInt16BigEndian(payload[6..]), new MacAddress(payload[8..]), IpAddress.Read(payload.Slice(14, 4)),
            new MacAddress(payload[18..]), IpAddress.Read(payload.Slice(24, 4)));
        return true;
    }

    /// <summary>Writes the packet.</summary>
    /// <exception cref="ArgumentException">An address is not IPv4.</exception>
    public void Write(Span<byte> to)
    {
        if (SenderIp.IsV6 || TargetIp.IsV6)
        {
            throw new ArgumentException($"ARP speaks of IPv4 addresses only, found {SenderIp} and {TargetIp}");
        }

        BinaryPrimitives.WriteUInt16BigEndian(to, 1);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], EtherTypes.IPv4);
        to[4] = 6;
        to[5] = 4;
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], Operation);
        SenderMac.Write(to[8..]);
        SenderIp.Write(to[14..]);
        TargetMac.Write(to[18..]);
        TargetIp.Write(to[24..]);
    }
}
