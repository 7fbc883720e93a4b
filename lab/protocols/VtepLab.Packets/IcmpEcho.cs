using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A view of an ICMP or ICMPv6 echo message (RFC 792, RFC 4443 section 4).</summary>
public readonly ref struct IcmpEcho
{
    /// <summary>Size of the header, in bytes.</summary>
    public const int HeaderSize = 8;

    private const byte RequestV4 = 8;
    private const byte RequestV6 = 128;
    private const byte ReplyV6 = 129;

    private readonly ReadOnlySpan<byte> _wire;

    private IcmpEcho(ReadOnlySpan<byte> wire) => _wire = wire;

    /// <summary>True for a request, false for a reply.</summary>
    public bool IsRequest => _wire[0] is RequestV4 or RequestV6;

    /// <summary>Which sender of echoes it belongs to.</summary>
    public ushort Identifier => BinaryPrimitives.ReadUInt16BigEndian(_wire[4..]);

    /// <summary>Which of its echoes it is.</summary>
    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_wire[6..]);

    /// <summary>What the reply must repeat.</summary>
    public ReadOnlySpan<byte> Data => _wire[HeaderSize..];

    /// <summary>Reads the payload of an IP packet; false when it is cut short, damaged, or no echo.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, IpAddress source, IpAddress destination, out IcmpEcho echo)
    {
        echo = default;
        if (wire.Length < HeaderSize || wire[1] != 0)
        {
            return false;
        }

        var known = source.IsV6 ? wire[0] is RequestV6 or ReplyV6 : wire[0] is RequestV4 or 0;
        if (!known || InternetChecksum.Of(wire, Start(source, destination, wire.Length)) != 0)
        {
            return false;
        }

        echo = new IcmpEcho(wire);
        return true;
    }

    /// <summary>Writes the header and, over header and data, its checksum.</summary>
    /// <param name="message">Header and data; the data is already in place.</param>
    /// <param name="isRequest">A request or a reply.</param>
    /// <param name="identifier">Which sender of echoes.</param>
    /// <param name="sequenceNumber">Which of its echoes.</param>
    /// <param name="source">The source address; its family chooses ICMP or ICMPv6.</param>
    /// <param name="destination">The destination address.</param>
    public static void WriteHeader(
        Span<byte> message, bool isRequest, ushort identifier, ushort sequenceNumber, IpAddress source, IpAddress destination)
    {
        message[..HeaderSize].Clear();
        message[0] = source.IsV6 ? (isRequest ? RequestV6 : ReplyV6) : (isRequest ? RequestV4 : (byte)0);
        BinaryPrimitives.WriteUInt16BigEndian(message[4..], identifier);
        BinaryPrimitives.WriteUInt16BigEndian(message[6..], sequenceNumber);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Of(message, Start(source, destination, message.Length)));
    }

    // ICMPv6 covers a pseudo header (RFC 4443 section 2.3), ICMP does not.
    private static uint Start(IpAddress source, IpAddress destination, int length) =>
        source.IsV6 ? InternetChecksum.PseudoHeader(source, destination, IpProtocols.IcmpV6, length) : 0;
}
