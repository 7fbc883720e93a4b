using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace VtepLab.Packets;

/// <summary>An IPv4 or IPv6 address as a value.</summary>
public readonly record struct IpAddress : IComparable<IpAddress>
{
    private readonly UInt128 _value;

    private IpAddress(UInt128 value, bool isV6)
    {
        _value = value;
        IsV6 = isV6;
    }

    /// <summary>True for IPv6.</summary>
    public bool IsV6 { get; }

    /// <summary>Encoded size in bytes: 4 or 16.</summary>
    public int Size => IsV6 ? 16 : 4;

    /// <summary>True for 0.0.0.0 and ::.</summary>
    public bool IsUnspecified => _value == UInt128.Zero;

    /// <summary>True for 224.0.0.0/4 and ff00::/8.</summary>
    public bool IsMulticast => IsV6 ? (_value >> 120) == 0xFF : (_value >> 28) == 0xE;

    /// <summary>True for 255.255.255.255.</summary>
    public bool IsBroadcast => !IsV6 && _value == 0xFFFFFFFF;

    /// <summary>True for 169.254.0.0/16 and fe80::/10.</summary>
    public bool IsLinkLocal => IsV6 ? (_value >> 118) == 0x3FA : (_value >> 16) == 0xA9FE;

    /// <summary>True for 127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsV6 ? _value == UInt128.One : (_value >> 24) == 127;

    /// <summary>The IPv4 address with these 32 bits.</summary>
    public static IpAddress V4(uint value) => new(value, isV6: false);

    /// <summary>The address in the 4 or 16 bytes of a span.</summary>
    /// <exception cref="ArgumentException">Any other number of bytes.</exception>
    public static IpAddress Read(ReadOnlySpan<byte> wire) => wire.Length switch
    {
        4 => new IpAddress(BinaryPrimitives.ReadUInt32BigEndian(wire), isV6: false),
        16 => new IpAddress(BinaryPrimitives.ReadUInt128BigEndian(wire), isV6: true),
        _ => throw new ArgumentException($"an IP address has 4 or 16 bytes, found {wire.Length}", nameof(wire)),
    };

    /// <summary>Reads four decimal numbers without leading zeros, or an IPv6 address without scope or brackets.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IpAddress address)
    {
        address = default;
        if (text is null || text.AsSpan().ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out var parsed))
        {
            return false;
        }

        // The framework also reads "1", "0x7f.1" and "010.1.1.1"; a switch that took those would find another address than meant.
        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out var written);
        address = Read(bytes[..written]);
        return true;
    }

    /// <summary>Reads what <see cref="TryParse"/> accepts.</summary>
    /// <exception cref="FormatException">The text is no IP address.</exception>
    public static IpAddress Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is no IP address; expected a form such as 192.0.2.11 or 2001:db8::1");

    /// <summary>The mask with so many leading ones, in the form of an address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 0, or above 32 or 128.</exception>
    public static IpAddress Mask(bool isV6, int length)
    {
        var bits = isV6 ? 128 : 32;
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, bits);
        var value = length == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - length);
        return new IpAddress(value >> (128 - bits), isV6);
    }

    /// <summary>The bits that both have; the two are of one family.</summary>
    public static IpAddress operator &(IpAddress left, IpAddress right) => new(left._value & right._value, left.IsV6);

    public static bool operator <(IpAddress left, IpAddress right) => left.CompareTo(right) < 0;

    public static bool operator >(IpAddress left, IpAddress right) => left.CompareTo(right) > 0;

    public static bool operator <=(IpAddress left, IpAddress right) => left.CompareTo(right) <= 0;

    public static bool operator >=(IpAddress left, IpAddress right) => left.CompareTo(right) >= 0;

    /// <summary>IPv4 before IPv6, then by value.</summary>
    public int CompareTo(IpAddress other) => IsV6 == other.IsV6 ? _value.CompareTo(other._value) : IsV6.CompareTo(other.IsV6);

    /// <summary>Writes the 4 or 16 bytes.</summary>
    public void Write(Span<byte> wire)
    {
        if (IsV6)
        {
            BinaryPrimitives.WriteUInt128BigEndian(wire, _value);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(wire, (uint)_value);
        }
    }

    /// <summary>The usual text form; IPv6 as RFC 5952 writes it.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        Write(bytes);
        return new IPAddress(bytes[..Size]).ToString();
    }
}
