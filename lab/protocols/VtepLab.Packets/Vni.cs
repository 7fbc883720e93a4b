using System.Globalization;

namespace VtepLab.Packets;

/// <summary>A VXLAN network identifier: 24 bits (RFC 7348 section 5).</summary>
public readonly record struct Vni : IComparable<Vni>
{
    /// <summary>The highest VNI, 2^24 - 1.</summary>
    public const int MaxValue = 0xFFFFFF;

    /// <summary>The VNI with this number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Below 0 or above <see cref="MaxValue"/>.</exception>
    public Vni(int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, MaxValue);
        Value = value;
    }

    /// <summary>The number.</summary>
    public int Value { get; }

    public static bool operator <(Vni left, Vni right) => left.Value < right.Value;

    public static bool operator >(Vni left, Vni right) => left.Value > right.Value;

    public static bool operator <=(Vni left, Vni right) => left.Value <= right.Value;

    public static bool operator >=(Vni left, Vni right) => left.Value >= right.Value;

    /// <summary>True, and the VNI, when the number fits 24 bits; a switch must not cut one that does not.</summary>
    public static bool TryFrom(long number, out Vni vni)
    {
        var fits = number is >= 0 and <= MaxValue;
        vni = fits ? new Vni((int)number) : default;
        return fits;
    }

    /// <inheritdoc/>
    public int CompareTo(Vni other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
