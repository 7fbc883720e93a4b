using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A view of an IPv6 packet (RFC 8200).</summary>
public readonly ref struct IPv6Packet
{
    /// <summary>Size of the fixed header, in bytes.</summary>
    public const int HeaderSize = 40;

    private const byte HopByHop = 0;
    private const byte Routing = 43;
    private const byte Fragment = 44;
    private const byte DestinationOptions = 60;

    private readonly ReadOnlySpan<byte> _wire;

    private IPv6Packet(ReadOnlySpan<byte> wire) => _wire = wire;

    /// <summary>Traffic class.</summary>
    public byte TrafficClass => (byte)((BinaryPrimitives.ReadUInt16BigEndian(_wire) >> 4) & 0xFF);

    /// <summary>Flow label, 20 bits.</summary>
    public uint FlowLabel => BinaryPrimitives.ReadUInt32BigEndian(_wire) & 0xFFFFF;

    /// <summary>What follows the fixed header: an extension header or the payload's protocol.</summary>
    public byte NextHeader => _wire[6];

    /// <summary>Hop limit.</summary>
    public byte HopLimit => _wire[7];

    /// <summary>The source address.</summary>
    public IpAddress Source => IpAddress.Read(_wire.Slice(8, 16));

    /// <summary>The destination address.</summary>
    public IpAddress Destination => IpAddress.Read(_wire.Slice(24, 16));

    /// <summary>What follows the fixed header, without the frame's padding.</summary>
    public ReadOnlySpan<byte> Payload => _wire[HeaderSize..];

    /// <summary>Reads a packet; false when the version or the length is wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out IPv6Packet packet)
    {
        packet = default;
        if (wire.Length < HeaderSize || wire[0] >> 4 != 6)
        {
            return false;
        }

        var total = HeaderSize + BinaryPrimitives.ReadUInt16BigEndian(wire[4..]);
        if (total > wire.Length)
        {
            return false;
        }

        packet = new IPv6Packet(wire[..total]);
        return true;
    }

    /// <summary>Skips extension headers up to the payload; false when one is cut short or the payload is a later fragment.</summary>
    public bool TryReadUpperLayer(out byte protocol, out ReadOnlySpan<byte> payload)
    {
        protocol = NextHeader;
        payload = Payload;
        while (protocol is HopByHop or Routing or Fragment or DestinationOptions)
        {
            if (payload.Length < 8)
            {
                return false;
            }

            var size = protocol == Fragment ? 8 : 8 + (payload[1] * 8);
            if (payload.Length < size || (protocol == Fragment && BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) >> 3 != 0))
            {
                return false;
            }

            protocol = payload[0];
            payload = payload[size..];
        }

        return true;
    }

    /// <summary>Writes the fixed header.</summary>
    /// <param name="to">At least <see cref="HeaderSize"/> bytes.</param>
    /// <param name="source">The source address, IPv6.</param>
    /// <param name="destination">The destination address, IPv6.</param>
    /// <param name="nextHeader">The protocol of the payload.</param>
    /// <param name="payloadBytes">Size of the payload.</param>
    /// <param name="hopLimit">Hop limit.</param>
    /// <param name="trafficClass">Traffic class.</param>
    /// <param name="flowLabel">Flow label, 20 bits.</param>
    public static void WriteHeader(
        Span<byte> to, IpAddress source, IpAddress destination, byte nextHeader, int payloadBytes, byte hopLimit = 64,
        byte trafficClass = 0, uint flowLabel = 0)
    {
        if (!source.IsV6 || !destination.IsV6)
        {
            throw new ArgumentException($"an IPv6 header takes IPv6 addresses, found {source} and {destination}");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytes, ushort.MaxValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(flowLabel, 0xFFFFFu);
        BinaryPrimitives.WriteUInt32BigEndian(to, 0x6000_0000u | ((uint)trafficClass << 20) | flowLabel);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)payloadBytes);
        to[6] = nextHeader;
        to[7] = hopLimit;
        source.Write(to[8..]);
        destination.Write(to[24..]);
    }
}
