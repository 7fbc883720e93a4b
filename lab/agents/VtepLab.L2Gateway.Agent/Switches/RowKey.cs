using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Whether the rows that agents insert get UUIDs that the agents choose.</summary>
internal enum RowKeys
{
    /// <summary>No: the switch refuses them, or passes over them.</summary>
    None,

    /// <summary>Yes, and it is not known yet what the switch does with them.</summary>
    Tried,

    /// <summary>Yes, and over this connection the switch has taken one.</summary>
    Trusted,
}

/// <summary>The UUID that an agent gives to the row of a MAC address: it follows from the logical switch and the address.</summary>
/// <remarks>
/// Ucast_Macs_Remote has no index, so nothing keeps two clients from inserting one address, and a server looks through the whole table to
/// find one. A row that is named by what it stands for has both: the second insert is refused as <c>duplicate uuid</c>, and the row is found
/// at once. Rows of other clients have other UUIDs and are looked for as ever.
/// </remarks>
internal static class RowKey
{
    private const int Owner = 16; // Bytes.
    private const int Short = 32; // Characters; an address has 17.

    /// <summary>The UUID, of version 8 (RFC 9562 section 5.8: what is in it is ours).</summary>
    /// <param name="owner">What the name is unique in: the row of the logical switch.</param>
    /// <param name="name">The name: a MAC address; letters of either case mean the same.</param>
    public static Uuid Of(Uuid owner, string name)
    {
        Span<byte> named = stackalloc byte[Owner + Encoding.UTF8.GetMaxByteCount(Short)];
        if (name.Length > Short)
        {
            named = new byte[Owner + Encoding.UTF8.GetMaxByteCount(name.Length)];
        }

        BinaryPrimitives.WriteUInt64BigEndian(named, owner.High);
        BinaryPrimitives.WriteUInt64BigEndian(named[8..], owner.Low);
        var length = Owner + Encoding.UTF8.GetBytes(name.ToLowerInvariant(), named[Owner..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(named[..length], hash);
        var (high, low) = (BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[8..]));
        return new Uuid((high & 0xFFFF_FFFF_FFFF_0FFF) | 0x8000, (low & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000);
    }
}
