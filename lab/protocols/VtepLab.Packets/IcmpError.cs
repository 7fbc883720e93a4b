using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>An ICMP message that says why a packet went no further (RFC 792).</summary>
/// <param name="Type">The kind of error.</param>
/// <param name="Code">The error within the kind.</param>
public readonly record struct IcmpError(byte Type, byte Code)
{
    /// <summary>Size of the header, in bytes; the head of the packet follows it.</summary>
    public const int HeaderSize = 8;

    /// <summary>How much of the packet's payload follows its header.</summary>
    public const int QuotedBytes = 8;

    private const byte UnreachableType = 3;
    private const byte ExceededType = 11;

    /// <summary>There is no route.</summary>
    public static IcmpError NetworkUnreachable => new(UnreachableType, 0);

    /// <summary>The time to live ran out on the way.</summary>
    public static IcmpError TimeExceeded => new(ExceededType, 0);

    /// <summary>False for packets that nobody may answer with an error: errors themselves, later fragments, packets to or from no single host (RFC 1122 section 3.2.2).</summary>
    public static bool MayAnswer(in IPv4Packet packet) =>
        packet.FragmentOffset == 0 && !packet.Source.IsUnspecified && !packet.Source.IsMulticast && !packet.Source.IsBroadcast
        && !packet.Destination.IsMulticast && !packet.Destination.IsBroadcast
        && !(packet.Protocol == IpProtocols.Icmp && packet.Payload is not [0 or 8, ..]);

    /// <summary>Reads the payload of an IPv4 packet; false when it is cut short, damaged, or no error that this type names.</summary>
    /// <param name="wire">The ICMP message.</param>
    /// <param name="error">The error.</param>
    /// <param name="quoted">The head of the packet it speaks of.</param>
    public static bool TryRead(ReadOnlySpan<byte> wire, out IcmpError error, out ReadOnlySpan<byte> quoted)
    {
        error = default;
        quoted = default;
        if (wire.Length < HeaderSize || wire[0] is not (UnreachableType or ExceededType) || InternetChecksum.Of(wire) != 0)
        {
            return false;
        }

        error = new IcmpError(wire[0], wire[1]);
        quoted = wire[HeaderSize..];
        return true;
    }

    /// <summary>Writes the header and, over header and quotation, its checksum.</summary>
    /// <param name="message">Header and quotation; the quotation is already in place.</param>
    public void Write(Span<byte> message)
    {
        message[..HeaderSize].Clear();
        (message[0], message[1]) = (Type, Code);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], InternetChecksum.Of(message));
    }
}
