using System.Buffers.Binary;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>A UUID as OVSDB uses it: 128 bits, ordered by value, written 8-4-4-4-12 in lower case.</summary>
/// <param name="High">The first eight bytes, big-endian: the order of the text.</param>
/// <param name="Low">The last eight bytes.</param>
public readonly record struct Uuid(ulong High, ulong Low) : IComparable<Uuid>
{
    /// <summary>Length of the text in characters.</summary>
    public const int TextLength = 36;

    /// <summary>All bits zero: the default value of UUID columns.</summary>
    public static Uuid Zero => default;

    /// <summary>The same 36 characters as a <see cref="Guid"/> prints.</summary>
    public static Uuid FromGuid(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return new Uuid(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));
    }

    /// <summary>Reads exactly 8-4-4-4-12 hexadecimal digits of either case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, out Uuid uuid)
    {
        uuid = default;
        if (utf8.Length != TextLength)
        {
            return false;
        }

        ulong high = 0, low = 0;
        var digits = 0;
        for (var i = 0; i < TextLength; i++)
        {
            var c = utf8[i];
            if (i is 8 or 13 or 18 or 23)
            {
                if (c != '-')
                {
                    return false;
                }

                continue;
            }

            var nibble = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
                _ => -1,
            };
            if (nibble < 0)
            {
                return false;
            }

            if (digits++ < 16)
            {
                high = (high << 4) | (uint)nibble;
            }
            else
            {
                low = (low << 4) | (uint)nibble;
            }
        }

        uuid = new Uuid(high, low);
        return true;
    }

    /// <inheritdoc cref="TryParse(ReadOnlySpan{byte}, out Uuid)"/>
    public static bool TryParse(string text, out Uuid uuid) => TryParse(Encoding.UTF8.GetBytes(text), out uuid);

    /// <summary>Reads the text of a UUID.</summary>
    /// <exception cref="FormatException">It is not 8-4-4-4-12 hexadecimal digits.</exception>
    public static Uuid Parse(string text) =>
        TryParse(text, out var uuid) ? uuid : throw new FormatException($"\"{text}\" is not a UUID");

    /// <summary>The GUID that prints the same.</summary>
    public Guid ToGuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Writes the 36 characters.</summary>
    public void Format(Span<byte> utf8)
    {
        var hex = "0123456789abcdef"u8;
        var at = 0;
        for (var digit = 0; digit < 32; digit++)
        {
            if (digit is 8 or 12 or 16 or 20)
            {
                utf8[at++] = (byte)'-';
            }

            var half = digit < 16 ? High : Low;
            utf8[at++] = hex[(int)((half >> (60 - (digit & 15) * 4)) & 15)];
        }
    }

    /// <inheritdoc/>
    public int CompareTo(Uuid other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>A hash that is the same in every process.</summary>
    public override int GetHashCode() => unchecked((int)(((High ^ (Low * 0x9E3779B97F4A7C15)) * 0xD6E8FEB86659FD93) >> 32));

    /// <summary>The 36 characters.</summary>
    public override string ToString()
    {
        Span<byte> text = stackalloc byte[TextLength];
        Format(text);
        return Encoding.ASCII.GetString(text);
    }

    public static bool operator <(Uuid left, Uuid right) => left.CompareTo(right) < 0;

    public static bool operator >(Uuid left, Uuid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Uuid left, Uuid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Uuid left, Uuid right) => left.CompareTo(right) >= 0;
}
