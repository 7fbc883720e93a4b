using System.Globalization;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>One integer, real, boolean, string or UUID (RFC 7047 section 5.1, atom). Immutable; 24 bytes; strings are kept as UTF-8.</summary>
/// <remarks>
/// A string may be a piece of a longer array. Every atom knows its type, so values of different types may be compared (they are ordered by type) but are never equal.
/// Conversions from the plain C# types are implicit.
/// </remarks>
public readonly struct Atom : IEquatable<Atom>, IComparable<Atom>
{
    // What tells the types apart: null an integer, a byte[] a string (A is where it begins in there, B its length), else one of these.
    private static readonly object RealMark = new();
    private static readonly object BooleanMark = new();
    private static readonly object UuidMark = new();

    internal readonly object? Body;
    internal readonly ulong A;
    internal readonly ulong B;

    internal Atom(object? body, ulong a, ulong b)
    {
        Body = body;
        A = a;
        B = b;
    }

    /// <summary>Whether this is a string; the cheapest of the type tests.</summary>
    internal bool IsString => Body is byte[];

    /// <summary>The atom's type.</summary>
    public AtomType Type =>
        Body is null ? AtomType.Integer
        : Body is byte[] ? AtomType.String
        : ReferenceEquals(Body, UuidMark) ? AtomType.Uuid
        : ReferenceEquals(Body, RealMark) ? AtomType.Real
        : AtomType.Boolean;

    /// <summary>The integer; any other type is the caller's mistake.</summary>
    public long Integer => Type == AtomType.Integer ? unchecked((long)A) : throw Wrong(AtomType.Integer);

    /// <summary>The real.</summary>
    public double Real => Type == AtomType.Real ? BitConverter.UInt64BitsToDouble(A) : throw Wrong(AtomType.Real);

    /// <summary>The boolean.</summary>
    public bool Boolean => Type == AtomType.Boolean ? A != 0 : throw Wrong(AtomType.Boolean);

    /// <summary>The string.</summary>
    public string String => Encoding.UTF8.GetString(Utf8);

    /// <summary>The string as UTF-8.</summary>
    public ReadOnlySpan<byte> Utf8 => Body is byte[] text ? Piece(text) : throw Wrong(AtomType.String);

    /// <summary>The UUID.</summary>
    public Uuid Uuid => ReferenceEquals(Body, UuidMark) ? new Uuid(A, B) : throw Wrong(AtomType.Uuid);

    public static implicit operator Atom(long value) => new(null, unchecked((ulong)value), 0);

    public static implicit operator Atom(double value) => new(RealMark, BitConverter.DoubleToUInt64Bits(value), 0);

    public static implicit operator Atom(bool value) => new(BooleanMark, value ? 1UL : 0, 0);

    public static implicit operator Atom(string value) => FromUtf8(Encoding.UTF8.GetBytes(value));

    public static implicit operator Atom(Uuid value) => new(UuidMark, value.High, value.Low);

    public static bool operator ==(Atom left, Atom right) => left.Equals(right);

    public static bool operator !=(Atom left, Atom right) => !left.Equals(right);

    public static bool operator <(Atom left, Atom right) => left.CompareTo(right) < 0;

    public static bool operator >(Atom left, Atom right) => left.CompareTo(right) > 0;

    public static bool operator <=(Atom left, Atom right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Atom left, Atom right) => left.CompareTo(right) >= 0;

    /// <summary>An integer.</summary>
    public static Atom FromInt64(long value) => value;

    /// <summary>A string that is UTF-8 already; the array is kept, not copied, and must not change.</summary>
    public static Atom FromUtf8(byte[] value) => FromUtf8(value, 0, value.Length);

    /// <summary>A string that is a piece of an array, which is kept and must not change.</summary>
    internal static Atom FromUtf8(byte[] text, int start, int length) => new(text, (uint)start, (uint)length);

    /// <summary>0, 0.0, false, "" or the zero UUID.</summary>
    public static Atom DefaultOf(AtomType type) => type switch
    {
        AtomType.Integer => 0L,
        AtomType.Real => 0.0,
        AtomType.Boolean => false,
        AtomType.String => FromUtf8([]),
        _ => Uuid.Zero,
    };

    /// <summary>Order: numbers and UUIDs by value, strings byte by byte, false before true.</summary>
    public int CompareTo(Atom other)
    {
        if (Body is byte[] text && other.Body is byte[] otherText)
        {
            return Piece(text).SequenceCompareTo(other.Piece(otherText));
        }

        if (!ReferenceEquals(Body, other.Body))
        {
            return Type.CompareTo(other.Type);
        }

        return Body is null ? unchecked((long)A).CompareTo(unchecked((long)other.A))
            : ReferenceEquals(Body, RealMark) ? Real.CompareTo(other.Real) is var c && Real == other.Real ? 0 : c
            : A != other.A ? A.CompareTo(other.A) : B.CompareTo(other.B);
    }

    /// <inheritdoc/>
    public bool Equals(Atom other) =>
        Body is byte[] text ? other.Body is byte[] otherText && Piece(text).SequenceEqual(other.Piece(otherText))
        : ReferenceEquals(Body, other.Body) && ((A == other.A && B == other.B) || (ReferenceEquals(Body, RealMark) && Real == other.Real));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Atom other && Equals(other);

    /// <summary>Equal, and a zero of the same sign.</summary>
    internal bool IsIdentical(Atom other) =>
        IsString ? Equals(other) : ReferenceEquals(Body, other.Body) && A == other.A && B == other.B;

    /// <summary>A hash that is the same in every process.</summary>
    public override int GetHashCode()
    {
        if (Body is byte[] text)
        {
            return ByteStrings.Hash(Piece(text));
        }

        var a = ReferenceEquals(Body, RealMark) && Real == 0 ? 0 : A;
        return new Uuid(a, B).GetHashCode();
    }

    /// <summary>The atom as the OVSDB tools print it; strings without quotes.</summary>
    public override string ToString() => Type switch
    {
        AtomType.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        AtomType.Real => JsonNumber.Format(Real),
        AtomType.Boolean => Boolean ? "true" : "false",
        AtomType.String => String,
        _ => Uuid.ToString(),
    };

    private ReadOnlySpan<byte> Piece(byte[] text) => text.AsSpan((int)A, (int)B);

    private InvalidOperationException Wrong(AtomType wanted) => new($"{wanted} wanted, but the atom is {Type} {this}");
}
