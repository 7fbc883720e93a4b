using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace VtepLab.Packets;

/// <summary>A 48 bit MAC address.</summary>
public readonly record struct MacAddress : IComparable<MacAddress>
{
    /// <summary>Encoded size in bytes.</summary>
    public const int Size = 6;

    private const ulong GroupBit = 1UL << 40;

    private readonly ulong _value;

    /// <summary>The address with these 48 bits, the first byte on the wire highest.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 48 bits.</exception>
    public MacAddress(ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 0xFFFF_FFFF_FFFFUL);
        _value = value;
    }

    /// <summary>The six bytes at the start of a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span holds fewer than six bytes.</exception>
    public MacAddress(ReadOnlySpan<byte> wire)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wire.Length, Size);
        _value = ((ulong)wire[0] << 40) | ((ulong)wire[1] << 32) | ((ulong)wire[2] << 24) | ((ulong)wire[3] << 16)
            | ((ulong)wire[4] << 8) | wire[5];
    }

    /// <summary>ff:ff:ff:ff:ff:ff.</summary>
    public static MacAddress Broadcast => new(0xFFFF_FFFF_FFFFUL);

    /// <summary>The group address that frames to an IP group go to (RFC 1112 section 6.4, RFC 2464 section 7).</summary>
    public static MacAddress OfGroup(IpAddress group)
    {
        Span<byte> bytes = stackalloc byte[16];
        group.Write(bytes);
        return group.IsV6
            ? new MacAddress(0x3333_0000_0000UL | BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]))
            : new MacAddress(0x0100_5E00_0000UL | (BinaryPrimitives.ReadUInt32BigEndian(bytes) & 0x7F_FFFF));
    }

    /// <summary>The 48 bits as a number.</summary>
    public ulong Value => _value;

    /// <summary>True for 00:00:00:00:00:00, which nobody may use.</summary>
    public bool IsZero => _value == 0;

    /// <summary>True for ff:ff:ff:ff:ff:ff.</summary>
    public bool IsBroadcast => _value == 0xFFFF_FFFF_FFFFUL;

    /// <summary>True for every group address, broadcast included.</summary>
    public bool IsGroup => (_value & GroupBit) != 0;

    /// <summary>True for 01:80:c2:00:00:00 to :0f, which a bridge never forwards (IEEE 802.1Q table 8-1).</summary>
    public bool IsLinkLocal => (_value & ~0xFUL) == 0x0180_C200_0000UL;

    /// <summary>Reads six pairs of hexadecimal digits with colons between them, as <see cref="ToString"/> writes them.</summary>
    /// <param name="text">The text; upper and lower case digits are accepted, no other form is.</param>
    /// <param name="address">The address on success.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out MacAddress address)
    {
        address = default;
        if (text is not { Length: 17 })
        {
            return false;
        }

        ulong value = 0;
        for (var i = 0; i < 17; i += 3)
        {
            if ((i > 0 && text[i - 1] != ':')
                || !byte.TryParse(text.AsSpan(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var part))
            {
                return false;
            }

            value = (value << 8) | part;
        }

        address = new MacAddress(value);
        return true;
    }

    /// <summary>Reads what <see cref="TryParse"/> accepts.</summary>
    /// <exception cref="FormatException">The text is no MAC address.</exception>
    public static MacAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no MAC address; expected six pairs such as 02:1a:c0:00:02:0b");

    public static bool operator <(MacAddress left, MacAddress right) => left._value < right._value;

    public static bool operator >(MacAddress left, MacAddress right) => left._value > right._value;

    public static bool operator <=(MacAddress left, MacAddress right) => left._value <= right._value;

    public static bool operator >=(MacAddress left, MacAddress right) => left._value >= right._value;

    /// <inheritdoc/>
    public int CompareTo(MacAddress other) => _value.CompareTo(other._value);

    /// <summary>Writes the six bytes at the start of a span.</summary>
    public void Write(Span<byte> wire)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(wire.Length, Size);
        for (var i = 0; i < Size; i++)
        {
            wire[i] = (byte)((_value >> (40 - (8 * i))) & 0xFF);
        }
    }

    /// <summary>Lower case with colons, the one form every controller accepts.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{_value >> 40:x2}:{(_value >> 32) & 0xFF:x2}:{(_value >> 24) & 0xFF:x2}:{(_value >> 16) & 0xFF:x2}:{(_value >> 8) & 0xFF:x2}:{_value & 0xFF:x2}");
}
