using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>One IEEE 802.1Q tag.</summary>
/// <param name="VlanId">The VLAN, 0 (priority tag) to 4095 (reserved).</param>
/// <param name="Priority">The priority code point, 0 to 7.</param>
/// <param name="IsDropEligible">The drop eligible indicator.</param>
/// <param name="ProtocolId">The tag protocol identifier; <see cref="EtherTypes.Vlan"/> or, for an outer tag, <see cref="EtherTypes.ServiceVlan"/>.</param>
public readonly record struct VlanTag(
    int VlanId, int Priority = 0, bool IsDropEligible = false, ushort ProtocolId = EtherTypes.Vlan)
{
    /// <summary>Encoded size in bytes, protocol identifier included.</summary>
    public const int Size = 4;

    /// <summary>Reads the tag that starts with a tag protocol identifier; false when it is none or is cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out VlanTag tag)
    {
        tag = default;
        if (wire.Length < Size)
        {
            return false;
        }

        var protocol = BinaryPrimitives.ReadUInt16BigEndian(wire);
        if (protocol is not (EtherTypes.Vlan or EtherTypes.ServiceVlan))
        {
            return false;
        }

        var control = BinaryPrimitives.ReadUInt16BigEndian(wire[2..]);
        tag = new VlanTag(control & 0xFFF, control >> 13, (control & 0x1000) != 0, protocol);
        return true;
    }

    /// <summary>Writes the four bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">VLAN or priority out of range, or fewer than four bytes of room.</exception>
    public void Write(Span<byte> wire)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wire.Length, Size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)VlanId, 0xFFFu, nameof(VlanId));
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)Priority, 7u, nameof(Priority));
        BinaryPrimitives.WriteUInt16BigEndian(wire, ProtocolId);
        BinaryPrimitives.WriteUInt16BigEndian(wire[2..], (ushort)((Priority << 13) | (IsDropEligible ? 0x1000 : 0) | VlanId));
    }
}
