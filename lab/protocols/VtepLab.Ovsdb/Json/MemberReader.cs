using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>The kinds of value that a member may have.</summary>
[Flags]
internal enum MemberKinds
{
    Boolean = 1,
    Integer = 2,
    Real = 4,
    String = 8,

    /// <summary>A string that is a letter or underscore followed by letters, digits and underscores.</summary>
    Id = 16,
    Array = 32,
    Object = 64,

    /// <summary>The member may be absent.</summary>
    Optional = 128,

    Number = Integer | Real,
}

/// <summary>Takes an object apart by the names of its members, and complains in ovsdb-server's words.</summary>
/// <remarks>The first complaint is kept: it overrides whatever else goes wrong with the object.</remarks>
internal struct MemberReader
{
    private readonly JsonValue _json;
    private readonly string _what;
    private readonly int _number;
    private readonly int _of;
    private string[]? _used;
    private int _usedCount;
    private int _foundCount;

    /// <summary>Begins to read an object.</summary>
    /// <param name="json">The value that should be an object.</param>
    /// <param name="what">What it is, for "Parsing ... failed".</param>
    /// <param name="number">Which of several it is, counted from 1, for the same; 0 when there is only one.</param>
    /// <param name="of">How many there are.</param>
    public MemberReader(JsonValue json, string what, int number = 0, int of = 0)
    {
        _json = json;
        _what = what;
        _number = number;
        _of = of;
        if (json.Kind != JsonKind.Object)
        {
            Error = new OvsdbError(ErrorNames.SyntaxError, $"Parsing {What} failed: Object expected.");
        }
    }

    private readonly string What => _number == 0 ? _what : $"{_what} {_number} of {_of}";

    /// <summary>The value that is read.</summary>
    public readonly JsonValue Json => _json;

    /// <summary>The first complaint, if there is one.</summary>
    public OvsdbError? Error { get; private set; }

    /// <summary>The member with a name; missing when it is absent and optional.</summary>
    /// <exception cref="OvsdbErrorException">It is absent, of another kind, or the value is no object at all.</exception>
    public JsonValue Take(string name, MemberKinds kinds)
    {
        if (Error is not null)
        {
            throw Error.AsException();
        }

        (_used ??= new string[8])[_usedCount++] = name;
        Span<byte> utf8 = stackalloc byte[32];
        var found = _json.Member(utf8[..Encoding.UTF8.GetBytes(name, utf8)]);
        if (!found.Exists)
        {
            return (kinds & MemberKinds.Optional) != 0 ? found : throw Complain($"Required '{name}' member is missing.");
        }

        _foundCount++;
        return (KindsOf(found) & kinds) != 0 ? found : throw Complain($"Type mismatch for member '{name}'.");
    }

    /// <summary>Keeps a complaint about the object, unless there is an earlier one.</summary>
    public OvsdbErrorException Complain(string message)
    {
        Error ??= OvsdbError.BadSyntax(_json, $"Parsing {What} failed: {message}");
        return Error.AsException();
    }

    /// <summary>Complains about members that nobody took; the result is the first complaint.</summary>
    public OvsdbError? Finish()
    {
        if (Error is not null || _foundCount == _json.Count)
        {
            return Error;
        }

        var names = new List<string>();
        foreach (var member in _json.Members)
        {
            var name = member.Name.GetString();
            if (Array.IndexOf(_used ?? [], name) < 0 && !names.Contains(name))
            {
                names.Add(name);
            }
        }

        if (names.Count > 0)
        {
            var others = names.Count - 1;
            Complain(others == 0 ? $"Member '{names[0]}' is present but not allowed here."
                : $"Member '{names[0]}' and {others} other member{(others > 1 ? "s" : "")} are present but not allowed here.");
        }

        return Error;
    }

    /// <summary>Throws the first complaint, members that nobody took included.</summary>
    public void ThrowIfBad()
    {
        if (Finish() is { } error)
        {
            throw error.AsException();
        }
    }

    /// <summary>Whether a text is an &lt;id&gt; of RFC 7047: a letter or underscore, then letters, digits and underscores.</summary>
    public static bool IsId(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || char.IsAsciiDigit((char)text[0]))
        {
            return false;
        }

        foreach (var b in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && b != '_')
            {
                return false;
            }
        }

        return true;
    }

    private static MemberKinds KindsOf(JsonValue value) => value.Kind switch
    {
        JsonKind.False or JsonKind.True => MemberKinds.Boolean,
        JsonKind.Integer => MemberKinds.Integer,
        JsonKind.Real => MemberKinds.Real,
        JsonKind.String => IsId(value.Utf8) ? MemberKinds.String | MemberKinds.Id : MemberKinds.String,
        JsonKind.Array => MemberKinds.Array,
        JsonKind.Object => MemberKinds.Object,
        _ => 0,
    };
}
