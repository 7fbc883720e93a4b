using System.Buffers;

namespace VtepLab.Ovsdb;

/// <summary>Finds the JSON texts of one direction of an OVSDB connection: complete objects, in whatever pieces they arrive.</summary>
/// <remarks>
/// <para>
/// It looks at every byte once and copies none. It is as strict as ovsdb-server's own reader (Open vSwitch 3.1, lib/json): what it
/// lets through is a well-formed JSON object no deeper than the limit, without <c>\u0000</c>, unpaired surrogates or raw control
/// characters in strings and without numbers outside the normal range of a double. Bytes that are no UTF-8 pass inside strings:
/// they hurt nobody before they become a column's value.
/// </para>
/// <para>One reader serves one direction of one connection, on one thread.</para>
/// </remarks>
public sealed partial class JsonStreamReader
{
    /// <summary>Strings run up to the next quote, backslash or control character.</summary>
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\']);

    private readonly JsonStreamLimits _limits;
    private readonly bool _knowsEchoes;
    private readonly ulong[] _objects; // One bit a level: set where the level is an object.
    private long _streamOffset; // Where the caller's buffer starts, counted from the start of the stream.
    private long _scanned; // Bytes at the start of the caller's buffer that have been looked at.
    private long _textStart; // Where in the caller's buffer the present text opens.
    private int _depth;
    private Expect _expect = Expect.Message;
    private Token _token = Token.None;
    private EchoMatch _echo; // What the caller's buffer holds that was not looked at byte by byte.
    private OvsdbProtocolException? _failure;

    /// <summary>Makes a reader for the start of a stream.</summary>
    /// <param name="limits">What it accepts; null for <see cref="JsonStreamLimits.Default"/>.</param>
    public JsonStreamReader(JsonStreamLimits? limits = null)
    {
        _limits = limits ?? JsonStreamLimits.Default;
        _objects = new ulong[(_limits.MaxDepth + 63) / 64];
        _knowsEchoes = _limits.MaxDepth >= 2 && _limits.MaxTextBytes >= EchoMessages.Request.Length;
    }

    private enum Token : byte
    {
        None, String, Escape, Hex, LowBackslash, LowMark, Number, Keyword,
    }

    private enum Expect : byte
    {
        Message, Value, ValueOrArrayEnd, Name, NameOrObjectEnd, Colon, CommaOrArrayEnd, CommaOrObjectEnd,
    }

    /// <summary>True between texts: nothing but white space has arrived since the last complete one.</summary>
    public bool IsBetweenTexts => _depth == 0 && _token == Token.None && _echo == EchoMatch.None;

    /// <summary>Bytes of the stream that have been looked at.</summary>
    public long BytesScanned => _streamOffset + _scanned;

    /// <summary>Counts bytes of whole messages that were known without being read.</summary>
    public void Skip(long bytes) => _streamOffset += bytes;

    /// <summary>Takes the next complete text from the front of what has arrived.</summary>
    /// <param name="buffer">
    /// All bytes that have arrived and were not taken yet: what was left of the last call, then what is new, as a
    /// <c>PipeReader</c> hands it out. On return it starts after the text, or where the unfinished text starts; those bytes must
    /// come again.
    /// </param>
    /// <param name="text">On success one JSON object, without white space around it, inside the memory of the buffer or, for an echo, in memory that stays.</param>
    /// <returns>False when the rest of the text has still to arrive.</returns>
    /// <exception cref="OvsdbProtocolException">
    /// The peer sent something else. The message names the byte of the stream, what was expected and what was found. The stream
    /// has no meaning from there on: every later call throws the same.
    /// </exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> text)
    {
        if (_failure is not null)
        {
            throw _failure;
        }

        _echo = EchoMatch.None;
        if (_knowsEchoes && _scanned == 0 && IsBetweenTexts && (_echo = EchoMessages.At(buffer, out text)) != EchoMatch.None)
        {
            if (_echo == EchoMatch.Beginning)
            {
                return false;
            }

            _echo = EchoMatch.None;
            buffer = buffer.Slice(text.Length);
            _streamOffset += text.Length;
            return true;
        }

        var complete = false;
        foreach (var memory in buffer.Slice(_scanned))
        {
            complete = Scan(memory.Span, buffer, out var used);
            _scanned += used;
            if (complete)
            {
                break;
            }
        }

        if (!IsBetweenTexts || complete)
        {
            if (_scanned - _textStart > _limits.MaxTextBytes)
            {
                throw Fail($"a text of at most {_limits.MaxTextBytes} bytes (MaxTextBytes)", "more", 0);
            }
        }

        text = complete ? buffer.Slice(_textStart, _scanned - _textStart) : default;
        var taken = complete || IsBetweenTexts ? _scanned : _textStart;
        buffer = buffer.Slice(taken);
        _streamOffset += taken;
        _scanned -= taken;
        _numberStart -= taken;
        _textStart = 0;
        return complete;
    }

