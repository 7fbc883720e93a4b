using System.Buffers.Text;
using System.Globalization;

namespace VtepLab.Ovsdb;

/// <summary>Numbers as ovsdb-server reads and writes them.</summary>
internal static class JsonNumber
{
    /// <summary>ovsdb-server refuses an exponent when one more digit is added to a number this large (a tenth of its int).</summary>
    internal const int LargestExponentPrefix = int.MaxValue / 10;

    /// <summary>Reads the number at the start of a text.</summary>
    /// <param name="source">Begins with the number.</param>
    /// <param name="length">How many bytes it takes.</param>
    /// <param name="isInteger">Whether its value is integral and fits 64 bits.</param>
    /// <param name="bits">The integer, or the bits of the double.</param>
    /// <param name="problem">Why it is refused.</param>
    /// <returns>False for what is not a JSON number, overflows a double, or underflows to a denormal (what underflows to zero is zero).</returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out int length, out bool isInteger, out long bits, out string problem)
    {
        length = 0;
        isInteger = false;
        bits = 0;
        problem = "malformed number";
        var at = 0;
        var negative = source[0] == '-';
        at += negative ? 1 : 0;

        // The first digits are kept as an integer, the rest as powers of ten, until a digit other than 0 does not fit.
        ulong significand = 0;
        var power = 0;
        var exact = true;
        var digits = ReadDigits(source, ref at, ref significand, ref power, ref exact, isFraction: false);
        if (digits == 0 || (digits > 1 && source[at - digits] == '0'))
        {
            return false;
        }

        if (at < source.Length && source[at] == '.')
        {
            at++;
            if (ReadDigits(source, ref at, ref significand, ref power, ref exact, isFraction: true) == 0)
            {
                return false;
            }
        }

        if (at < source.Length && source[at] is (byte)'e' or (byte)'E' && !ReadExponent(source, ref at, ref power))
        {
            return false;
        }

        length = at;
        if (exact && TryMakeInteger(significand, power, negative, out bits))
        {
            isInteger = true;
            return true;
        }

        if (!Utf8Parser.TryParse(source[..length], out double value, out var used) || used != length
            || !double.IsFinite(value) || double.IsSubnormal(value))
        {
            problem = "number outside the valid range";
            return false;
        }

        if (value == 0)
        {
            isInteger = true; // What is too small for a denormal is 0 to ovsdb-server, whose strtod tells of no error then.
            return true;
        }

        bits = BitConverter.DoubleToInt64Bits(value);
        return true;
    }

    /// <summary>Writes a real as C's <c>%.15g</c> does; the result is at most 24 bytes.</summary>
    public static string Format(double value)
    {
        if (value == 0)
        {
            return double.IsNegative(value) ? "-0" : "0"; // A mutation may make a negative zero; one that is read is an integer.
        }

        // d.dddddddddddddde+xxx, correctly rounded: exactly the 15 digits that %.15g works with.
        var scientific = value.ToString("e14", CultureInfo.InvariantCulture);
        var e = scientific.IndexOf('e', StringComparison.Ordinal);
        var exponent = int.Parse(scientific.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var sign = scientific[0] == '-' ? "-" : "";
        var digits = scientific[sign.Length..e].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        if (exponent is < -4 or >= 15)
        {
            var mantissa = digits.Length > 1 ? $"{digits[0]}.{digits[1..]}" : digits;
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    private static int ReadDigits(
        ReadOnlySpan<byte> source, ref int at, ref ulong significand, ref int power, ref bool exact, bool isFraction)
    {
        var start = at;
        for (; at < source.Length && source[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            var digit = (ulong)(source[at] - '0');
            if (exact && significand <= (ulong.MaxValue - digit) / 10)
            {
                significand = significand * 10 + digit;
                power -= isFraction ? 1 : 0;
            }
            else
            {
                exact &= digit == 0;
                power += isFraction ? 0 : 1;
            }
        }

        return at - start;
    }

    private static bool ReadExponent(ReadOnlySpan<byte> source, ref int at, ref int power)
    {
        at++;
        var negative = at < source.Length && source[at] == '-';
        if (at < source.Length && source[at] is (byte)'-' or (byte)'+')
        {
            at++;
        }

        var start = at;
        var exponent = 0;
        for (; at < source.Length && source[at] is >= (byte)'0' and <= (byte)'9'; at++)
        {
            if (exponent >= LargestExponentPrefix)
            {
                return false;
            }

            exponent = exponent * 10 + (source[at] - '0');
        }

        exponent = Math.Min(exponent, 1_000_000_000); // Far beyond what matters, and no sum with it overflows.
        power += negative ? -exponent : exponent;
        return at > start;
    }

    private static bool TryMakeInteger(ulong significand, int power, bool negative, out long value)
    {
        value = 0;
        if (significand == 0)
        {
            return true;
        }

        for (; power > 0 && significand <= ulong.MaxValue / 10; power--)
        {
            significand *= 10;
        }

        for (; power < 0 && significand % 10 == 0; power++)
        {
            significand /= 10;
        }

        if (power != 0 || significand > (ulong)long.MaxValue + (negative ? 1UL : 0UL))
        {
            return false;
        }

        value = unchecked(negative ? -(long)significand : (long)significand);
        return true;
    }
}
