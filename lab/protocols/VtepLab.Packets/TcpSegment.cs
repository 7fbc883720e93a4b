using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>The flags of a TCP header (RFC 9293 section 3.1).</summary>
[Flags]
public enum TcpControl : ushort
{
    /// <summary>No flag.</summary>
    None = 0,

    /// <summary>No more data from the sender.</summary>
    Fin = 0x01,

    /// <summary>Synchronise sequence numbers.</summary>
    Syn = 0x02,

    /// <summary>Reset the connection.</summary>
    Rst = 0x04,

    /// <summary>Push.</summary>
    Psh = 0x08,

    /// <summary>The acknowledgment number means something.</summary>
    Ack = 0x10,

    /// <summary>The urgent pointer means something.</summary>
    Urg = 0x20,

    /// <summary>Congestion echo.</summary>
    Ece = 0x40,

    /// <summary>Congestion window reduced.</summary>
    Cwr = 0x80,
}

/// <summary>A view of a TCP segment; the lab looks at headers only (ACLs match ports and flags).</summary>
public readonly ref struct TcpSegment
{
    /// <summary>Size of a header without options, in bytes.</summary>
    public const int HeaderSize = 20;

    private readonly ReadOnlySpan<byte> _wire;

    private TcpSegment(ReadOnlySpan<byte> wire) => _wire = wire;

    /// <summary>The source port.</summary>
    public ushort SourcePort => BinaryPrimitives.ReadUInt16BigEndian(_wire);

    /// <summary>The destination port.</summary>
    public ushort DestinationPort => BinaryPrimitives.ReadUInt16BigEndian(_wire[2..]);

    /// <summary>The sequence number.</summary>
    public uint SequenceNumber => BinaryPrimitives.ReadUInt32BigEndian(_wire[4..]);

    /// <summary>The acknowledgment number.</summary>
    public uint AcknowledgmentNumber => BinaryPrimitives.ReadUInt32BigEndian(_wire[8..]);

    /// <summary>The flags.</summary>
    public TcpControl Control => (TcpControl)_wire[13];

    /// <summary>The receive window, not scaled.</summary>
    public ushort Window => BinaryPrimitives.ReadUInt16BigEndian(_wire[14..]);

    /// <summary>What follows the header and its options.</summary>
    public ReadOnlySpan<byte> Payload => _wire[((_wire[12] >> 4) * 4)..];

    /// <summary>Reads the payload of an IP packet; false when the header is cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out TcpSegment segment)
    {
        segment = default;
        if (wire.Length < HeaderSize)
        {
            return false;
        }

        var header = (wire[12] >> 4) * 4;
        if (header < HeaderSize || header > wire.Length)
        {
            return false;
        }

        segment = new TcpSegment(wire);
        return true;
    }

    /// <summary>Writes a header without options and, over header and payload, its checksum.</summary>
    /// <param name="segment">Header and payload; the payload is already in place.</param>
    /// <param name="source">The source address.</param>
    /// <param name="destination">The destination address.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="sequenceNumber">The sequence number.</param>
    /// <param name="acknowledgmentNumber">The acknowledgment number.</param>
    /// <param name="control">The flags.</param>
    /// <param name="window">The receive window.</param>
    public static void WriteHeader(
        Span<byte> segment, IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, uint sequenceNumber,
        uint acknowledgmentNumber, TcpControl control, ushort window)
    {
        BinaryPrimitives.WriteUInt16BigEndian(segment, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], sequenceNumber);
        BinaryPrimitives.WriteUInt32BigEndian(segment[8..], acknowledgmentNumber);
        segment[12] = (HeaderSize / 4) << 4;
        segment[13] = (byte)control;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], window);
        BinaryPrimitives.WriteUInt32BigEndian(segment[16..], 0);
        var sum = InternetChecksum.Of(segment, InternetChecksum.PseudoHeader(source, destination, IpProtocols.Tcp, segment.Length));
        BinaryPrimitives.WriteUInt16BigEndian(segment[16..], sum);
    }
}