    /// <summary>Scans one piece of memory up to the end of the present text; false when the piece ends first.</summary>
    private bool Scan(ReadOnlySpan<byte> span, in ReadOnlySequence<byte> buffer, out int i)
    {
        i = 0;
        while (i < span.Length)
        {
            switch (_token)
            {
                case Token.None:
                    if (ScanPunctuation(span[i], i))
                    {
                        i++;
                        return true;
                    }

                    i++;
                    break;
                case Token.String:
                    var run = span[i..].IndexOfAny(StringStops);
                    if (run < 0)
                    {
                        i = span.Length;
                        return false;
                    }

                    i += run;
                    EndRun(span[i], i);
                    i++;
                    break;
                case Token.Number when !ContinueNumber(span[i], i):
                    EndNumber(buffer, i); // The byte that ended it is looked at again.
                    break;
                case Token.Keyword when !ContinueKeyword(span[i]):
                    EndKeyword(i);
                    break;
                case Token.Number or Token.Keyword:
                    i++;
                    break;
                default:
                    ScanEscape(span[i], i);
                    i++;
                    break;
            }
        }

        return false;
    }

    /// <summary>A byte outside every token. True when it closes the text.</summary>
    private bool ScanPunctuation(byte b, int at)
    {
        switch (b)
        {
            case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                return false;
            case (byte)'"' when _expect is not (Expect.Colon or Expect.CommaOrArrayEnd or Expect.CommaOrObjectEnd):
                StartToken(Token.String, at);
                return false;
            case (byte)'{' when _expect is Expect.Message or Expect.Value or Expect.ValueOrArrayEnd:
                Open(isObject: true, at);
                return false;
            case (byte)'[' when _expect is Expect.Value or Expect.ValueOrArrayEnd:
                Open(isObject: false, at);
                return false;
            case (byte)'}' when _expect is Expect.NameOrObjectEnd or Expect.CommaOrObjectEnd:
            case (byte)']' when _expect is Expect.ValueOrArrayEnd or Expect.CommaOrArrayEnd:
                _depth--;
                EndValue();
                return _depth == 0;
            case (byte)',' when _expect is Expect.CommaOrArrayEnd:
                _expect = Expect.Value;
                return false;
            case (byte)',' when _expect is Expect.CommaOrObjectEnd:
                _expect = Expect.Name;
                return false;
            case (byte)':' when _expect is Expect.Colon:
                _expect = Expect.Value;
                return false;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9') when _expect is Expect.Message or Expect.Value or Expect.ValueOrArrayEnd:
                StartToken(Token.Number, at);
                StartNumber(b, at);
                return false;
            case (>= (byte)'a' and <= (byte)'z') or (>= (byte)'A' and <= (byte)'Z')
                when _expect is Expect.Message or Expect.Value or Expect.ValueOrArrayEnd:
                StartToken(Token.Keyword, at);
                StartKeyword(b);
                return false;
            default:
                throw Fail(Expected, Show(b), at);
        }
    }

    private void StartToken(Token token, int at)
    {
        _token = token;
        if (_depth == 0)
        {
            _textStart = _scanned + at;
        }
    }

    private void Open(bool isObject, int at)
    {
        if (_depth == _limits.MaxDepth)
        {
            throw Fail($"at most {_limits.MaxDepth} nested levels (MaxDepth)", "one more", at);
        }

        if (_depth == 0)
        {
            _textStart = _scanned + at;
        }

        var bit = 1UL << (_depth & 63);
        _objects[_depth >> 6] = isObject ? _objects[_depth >> 6] | bit : _objects[_depth >> 6] & ~bit;
        _depth++;
        _expect = isObject ? Expect.NameOrObjectEnd : Expect.ValueOrArrayEnd;
    }

    /// <summary>A value is complete: what may follow depends on what it stands in.</summary>
    private void EndValue()
    {
        var level = _depth - 1;
        _expect = level < 0 ? Expect.Message
            : (_objects[level >> 6] >> (level & 63) & 1) != 0 ? Expect.CommaOrObjectEnd
            : Expect.CommaOrArrayEnd;
    }

    /// <summary>A number, keyword or string is complete: it may be a value, but never a message.</summary>
    private void EndScalar(string what, int at)
    {
        _token = Token.None;
        if (_expect == Expect.Message)
        {
            throw Fail(Expected, what, at);
        }

        EndValue();
    }

    private string Expected => _expect switch
    {
        Expect.Message => "'{' that opens a JSON-RPC message",
        Expect.Value => "a value",
        Expect.ValueOrArrayEnd => "a value or ']'",
        Expect.Name => "a member name in double quotes",
        Expect.NameOrObjectEnd => "a member name in double quotes or '}'",
        Expect.Colon => "':'",
        Expect.CommaOrArrayEnd => "',' or ']'",
        _ => "',' or '}'",
    };

    private static string Show(byte b) => b is > 0x20 and < 0x7F ? $"'{(char)b}'" : $"byte 0x{b:X2}";

    private OvsdbProtocolException Fail(string expected, string found, int at) =>
        _failure = new OvsdbProtocolException($"Byte {BytesScanned + at} of the JSON stream: expected {expected}, found {found}.");
}
