namespace VtepLab.Ovsdb;

/// <summary>Values from their JSON notation (RFC 7047 section 5.1), complaints in ovsdb-server's words.</summary>
internal static class DatumReader
{
    /// <summary>Reads the value of a column.</summary>
    /// <param name="json">The notation; a set of exactly one member may be given as the bare member.</param>
    /// <param name="type">What the column holds; number and constraints are checked.</param>
    /// <param name="names">The transaction's row names, or null where they are not allowed.</param>
    /// <param name="pool">Shares equal strings, or null.</param>
    /// <exception cref="OvsdbErrorException">The notation is wrong or the value is not permitted.</exception>
    public static Datum Read(JsonValue json, ColumnType type, NamedUuids? names = null, StringPool? pool = null)
    {
        if (!type.IsMap && !IsSet(json))
        {
            return ReadAtom(json, type.Key, names, pool);
        }

        var word = type.IsMap ? "map"u8 : "set"u8;
        if (!TryUnwrap(json, word, JsonKind.Array, out var inner))
        {
            throw OvsdbError.BadSyntax(json, $"expected [\"{(type.IsMap ? "map" : "set")}\", <array>]").AsException();
        }

        var count = inner.Count;
        if (!type.Admits(count))
        {
            var members = $"{(type.IsMap ? "map" : "set")} must have ";
            members += type.Min == 1 && type.Max == 1 ? "exactly one member" : $"{type.Min} to {type.Max} members";
            throw OvsdbError.BadSyntax(json, $"{members} but {count} are present").AsException();
        }

        return type.IsMap ? ReadMap(inner, type, names, pool) : ReadSet(inner, type, names, pool);
    }

    /// <summary>Reads one atom and checks it against its constraints.</summary>
    public static Atom ReadAtom(JsonValue json, BaseType type, NamedUuids? names = null, StringPool? pool = null)
    {
        Atom atom;
        switch (type.Type, json.Kind)
        {
            case (AtomType.Integer, JsonKind.Integer):
                atom = json.Integer;
                break;
            case (AtomType.Real, JsonKind.Integer or JsonKind.Real):
                atom = json.Real;
                break;
            case (AtomType.Boolean, JsonKind.True or JsonKind.False):
                atom = json.Kind == JsonKind.True;
                break;
            case (AtomType.String, JsonKind.String):
                atom = Atom.FromUtf8(pool is null ? json.Utf8.ToArray() : pool.Get(json.Utf8));
                break;
            case (AtomType.Uuid, _):
                atom = ReadUuid(json, names);
                break;
            default:
                throw OvsdbError.BadSyntax(json, $"expected {type.Type.ToWord()}").AsException();
        }

        if (type.Check(atom) is { } error)
        {
            throw error.AsException();
        }

        return atom;
    }

    /// <summary>Complains of a member of a set or a key of a map that comes twice.</summary>
    public static void RefuseDuplicates(Atom[] sorted, int count, bool isMap)
    {
        for (var i = 1; i < count; i++)
        {
            if (sorted[i - 1] == sorted[i])
            {
                throw new OvsdbError(ErrorNames.Unnamed, isMap ? "map contains duplicate key" : "set contains duplicate").AsException();
            }
        }
    }

    private static bool IsSet(JsonValue json) => json.Kind == JsonKind.Array && json.Count > 0 && json[0].IsString("set"u8);

    private static bool TryUnwrap(JsonValue json, ReadOnlySpan<byte> word, JsonKind kind, out JsonValue inner)
    {
        inner = default;
        if (json.Kind != JsonKind.Array || json.Count != 2 || !json[0].IsString(word))
        {
            return false;
        }

        inner = json[1];
        return inner.Kind == kind;
    }

    private static Atom ReadUuid(JsonValue json, NamedUuids? names)
    {
        if (TryUnwrap(json, "uuid"u8, JsonKind.String, out var text))
        {
            return Uuid.TryParse(text.Utf8, out var uuid)
                ? uuid
                : throw OvsdbError.BadSyntax(json, $"\"{text.GetString()}\" is not a valid UUID").AsException();
        }

        if (names is not null && TryUnwrap(json, "named-uuid"u8, JsonKind.String, out var name))
        {
            return MemberReader.IsId(name.Utf8)
                ? names.Use(name.Utf8)
                : throw OvsdbError.BadSyntax(json, "named-uuid string is not a valid <id>").AsException();
        }

        throw OvsdbError.BadSyntax(json, "expected [\"uuid\", <string>]").AsException();
    }

    private static Datum ReadSet(JsonValue inner, ColumnType type, NamedUuids? names, StringPool? pool)
    {
        var keys = new Atom[inner.Count];
        var n = 0;
        foreach (var element in inner.Elements)
        {
            keys[n++] = ReadAtom(element, type.Key, names, pool);
        }

        Array.Sort(keys);
        RefuseDuplicates(keys, n, false);
        return Datum.FromSorted(keys);
    }

    private static Datum ReadMap(JsonValue inner, ColumnType type, NamedUuids? names, StringPool? pool)
    {
        var n = inner.Count;
        var atoms = new Atom[n * 2];
        var i = 0;
        foreach (var element in inner.Elements)
        {
            if (element.Kind != JsonKind.Array || element.Count != 2)
            {
                throw OvsdbError.BadSyntax(element, "expected 2-element array").AsException();
            }

            atoms[i] = ReadAtom(element[0], type.Key, names, pool);
            atoms[n + i++] = ReadAtom(element[1], type.Value!, names, pool);
        }

        MemoryExtensions.Sort(atoms.AsSpan(0, n), atoms.AsSpan(n));
        RefuseDuplicates(atoms, n, true);
        return Datum.FromSortedPairs(atoms);
    }
}
