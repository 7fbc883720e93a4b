namespace VtepLab.Ovsdb;

/// <summary>Fills the tape of a <see cref="JsonText"/>. Without recursion, so that depth costs no stack.</summary>
internal ref struct JsonParser(JsonText text, ReadOnlySpan<byte> source, int maxDepth)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private int _at;

    public void ParseText()
    {
        Span<(int Index, int Count, bool IsObject)> few = stackalloc (int, int, bool)[32];
        var stack = few;
        var depth = 0;

        // One turn of the loop reads one value, together with the name before it when the innermost container is an object.
        while (true)
        {
            if (depth > 0 && stack[depth - 1].IsObject)
            {
                ReadName();
            }

            var opened = ReadValue();
            if (opened >= 0)
            {
                var isObject = text.Token(opened).Kind == JsonKind.Object;
                SkipSpace();
                if (Peek() != (isObject ? '}' : ']'))
                {
                    if (depth >= maxDepth)
                    {
                        throw Fail("more than the permitted levels of nesting");
                    }

                    if (depth == stack.Length)
                    {
                        var more = new (int, int, bool)[depth * 2];
                        stack.CopyTo(more);
                        stack = more;
                    }

                    stack[depth++] = (opened, 0, isObject);
                    continue;
                }

                _at++;
                text.Close(opened, 0, _at);
            }

            // A value is complete: close all containers that end here.
            while (true)
            {
                if (depth == 0)
                {
                    SkipSpace();
                    if (_at != _source.Length)
                    {
                        throw Fail("something follows the JSON value");
                    }

                    return;
                }

                ref var top = ref stack[depth - 1];
                top.Count++;
                SkipSpace();
                var next = Peek();
                if (next == ',')
                {
                    _at++;
                    break;
                }

                if (next != (top.IsObject ? '}' : ']'))
                {
                    throw Fail(top.IsObject ? "expected '}' or ','" : "expected ']' or ','");
                }

                _at++;
                text.Close(top.Index, top.Count, _at);
                depth--;
            }
        }
    }

    private void ReadName()
    {
        SkipSpace();
        if (Peek() != '"')
        {
            throw Fail("expected a member name");
        }

        ReadString();
        SkipSpace();
        if (Peek() != ':')
        {
            throw Fail("expected ':'");
        }

        _at++;
    }

    /// <summary>Reads a scalar, or the opening of an array or object, whose index is then returned.</summary>
    private int ReadValue()
    {
        SkipSpace();
        switch (Peek())
        {
            case '"':
                ReadString();
                return -1;
            case '[':
                _at++;
                return text.Open(JsonKind.Array, _at - 1);
            case '{':
                _at++;
                return text.Open(JsonKind.Object, _at - 1);
            case 't':
                ReadWord("true"u8, JsonKind.True);
                return -1;
            case 'f':
                ReadWord("false"u8, JsonKind.False);
                return -1;
            case 'n':
                ReadWord("null"u8, JsonKind.Null);
                return -1;
            case '-' or (>= '0' and <= '9'):
                ReadNumber();
                return -1;
            default:
                throw Fail(_at == _source.Length ? "unexpected end" : "expected a value");
        }
    }

    private void ReadWord(ReadOnlySpan<byte> word, JsonKind kind)
    {
        if (!_source[_at..].StartsWith(word))
        {
            throw Fail("unknown keyword");
        }

        _at += word.Length;
        if (Peek() is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_')
        {
            throw Fail("unknown keyword");
        }

        text.Add(kind);
    }

    private void ReadNumber()
    {
        if (!JsonNumber.TryRead(_source[_at..], out var length, out var isInteger, out var bits, out var problem))
        {
            throw Fail(problem);
        }

        _at += length;
        text.Token(text.Add(isInteger ? JsonKind.Integer : JsonKind.Real)).Bits = bits;
    }

    private void ReadString()
    {
        var start = ++_at;
        var escaped = false;
        while (true)
        {
            var rest = _source[_at..];
            var plain = rest.IndexOfAny(JsonEscapes.Special);
            if (plain < 0)
            {
                _at = _source.Length;
                throw Fail("unexpected end in a string");
            }

            _at += plain;
            switch (_source[_at])
            {
                case (byte)'"':
                    ref var token = ref text.Token(text.Add(JsonKind.String));
                    token.Start = start;
                    token.Length = _at - start;
                    token.Escaped = escaped;
                    _at++;
                    return;
                case (byte)'\\':
                    escaped = true;
                    var used = JsonEscapes.Check(_source[_at..]);
                    if (used == 0)
                    {
                        throw Fail("bad escape in a string");
                    }

                    _at += used;
                    break;
                default:
                    throw Fail("control character in a string");
            }
        }
    }

    private readonly int Peek() => _at < _source.Length ? _source[_at] : -1;

    private void SkipSpace()
    {
        while (_at < _source.Length && _source[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private readonly JsonFormatException Fail(string what) => new(what, _at);
}
