using System.Buffers;
using System.Globalization;
using System.Text;

namespace VtepLab.Ovsdb;

/// <content>Strings, numbers and keywords.</content>
public sealed partial class JsonStreamReader
{
    /// <summary>A double holds every number of fewer digits than this that has no exponent.</summary>
    private const int DigitsThatMayOverflow = 300;

    private int _hexDigitsLeft;
    private int _hexValue;
    private bool _lowSurrogateDue;
    private NumberPart _part;
    private long _numberStart; // Counted from the start of the caller's buffer.
    private int _exponent;
    private ulong _keyword; // Its letters, the last one in the lowest byte.
    private int _keywordLength;

    private enum NumberPart : byte
    {
        Minus, Zero, Integer, Point, Fraction, ExponentMark, ExponentSign, Exponent,
    }

    /// <summary>The byte that stopped a run of plain string characters.</summary>
    private void EndRun(byte b, int at)
    {
        switch (b)
        {
            case (byte)'\\':
                _token = Token.Escape;
                break;
            case (byte)'"' when _expect is Expect.Name or Expect.NameOrObjectEnd:
                _token = Token.None;
                _expect = Expect.Colon;
                break;
            case (byte)'"':
                EndScalar("a string", at);
                break;
            default:
                throw Fail("an escape for a control character inside a string", Show(b), at);
        }
    }

    private void ScanEscape(byte b, int at)
    {
        switch (_token)
        {
            case Token.Escape when b is (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                _token = Token.String;
                break;
            case Token.Escape or Token.LowMark when b == (byte)'u':
                _token = Token.Hex;
                _hexDigitsLeft = 4;
                _hexValue = 0;
                break;
            case Token.Escape:
                throw Fail("one of \"\\/bfnrtu after a backslash", Show(b), at);
            case Token.LowBackslash when b == (byte)'\\':
                _token = Token.LowMark;
                break;
            case Token.LowBackslash or Token.LowMark:
                throw Fail("the low surrogate that belongs to the high one before it", Show(b), at);
            default:
                if (!char.IsAsciiHexDigit((char)b))
                {
                    throw Fail("four hexadecimal digits after \\u", Show(b), at);
                }

                _hexValue = (_hexValue << 4) + (b & 0xF) + (b > (byte)'9' ? 9 : 0); // Letters start at 1 in their low nibble.
                if (--_hexDigitsLeft == 0)
                {
                    EndUnicodeEscape(at);
                }

                break;
        }
    }

    private void EndUnicodeEscape(int at)
    {
        var isLow = _hexValue is >= 0xDC00 and <= 0xDFFF;
        if (isLow != _lowSurrogateDue)
        {
            throw Fail(isLow ? "a high surrogate before a low one" : "a low surrogate after a high one", $"\\u{_hexValue:x4}", at);
        }

        if (_hexValue == 0)
        {
            throw Fail("a character other than NUL", "\\u0000", at);
        }

        _lowSurrogateDue = _hexValue is >= 0xD800 and <= 0xDBFF;
        _token = _lowSurrogateDue ? Token.LowBackslash : Token.String;
    }

    private void StartNumber(byte b, int at)
    {
        _numberStart = _scanned + at;
        _exponent = 0;
        _part = b switch { (byte)'-' => NumberPart.Minus, (byte)'0' => NumberPart.Zero, _ => NumberPart.Integer };
    }

    /// <summary>One more byte of a number; false when the byte does not belong to it any more.</summary>
    private bool ContinueNumber(byte b, int at)
    {
        if (b is >= (byte)'0' and <= (byte)'9')
        {
            _part = _part switch
            {
                NumberPart.Minus => b == (byte)'0' ? NumberPart.Zero : NumberPart.Integer,
                NumberPart.Zero => throw Fail("no digit after a leading zero", Show(b), at),
                NumberPart.Point => NumberPart.Fraction,
                NumberPart.ExponentMark or NumberPart.ExponentSign => NumberPart.Exponent,
                _ => _part,
            };
            if (_part == NumberPart.Exponent)
            {
                if (_exponent >= JsonNumber.LargestExponentPrefix)
                {
                    throw Fail("an exponent of at most nine digits", "a larger one", at);
                }

                _exponent = (_exponent * 10) + (b - '0');
            }

            return true;
        }

        NumberPart? next = (b, _part) switch
        {
            ((byte)'.', NumberPart.Zero or NumberPart.Integer) => NumberPart.Point,
            ((byte)'e' or (byte)'E', NumberPart.Zero or NumberPart.Integer or NumberPart.Fraction) => NumberPart.ExponentMark,
            ((byte)'+' or (byte)'-', NumberPart.ExponentMark) => NumberPart.ExponentSign,
            _ => null,
        };
        if (next is null)
        {
            return _part is NumberPart.Zero or NumberPart.Integer or NumberPart.Fraction or NumberPart.Exponent
                ? false
                : throw Fail("a digit", Show(b), at);
        }

        _part = next.Value;
        return true;
    }

    /// <summary>The number is complete; a rare one has to be read to know whether a double holds it.</summary>
    private void EndNumber(in ReadOnlySequence<byte> buffer, int at)
    {
        var length = _scanned + at - _numberStart;
        if (_part == NumberPart.Exponent || length > DigitsThatMayOverflow)
        {
            var digits = Encoding.ASCII.GetString(buffer.Slice(_numberStart, length));
            var value = double.Parse(digits, NumberStyles.Float, CultureInfo.InvariantCulture);
            if (double.IsInfinity(value) || double.IsSubnormal(value))
            {
                throw Fail("a number in the range of a double", digits.Length > 40 ? digits[..40] + "..." : digits, at);
            }
        }

        EndScalar("a number", at);
    }

    private void StartKeyword(byte b)
    {
        _keyword = b;
        _keywordLength = 1;
    }

    private bool ContinueKeyword(byte b)
    {
        if (!char.IsAsciiLetter((char)b))
        {
            return false;
        }

        _keyword = (_keyword << 8) | b;
        _keywordLength = Math.Min(_keywordLength + 1, 9); // Nine stands for "longer than any keyword".
        return true;
    }

    private void EndKeyword(int at)
    {
        const ulong True = 0x74727565; // The ASCII codes of t, r, u, e.
        const ulong False = 0x66616C7365;
        const ulong Null = 0x6E756C6C;
        if (_keywordLength > 8 || _keyword is not (True or False or Null))
        {
            throw Fail("true, false or null", "another word", at);
        }

        EndScalar("a keyword", at);
    }
}
