using System.Buffers;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>The backslash escapes of JSON strings, read and checked.</summary>
internal static class JsonEscapes
{
    /// <summary>The bytes at which a string stops being plain: quote, backslash, controls.</summary>
    public static readonly SearchValues<byte> Special =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    /// <summary>The length of the escape that begins here, surrogate pair included; 0 when it is not a legal one.</summary>
    public static int Check(ReadOnlySpan<byte> at) => Decode(at, out _);

    /// <summary>Turns the source bytes of a string into its text.</summary>
    public static byte[] Unescape(ReadOnlySpan<byte> source)
    {
        var result = new byte[source.Length]; // An escape is never shorter than what it stands for.
        var length = 0;
        while (source.Length > 0)
        {
            if (source[0] != '\\')
            {
                result[length++] = source[0];
                source = source[1..];
                continue;
            }

            var used = Decode(source, out var rune);
            length += rune.EncodeToUtf8(result.AsSpan(length));
            source = source[used..];
        }

        return result[..length];
    }

    private static int Decode(ReadOnlySpan<byte> at, out Rune rune)
    {
        rune = default;
        if (at.Length < 2)
        {
            return 0;
        }

        if (at[1] != 'u')
        {
            var plain = at[1] switch
            {
                (byte)'"' => '"',
                (byte)'\\' => '\\',
                (byte)'/' => '/',
                (byte)'b' => '\b',
                (byte)'f' => '\f',
                (byte)'n' => '\n',
                (byte)'r' => '\r',
                (byte)'t' => '\t',
                _ => '\0',
            };
            rune = new Rune(plain);
            return plain == '\0' ? 0 : 2;
        }

        var first = Hex4(at[2..]);
        if (first <= 0)
        {
            return 0;
        }

        if (Rune.TryCreate(first, out rune))
        {
            return 6;
        }

        if (at.Length < 12 || at[6] != '\\' || at[7] != 'u')
        {
            return 0;
        }

        var second = Hex4(at[8..]);
        return second > 0 && Rune.TryCreate((char)first, (char)second, out rune) ? 12 : 0;
    }

    private static int Hex4(ReadOnlySpan<byte> at)
    {
        if (at.Length < 4)
        {
            return -1;
        }

        var value = 0;
        for (var i = 0; i < 4; i++)
        {
            var digit = at[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => at[i] - '0',
                >= (byte)'a' and <= (byte)'f' => at[i] - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => at[i] - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                return -1;
            }

            value = value * 16 + digit;
        }

        return value;
    }
}
