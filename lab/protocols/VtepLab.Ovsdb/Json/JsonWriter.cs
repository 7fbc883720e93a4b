using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>Writes JSON as ovsdb-server does: UTF-8, no white space, only what must be escaped escaped, reals as <c>%.15g</c>.</summary>
/// <remarks>It does no book-keeping of commas and brackets beyond <see cref="Comma"/>; the caller writes them.</remarks>
public sealed class JsonWriter
{
    private const int LargestKept = 1 << 20;
    private const int Short = 256;

    private byte[] _buffer = [];

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until more is.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>What was written, as memory; valid until more is.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written.</summary>
    public void Clear() => Length = 0;

    /// <summary>Forgets what was written and holds no memory until more is; for writers that are idle most of the time.</summary>
    public void Release()
    {
        Length = 0;
        GiveBack();
        _buffer = [];
    }

    /// <summary>Takes back everything after a length that was read from <see cref="Length"/> before.</summary>
    public void Truncate(int length) => Length = Math.Min(Length, length);

    /// <summary>Writes bytes that are JSON already.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Reserve(json.Length));
        Length += json.Length;
    }

    /// <summary>Writes one byte of punctuation.</summary>
    public void Raw(byte json)
    {
        Reserve(1)[0] = json;
        Length++;
    }

    /// <summary>Writes a comma except the first time.</summary>
    public void Comma(ref bool first)
    {
        if (!first)
        {
            Raw((byte)',');
        }

        first = false;
    }

    /// <summary>Writes an integer.</summary>
    public void Integer(long value)
    {
        Utf8Formatter.TryFormat(value, Reserve(20), out var length);
        Length += length;
    }

    /// <summary>Writes a real with 15 significant digits.</summary>
    public void Real(double value) => Length += Encoding.ASCII.GetBytes(JsonNumber.Format(value), Reserve(32));

    /// <summary>Writes <c>true</c> or <c>false</c>.</summary>
    public void Boolean(bool value) => Raw(value ? "true"u8 : "false"u8);

    /// <summary>Writes a string with its quotes.</summary>
    public void String(string value)
    {
        Span<byte> room = stackalloc byte[Short];
        String(Encoding.UTF8.TryGetBytes(value, room, out var length) ? room[..length] : Encoding.UTF8.GetBytes(value));
    }

    /// <summary>Writes a string with its quotes; bytes from 0x20 up go out as they are.</summary>
    public void String(ReadOnlySpan<byte> utf8)
    {
        Raw((byte)'"');
        while (utf8.IndexOfAny(JsonEscapes.Special) is var plain and >= 0)
        {
            Raw(utf8[..plain]);
            Escape(utf8[plain]);
            utf8 = utf8[(plain + 1)..];
        }

        Raw(utf8);
        Raw((byte)'"');
    }

    /// <summary>Writes <c>["uuid","..."]</c>.</summary>
    public void Uuid(Uuid value)
    {
        Raw("[\"uuid\",\""u8);
        BareUuid(value);
        Raw("\"]"u8);
    }

    /// <summary>Writes the 36 characters of a UUID, without quotes.</summary>
    public void BareUuid(Uuid value)
    {
        value.Format(Reserve(Ovsdb.Uuid.TextLength));
        Length += Ovsdb.Uuid.TextLength;
    }

    private void Escape(byte b)
    {
        switch (b)
        {
            case (byte)'"':
                Raw("\\\""u8);
                break;
            case (byte)'\\':
                Raw("\\\\"u8);
                break;
            case (byte)'\b':
                Raw("\\b"u8);
                break;
            case (byte)'\f':
                Raw("\\f"u8);
                break;
            case (byte)'\n':
                Raw("\\n"u8);
                break;
            case (byte)'\r':
                Raw("\\r"u8);
                break;
            case (byte)'\t':
                Raw("\\t"u8);
                break;
            default:
                Raw("\\u00"u8);
                Raw("0123456789abcdef"u8[b >> 4]);
                Raw("0123456789abcdef"u8[b & 15]);
                break;
        }
    }

    private Span<byte> Reserve(int bytes)
    {
        if (_buffer.Length - Length < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(256, Math.Max(_buffer.Length * 2, Length + bytes)));
            Written.CopyTo(larger);
            GiveBack();
            _buffer = larger;
        }

        return _buffer.AsSpan(Length);
    }

    private void GiveBack()
    {
        if (_buffer.Length is > 0 and <= LargestKept)
        {
            ArrayPool<byte>.Shared.Return(_buffer); // A larger one is the collector's: one large message is no reason to hold its memory for good.
        }
    }
}
