using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>The VXLAN header that sits between the outer UDP header and the inner Ethernet frame.</summary>
/// <remarks>
/// Eight bytes, big-endian (RFC 7348 section 5): flags (1), reserved (3), VNI (3), reserved (1).
/// Reserved bits are written as zero and ignored when read, so they take no part in equality.
/// </remarks>
/// <param name="Vni">The VXLAN segment the inner frame belongs to.</param>
public readonly record struct VxlanHeader(Vni Vni)
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 8;

    /// <summary>The UDP destination port IANA assigned.</summary>
    public const ushort UdpPort = 4789;

    private const byte VniIsValid = 0x08; // The I flag.

    /// <summary>Reads the header at the start of a UDP payload; the bytes after it are the inner frame.</summary>
    /// <returns>False when cut short or with the I flag clear: both are packets a VTEP drops, so neither is an exception.</returns>
    public static bool TryRead(ReadOnlySpan<byte> payload, out VxlanHeader header)
    {
        header = default;
        if (payload.Length < Size || (payload[0] & VniIsValid) == 0)
        {
            return false;
        }

        header = new VxlanHeader(new Vni((int)(BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) >> 8)));
        return true;
    }

    /// <summary>Writes the eight bytes.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, (uint)VniIsValid << 24);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)Vni.Value << 8);
    }
}
