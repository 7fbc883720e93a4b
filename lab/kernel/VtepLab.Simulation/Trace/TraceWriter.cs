using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace VtepLab.Simulation;

/// <summary>Writes what happens as NDJSON, one object a line in the order of the events: byte-identical for one seed.</summary>
/// <remarks>
/// Members: <c>t</c> (virtual nanoseconds), <c>kind</c>, <c>host</c> where there is one, and the kind's own. Segments carry their bytes as
/// text up to a limit, frames as hex digits.
/// </remarks>
public sealed class TraceWriter : IDisposable
{
    private const int MostPayload = 4096;

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Writes to a stream, which stays the caller's.</summary>
    public TraceWriter(Stream stream)
    {
        _stream = stream;
        _json = new Utf8JsonWriter(_line, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>Lines written.</summary>
    public long Lines { get; private set; }

    /// <summary>SHA-256 of everything written so far, in hex digits.</summary>
    public string Hash => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _hash.Dispose();
    }

    internal void Note(long at, string kind, string subject) => Line(at, kind, null, ("subject", subject));

    internal void Log(long at, string host, string level, string category, string text) =>
        Line(at, "log", host, ("level", level), ("category", category), ("text", text));

    internal void Segment(long at, string from, string to, long stream, ReadOnlySpan<byte> payload) =>
        Line(at, "segment", null, ("from", from), ("to", to), ("stream", stream), ("bytes", payload.Length), ("text", Text(payload)));

    internal void Frame(long at, string link, string from, string to, ReadOnlySpan<byte> frame) =>
        Line(at, "frame", null, ("link", link), ("from", from), ("to", to), ("bytes", frame.Length), ("hex", Convert.ToHexStringLower(frame)));

    private static string Text(ReadOnlySpan<byte> payload) =>
        Encoding.UTF8.GetString(payload.Length > MostPayload ? payload[..MostPayload] : payload);

    private void Line(long at, string kind, string? host, params ReadOnlySpan<(string Name, object Value)> members)
    {
        _line.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("t", at);
        _json.WriteString("kind", kind);
        if (host is not null)
        {
            _json.WriteString("host", host);
        }

        foreach (var (name, value) in members)
        {
            switch (value)
            {
                case string text:
                    _json.WriteString(name, text);
                    break;
                case int number:
                    _json.WriteNumber(name, number);
                    break;
                case long number:
                    _json.WriteNumber(name, number);
                    break;
            }
        }

        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        _hash.AppendData(_line.WrittenSpan);
        _stream.Write(_line.WrittenSpan);
        Lines++;
    }
}
