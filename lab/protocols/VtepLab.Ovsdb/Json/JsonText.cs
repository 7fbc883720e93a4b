using System.Buffers;

namespace VtepLab.Ovsdb;

/// <summary>
/// A JSON text that has been checked and laid out as a flat tape of values over its own bytes; nothing is copied out of it
/// until somebody asks.
/// </summary>
/// <remarks>
/// The dialect is ovsdb-server's: numbers with integral value that fit 64 bits are integers, a number that overflows or
/// underflows a double is refused, so are <c>\u0000</c> and unpaired surrogates; bytes that are not UTF-8 are let through inside
/// strings. One instance can be parsed into again and again; values obtained before are void afterwards.
/// <see cref="Release"/> gives the memory back that it would need for the next text.
/// </remarks>
public sealed class JsonText
{
    /// <summary>How deep arrays and objects may nest unless the caller says otherwise.</summary>
    public const int DefaultMaxDepth = 1000;

    private const int MostPooledTokens = 1 << 16; // 2 MB: what a whole database takes is needed once and not to be kept by the pool.

    private JsonToken[] _tokens = [];
    private int _count;

    /// <summary>The value that the text is.</summary>
    public JsonValue Root => new(this, 0);

    internal ReadOnlyMemory<byte> Source { get; private set; }

    /// <summary>Reads a text; the bytes must stay as they are while the result is used.</summary>
    /// <exception cref="JsonFormatException">It is not JSON, or something follows the first value.</exception>
    public static JsonText Parse(ReadOnlyMemory<byte> text, int maxDepth = DefaultMaxDepth)
    {
        var result = new JsonText();
        result.Read(text, maxDepth);
        return result;
    }

    /// <summary>Reads a text given as characters.</summary>
    /// <exception cref="JsonFormatException">It is not JSON.</exception>
    public static JsonText Parse(string text) => Parse(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Reads another text into this instance, which saves allocations.</summary>
    /// <exception cref="JsonFormatException">It is not JSON; the instance then holds nothing that can be used.</exception>
    public void Read(ReadOnlyMemory<byte> text, int maxDepth = DefaultMaxDepth)
    {
        Source = text;
        _count = 0;
        new JsonParser(this, text.Span, maxDepth).ParseText();
    }

    /// <summary>A copy that shares nothing with this one: for a text that must outlive the buffer it came in.</summary>
    public JsonText Detach() => new() { Source = Source.ToArray(), _tokens = _tokens[.._count], _count = _count };

    /// <summary>Forgets the text and holds no memory until the next one.</summary>
    public void Release()
    {
        (Source, _count) = (default, 0);
        if (_tokens.Length > 0)
        {
            Return(_tokens);
            _tokens = [];
        }
    }

    internal ref JsonToken Token(int index) => ref _tokens[index];

    internal int Add(JsonKind kind)
    {
        if (_count == _tokens.Length)
        {
            var larger = Rent(Math.Max(64, _count * 2));
            _tokens.CopyTo(larger, 0);
            if (_count > 0)
            {
                Return(_tokens);
            }

            _tokens = larger;
        }

        var index = _count++;
        _tokens[index] = new JsonToken { Kind = kind, Next = index + 1 };
        return index;
    }

    internal int Open(JsonKind kind, int start)
    {
        var index = Add(kind);
        _tokens[index].Start = start;
        return index;
    }

    /// <summary>Marks that everything added since belongs to the array or object at an index.</summary>
    internal void Close(int index, int count, int end)
    {
        _tokens[index].Length = count;
        _tokens[index].Bits = end;
        _tokens[index].Next = _count;
    }

    private static JsonToken[] Rent(int count) =>
        count <= MostPooledTokens ? ArrayPool<JsonToken>.Shared.Rent(count) : GC.AllocateUninitializedArray<JsonToken>(count);

    private static void Return(JsonToken[] tokens)
    {
        if (tokens.Length <= MostPooledTokens)
        {
            ArrayPool<JsonToken>.Shared.Return(tokens);
        }
    }
}
