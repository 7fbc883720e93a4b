using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>A value inside a <see cref="JsonText"/>; copying it is free. Valid until that text is read into again.</summary>
public readonly struct JsonValue
{
    private readonly JsonText? _text;
    private readonly int _index;

    internal JsonValue(JsonText text, int index)
    {
        _text = text;
        _index = index;
    }

    /// <summary>What it is; <see cref="JsonKind.Missing"/> for an absent member.</summary>
    public JsonKind Kind => _text is null ? JsonKind.Missing : _text.Token(_index).Kind;

    /// <summary>Whether there is a value at all (null is one).</summary>
    public bool Exists => _text is not null;

    /// <summary>Number of elements of an array, or of members of an object, duplicates counted.</summary>
    public int Count => Kind is JsonKind.Array or JsonKind.Object ? _text!.Token(_index).Length : 0;

    /// <summary>The integer.</summary>
    public long Integer => _text!.Token(_index).Bits;

    /// <summary>The number, of either kind.</summary>
    public double Real => Kind == JsonKind.Integer ? Integer : BitConverter.Int64BitsToDouble(_text!.Token(_index).Bits);

    /// <summary>The source of an array or object, as the peer wrote it.</summary>
    internal ReadOnlySpan<byte> Source
    {
        get
        {
            ref readonly var token = ref _text!.Token(_index);
            return _text.Source.Span[token.Start..(int)token.Bits];
        }
    }

    /// <summary>The text of a string as UTF-8; the bytes are the peer's and may not be valid.</summary>
    public ReadOnlySpan<byte> Utf8
    {
        get
        {
            ref readonly var token = ref _text!.Token(_index);
            var source = _text.Source.Span.Slice(token.Start, token.Length);
            return token.Escaped ? JsonEscapes.Unescape(source) : source;
        }
    }

    /// <summary>The elements of an array, in order.</summary>
    public ElementEnumerator Elements => new(_text!, _index);

    /// <summary>The members of an object, in order of the text, duplicates included.</summary>
    public MemberEnumerator Members => new(_text!, _index);

    /// <summary>The text of a string; invalid UTF-8 shows as U+FFFD.</summary>
    public string GetString() => Encoding.UTF8.GetString(Utf8);

    /// <summary>Whether this is a string with the given text.</summary>
    public bool IsString(ReadOnlySpan<byte> utf8) => Kind == JsonKind.String && Utf8.SequenceEqual(utf8);

    /// <summary>An element of an array, found by walking there.</summary>
    public JsonValue this[int element]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)element, (uint)Count, nameof(element));
            var index = _index + 1;
            for (; element > 0; element--)
            {
                index = _text!.Token(index).Next;
            }

            return new JsonValue(_text!, index);
        }
    }

    /// <summary>The member of an object with a name; of several the last, as in ovsdb-server.</summary>
    public JsonValue Member(ReadOnlySpan<byte> name)
    {
        JsonValue found = default;
        if (Kind == JsonKind.Object)
        {
            foreach (var member in Members)
            {
                if (member.Name.Utf8.SequenceEqual(name))
                {
                    found = member.Value;
                }
            }
        }

        return found;
    }

    /// <summary>Writes the value without white space, the members of objects sorted by name and each name once.</summary>
    public void WriteTo(JsonWriter writer)
    {
        switch (Kind)
        {
            case JsonKind.Null:
                writer.Raw("null"u8);
                break;
            case JsonKind.False or JsonKind.True:
                writer.Boolean(Kind == JsonKind.True);
                break;
            case JsonKind.Integer:
                writer.Integer(Integer);
                break;
            case JsonKind.Real:
                writer.Real(Real);
                break;
            case JsonKind.String:
                writer.String(Utf8);
                break;
            case JsonKind.Array:
                writer.Raw((byte)'[');
                var first = true;
                foreach (var element in Elements)
                {
                    writer.Comma(ref first);
                    element.WriteTo(writer);
                }

                writer.Raw((byte)']');
                break;
            case JsonKind.Object:
                WriteMembers(writer);
                break;
            default:
                throw new InvalidOperationException("a missing JSON value cannot be written");
        }
    }

    /// <summary>The text that <see cref="WriteTo"/> writes.</summary>
    public override string ToString()
    {
        var writer = new JsonWriter();
        WriteTo(writer);
        return Encoding.UTF8.GetString(writer.Written);
    }

    private void WriteMembers(JsonWriter writer)
    {
        var members = new (byte[] Name, int Order, JsonValue Value)[Count];
        var n = 0;
        foreach (var member in Members)
        {
            members[n] = (member.Name.Utf8.ToArray(), n, member.Value);
            n++;
        }

        Array.Sort(members, (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name) is var c and not 0 ? c : a.Order - b.Order);
        writer.Raw((byte)'{');
        var first = true;
        for (var i = 0; i < n; i++)
        {
            if (i + 1 < n && members[i].Name.AsSpan().SequenceEqual(members[i + 1].Name))
            {
                continue;
            }

            writer.Comma(ref first);
            writer.String(members[i].Name);
            writer.Raw((byte)':');
            members[i].Value.WriteTo(writer);
        }

        writer.Raw((byte)'}');
    }

    /// <summary>A member of an object.</summary>
    /// <param name="Name">Its name, a string.</param>
    /// <param name="Value">Its value.</param>
    public readonly record struct JsonMember(JsonValue Name, JsonValue Value);

    /// <summary>Walks the elements of an array.</summary>
    public struct ElementEnumerator(JsonText text, int array)
    {
        private readonly int _end = text.Token(array).Next;
        private int _next = array + 1;

        /// <summary>The element reached.</summary>
        public JsonValue Current { get; private set; }

        /// <summary>Makes <c>foreach</c> work.</summary>
        public readonly ElementEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next element.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
            {
                return false;
            }

            Current = new JsonValue(text, _next);
            _next = text.Token(_next).Next;
            return true;
        }
    }

    /// <summary>Walks the members of an object.</summary>
    public struct MemberEnumerator(JsonText text, int @object)
    {
        private readonly int _end = text.Token(@object).Next;
        private int _next = @object + 1;

        /// <summary>The member reached.</summary>
        public JsonMember Current { get; private set; }

        /// <summary>Makes <c>foreach</c> work.</summary>
        public readonly MemberEnumerator GetEnumerator() => this;

        /// <summary>Goes to the next member.</summary>
        public bool MoveNext()
        {
            if (_next >= _end)
            {
                return false;
            }

            Current = new JsonMember(new JsonValue(text, _next), new JsonValue(text, _next + 1));
            _next = text.Token(_next + 1).Next;
            return true;
        }
    }
}
