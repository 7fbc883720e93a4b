using System.Buffers;

namespace VtepLab.Conformance.Wire;

/// <summary>Cuts a byte stream into the JSON objects it consists of (RFC 7047 section 3.1: no length, no separator).</summary>
/// <remarks>
/// Looks at nothing but brackets and strings, so that what a device sends is kept byte for byte, also when it is no good JSON.
/// Anything outside an object but white space makes the stream unusable: see <see cref="Garbage"/>.
/// </remarks>
public sealed class JsonSplitter
{
    private readonly ArrayBufferWriter<byte> _message = new();
    private int _depth;
    private bool _inString;
    private bool _escaped;

    /// <summary>What came where an object had to begin; null while the stream is usable.</summary>
    public byte[]? Garbage { get; private set; }

    /// <summary>Bytes of an object that is not complete yet.</summary>
    public int Pending => _message.WrittenCount;

    /// <summary>Takes bytes and hands out every object that they complete, in order.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, Action<byte[]> complete)
    {
        var start = 0;
        for (var i = 0; i < bytes.Length && Garbage is null; i++)
        {
            var b = bytes[i];
            if (_inString)
            {
                (_inString, _escaped) = (_escaped || b != '"', !_escaped && b == '\\');
                continue;
            }

            if (_depth == 0)
            {
                if (b is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
                {
                    start = i + 1;
                    continue;
                }

                if (b != '{')
                {
                    Garbage = bytes[i..].ToArray();
                    return;
                }
            }

            switch (b)
            {
                case (byte)'"':
                    _inString = true;
                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                case (byte)'}' or (byte)']':
                    _depth--;
                    if (_depth == 0)
                    {
                        _message.Write(bytes[start..(i + 1)]);
                        complete(_message.WrittenSpan.ToArray());
                        _message.ResetWrittenCount();
                        start = i + 1;
                    }

                    break;
            }
        }

        _message.Write(bytes[start..]);
    }
}
