using System.Globalization;
using VtepLab.OpenFlow.Fields;
using VtepLab.Packets;

namespace VtepLab.OpenFlow.Text;

/// <summary>Values of fields in ovs-ofctl's words, both ways.</summary>
internal static class FieldText
{
    /// <summary>As C's <c>%#x</c>: 0 has no 0x.</summary>
    public static string Hex(ulong value) => value == 0 ? "0" : string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");

    /// <summary>A value without a mask.</summary>
    public static string Format(FlowField field, UInt128 value) => field.Notation switch
    {
        FieldNotation.Mac => new MacAddress((ulong)value).ToString(),
        FieldNotation.IPv4 => IpAddress.V4((uint)value).ToString(),
        FieldNotation.IPv6 => IPv6(value).ToString(),
        FieldNotation.Port => OpenFlowPorts.Format((int)(value & 0xFFFF)),
        FieldNotation.Decimal => value.ToString(CultureInfo.InvariantCulture),
        _ => Hex((ulong)value),
    };

    /// <summary>A value with a mask, as set_field prints it.</summary>
    public static string FormatSet(FlowField field, UInt128 value, UInt128 mask)
    {
        if (mask == field.FullMask)
        {
            return Format(field, value);
        }

        return field.Notation switch
        {
            FieldNotation.Mac or FieldNotation.IPv4 or FieldNotation.IPv6 => FormatMasked(field, value, mask),
            _ => string.Create(CultureInfo.InvariantCulture, $"0x{(ulong)value:x}/0x{(ulong)mask:x}"),
        };
    }

    /// <summary>A constant that a learn specification matches.</summary>
    public static string FormatLearnConstant(FlowField field, ulong value) => field.Notation switch
    {
        FieldNotation.Decimal => Format(field, value),
        FieldNotation.Hexadecimal => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"),
        _ => Format(field, value),
    };

    /// <summary>An address with a mask: as a prefix where it is one.</summary>
    public static string FormatMasked(FlowField field, UInt128 value, UInt128 mask)
    {
        if (mask == field.FullMask)
        {
            return Format(field, value);
        }

        if (field.Notation == FieldNotation.Mac)
        {
            return $"{Format(field, value)}/{Format(field, mask)}";
        }

        var ones = (int)UInt128.PopCount(mask);
        var isPrefix = mask == (field.FullMask & ~((UInt128.One << (field.Bits - ones)) - 1));
        return isPrefix
            ? string.Create(CultureInfo.InvariantCulture, $"{Format(field, value)}/{ones}")
            : $"{Format(field, value)}/{Format(field, mask)}";
    }

    /// <summary>Reads a value and, behind a slash, a mask; null when the text is neither.</summary>
    public static (UInt128 Value, UInt128 Mask)? Parse(FlowField field, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var value = ParseValue(field, slash < 0 ? text : text[..slash]);
        if (value is null || slash < 0)
        {
            return value is { } v ? (v, field.FullMask) : null;
        }

        var after = text[(slash + 1)..];
        if (field.Notation is FieldNotation.IPv4 or FieldNotation.IPv6
            && int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix))
        {
            return prefix > field.Bits ? null
                : (value.Value, prefix == 0 ? UInt128.Zero : field.FullMask & ~((UInt128.One << (field.Bits - prefix)) - 1));
        }

        return ParseValue(field, after) is { } mask ? (value.Value, mask) : null;
    }

    /// <summary>Reads a number: decimal, hexadecimal with 0x, octal with 0.</summary>
    public static bool TryParseNumber(string text, out ulong number)
    {
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
        }

        if (text.Length > 1 && text[0] == '0')
        {
            number = 0;
            foreach (var digit in text)
            {
                if (digit is < '0' or > '7' || number > ulong.MaxValue >> 3)
                {
                    return false;
                }

                number = (number << 3) | (uint)(digit - '0');
            }

            return true;
        }

        return ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>What a value of the field looks like, for complaints.</summary>
    public static string Expectation(FlowField field) => field.Notation switch
    {
        FieldNotation.Mac => "an address such as 02:1a:c0:00:02:0b, or address/mask",
        FieldNotation.IPv4 => "an address such as 192.0.2.11, or address/prefix or address/mask",
        FieldNotation.IPv6 => "an address such as 2001:db8::1, or address/prefix or address/mask",
        FieldNotation.Port => "a port number up to 65279 or a reserved port such as LOCAL",
        _ => string.Create(CultureInfo.InvariantCulture, $"a number of at most {field.Bits} bits, or number/mask"),
    };

    private static UInt128? ParseValue(FlowField field, string text)
    {
        switch (field.Notation)
        {
            case FieldNotation.Mac:
                return MacAddress.TryParse(text, out var mac) ? mac.Value : null;
            case FieldNotation.IPv4:
                return IpAddress.TryParse(text, out var v4) && !v4.IsV6 ? Bits(v4) : null;
            case FieldNotation.IPv6:
                return IpAddress.TryParse(text, out var v6) && v6.IsV6 ? Bits(v6) : null;
            case FieldNotation.Port:
                return OpenFlowPorts.TryParse(text, out var port) ? (UInt128)port : TryParseNumber(text, out var p) && p <= 0xFFFF ? p : null;
            default:
                return TryParseNumber(text, out var number) && number <= field.FullMask ? number : null;
        }
    }

    private static UInt128 Bits(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Write(bytes);
        return address.IsV6
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes)
            : System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }

    private static IpAddress IPv6(UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return IpAddress.Read(bytes);
    }
}
