using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A view of a UDP datagram (RFC 768).</summary>
public readonly ref struct UdpDatagram
{
    /// <summary>Size of the header, in bytes.</summary>
    public const int HeaderSize = 8;

    private readonly ReadOnlySpan<byte> _wire;

    private UdpDatagram(ReadOnlySpan<byte> wire) => _wire = wire;

    /// <summary>The source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_wire);

    /// <summary>The destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_wire[2..]);

    /// <summary>The checksum as it stands; 0 says that none was made.</summary>
    public ushort Checksum => BinaryPrimitives.ReadUInt16BigEndian(_wire[6..]);

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Payload => _wire[HeaderSize..];

    /// <summary>Reads the payload of an IP packet; false when cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out UdpDatagram datagram)
    {
        datagram = default;
        if (wire.Length < HeaderSize)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(wire[4..]);
        if (length < HeaderSize || length > wire.Length)
        {
            return false;
        }

        datagram = new UdpDatagram(wire[..length]);
        return true;
    }

    /// <summary>True when there is no checksum or it is right.</summary>
    public bool HasAcceptableChecksum(IpAddress source, IpAddress destination) =>
        Checksum == 0
        || InternetChecksum.Of(_wire, InternetChecksum.PseudoHeader(source, destination, IpProtocols.Udp, _wire.Length)) == 0;

    /// <summary>Writes a header with checksum 0, which IPv4 allows and RFC 6935 allows for tunnels over IPv6.</summary>
    public static void WriteHeader(Span<byte> to, ushort sourcePort, ushort destinationPort, int payloadBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, ushort.MaxValue - HeaderSize);
        BinaryPrimitives.WriteUInt16BigEndian(to, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], destinationPort);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)(HeaderSize + payloadBytes));
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], 0);
    }

    /// <summary>Fills in the checksum of a datagram whose header and payload are written.</summary>
    public static void WriteChecksum(Span<byte> datagram, IpAddress source, IpAddress destination)
    {
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], 0);
        var sum = InternetChecksum.Of(datagram, InternetChecksum.PseudoHeader(source, destination, IpProtocols.Udp, datagram.Length));

        // Zero would say "none was made"; in one's complement 0xFFFF is the same number.
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], sum == 0 ? (ushort)0xFFFF : sum);
    }
}
