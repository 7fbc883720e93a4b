using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A view of an IPv4 packet (RFC 791).</summary>
public readonly ref struct IPv4Packet
{
    /// <summary>Size of a header without options, in bytes.</summary>
    public const int HeaderSize = 20;

    private readonly ReadOnlySpan<byte> _wire;

    private IPv4Packet(ReadOnlySpan<byte> wire) => _wire = wire;

    /// <summary>Size of this header with its options.</summary>
    public int HeaderLength => (_wire[0] & 0xF) * 4;

    /// <summary>Differentiated services code point and congestion bits.</summary>
    public byte TrafficClass => _wire[1];

    /// <summary>Identification.</summary>
    public ushort Identification => BinaryPrimitives.ReadUInt16BigEndian(_wire[4..]);

    /// <summary>The flag that forbids fragmentation.</summary>
    public bool DoNotFragment => (_wire[6] & 0x40) != 0;

    /// <summary>True for every piece of a fragmented packet, the first and the last included.</summary>
    public bool IsFragment => (BinaryPrimitives.ReadUInt16BigEndian(_wire[6..]) & 0x3FFF) != 0;

    /// <summary>Where in the unfragmented payload this one begins, in bytes; 0 for the first fragment and for a whole packet.</summary>
    public int FragmentOffset => (BinaryPrimitives.ReadUInt16BigEndian(_wire[6..]) & 0x1FFF) * 8;

    /// <summary>True when a further fragment follows.</summary>
    public bool HasMoreFragments => (_wire[6] & 0x20) != 0;

    /// <summary>The options as they stand, padding included; empty for most packets.</summary>
    public ReadOnlySpan<byte> Options => _wire[HeaderSize..HeaderLength];

    /// <summary>Time to live.</summary>
    public byte TimeToLive => _wire[8];

    /// <summary>The protocol of the payload.</summary>
    public byte Protocol => _wire[9];

    /// <summary>True when the header's checksum is right.</summary>
    public bool HasRightChecksum => InternetChecksum.Of(_wire[..HeaderLength]) == 0;

    /// <summary>The source address.</summary>
    public IpAddress Source => IpAddress.Read(_wire.Slice(12, 4));

    /// <summary>The destination address.</summary>
    public IpAddress Destination => IpAddress.Read(_wire.Slice(16, 4));

    /// <summary>What follows the header, without the frame's padding.</summary>
    public ReadOnlySpan<byte> Payload => _wire[HeaderLength..];

    /// <summary>Reads a packet; false when the version, a length, or the room for them is wrong. The checksum is not looked at.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out IPv4Packet packet)
    {
        packet = default;
        if (wire.Length < HeaderSize || wire[0] >> 4 != 4)
        {
            return false;
        }

        var header = (wire[0] & 0xF) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(wire[2..]);
        if (header < HeaderSize || total < header || total > wire.Length)
        {
            return false;
        }

        packet = new IPv4Packet(wire[..total]);
        return true;
    }

    /// <summary>The whole packet.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>Takes one from the time to live of a packet in place, and mends its checksum (RFC 1624).</summary>
    /// <exception cref="InvalidOperationException">It is 0 already.</exception>
    public static void DecrementTimeToLive(Span<byte> packet)
    {
        if (packet[8] == 0)
        {
            throw new InvalidOperationException("the time to live is 0 and cannot be less");
        }

        packet[8]--;
        var sum = (uint)BinaryPrimitives.ReadUInt16BigEndian(packet[10..]) + 0x0100;
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], (ushort)((sum + (sum >= 0xFFFF ? 1u : 0u)) & 0xFFFF)); // The carry comes around.
    }

    /// <summary>Writes a header without options, checksum included.</summary>
    /// <param name="to">At least <see cref="HeaderSize"/> bytes.</param>
    /// <param name="source">The source address, IPv4.</param>
    /// <param name="destination">The destination address, IPv4.</param>
    /// <param name="protocol">The protocol of the payload.</param>
    /// <param name="payloadBytes">Size of the payload.</param>
    /// <param name="timeToLive">Time to live.</param>
    /// <param name="identification">Identification.</param>
    /// <param name="doNotFragment">Forbids fragmentation.</param>
    /// <param name="trafficClass">Differentiated services code point and congestion bits.</param>
    public static void WriteHeader(
        Span<byte> to, IpAddress source, IpAddress destination, byte protocol, int payloadBytes, byte timeToLive = 64,
        ushort identification = 0, bool doNotFragment = true, byte trafficClass = 0)
    {
        if (source.IsV6 || destination.IsV6)
        {
            throw new ArgumentException($"an IPv4 header takes IPv4 addresses, found {source} and {destination}");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, ushort.MaxValue - HeaderSize);
        to[..HeaderSize].Clear();
        to[0] = 0x45;
        to[1] = trafficClass;
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)(HeaderSize + payloadBytes));
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], identification);
        to[6] = doNotFragment ? (byte)0x40 : (byte)0;
        to[8] = timeToLive;
        to[9] = protocol;
        source.Write(to[12..]);
        destination.Write(to[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], InternetChecksum.Of(to[..HeaderSize]));
    }

    /// <summary>Writes the header of one piece of a fragmented packet, checksum included.</summary>
    /// <param name="to">At least <see cref="HeaderSize"/> bytes.</param>
    /// <param name="source">The source address, IPv4.</param>
    /// <param name="destination">The destination address, IPv4.</param>
    /// <param name="protocol">The protocol of the whole payload.</param>
    /// <param name="payloadBytes">Size of this piece.</param>
    /// <param name="offset">Where it begins in the whole payload, in bytes; a multiple of 8.</param>
    /// <param name="hasMore">True when a further piece follows.</param>
    /// <param name="timeToLive">Time to live.</param>
    /// <param name="identification">The same number in all pieces.</param>
    public static void WriteFragmentHeader(
        Span<byte> to, IpAddress source, IpAddress destination, byte protocol, int payloadBytes, int offset, bool hasMore, byte timeToLive = 64,
        ushort identification = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(offset % 8, 0, nameof(offset));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)offset, 0x1FFFu * 8, nameof(offset));
        WriteHeader(to, source, destination, protocol, payloadBytes, timeToLive, identification, doNotFragment: false);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)((hasMore ? 0x2000 : 0) | (offset / 8)));
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], 0);
        BinaryPrimitives.WriteUInt16BigEndian(to[10..], InternetChecksum.Of(to[..HeaderSize]));
    }
}
