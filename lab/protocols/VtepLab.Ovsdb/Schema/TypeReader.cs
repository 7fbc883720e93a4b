namespace VtepLab.Ovsdb;

/// <summary>Reads the types of columns (RFC 7047 section 3.2, type and base-type).</summary>
internal static class TypeReader
{
    public static ColumnType Read(JsonValue json)
    {
        if (json.Kind == JsonKind.String)
        {
            return new ColumnType(ReadBase(json));
        }

        var reader = new MemberReader(json, "ovsdb type");
        var key = reader.Take("key", MemberKinds.String | MemberKinds.Object);
        var value = reader.Take("value", MemberKinds.String | MemberKinds.Object | MemberKinds.Optional);
        var min = reader.Take("min", MemberKinds.Integer | MemberKinds.Optional);
        var max = reader.Take("max", MemberKinds.Integer | MemberKinds.String | MemberKinds.Optional);
        reader.ThrowIfBad();
        var keyType = ReadBase(key);
        var valueType = value.Exists ? ReadBase(value) : null;
        var least = ReadCount(min);
        var most = max.IsString("unlimited"u8) ? ColumnType.Unlimited : ReadCount(max);
        return least <= 1 && least <= most && most >= 1
            ? new ColumnType(keyType, valueType, least, most)
            : throw OvsdbError.BadSyntax(json, "ovsdb type fails constraint checks").AsException();
    }

    private static uint ReadCount(JsonValue json) =>
        !json.Exists ? 1
        : json.Kind == JsonKind.Integer && json.Integer is >= 0 and < uint.MaxValue ? (uint)json.Integer
        : throw OvsdbError.BadSyntax(json, "bad min or max value").AsException();

    private static BaseType ReadBase(JsonValue json)
    {
        if (json.Kind == JsonKind.String)
        {
            return new BaseType(ReadAtomType(json));
        }

        var reader = new MemberReader(json, "ovsdb type");
        var result = new BaseType(ReadAtomType(reader.Take("type", MemberKinds.String)));
        const MemberKinds anything = MemberKinds.Boolean | MemberKinds.Number | MemberKinds.String | MemberKinds.Array | MemberKinds.Object;
        var permitted = reader.Take("enum", anything | MemberKinds.Optional);
        if (permitted.Exists)
        {
            result = result with { Enum = DatumReader.Read(permitted, new ColumnType(result, null, 1, ColumnType.Unlimited)) };
        }

        result = result.Type switch
        {
            AtomType.Integer => ReadInteger(json, ref reader, result),
            AtomType.Real => ReadReal(json, ref reader, result),
            AtomType.String => ReadString(json, ref reader, result),
            AtomType.Uuid => ReadUuid(ref reader, result),
            _ => result,
        };
        reader.ThrowIfBad();
        return result;
    }

    private static AtomType ReadAtomType(JsonValue json) =>
        AtomTypes.FromWord(json.GetString())
        ?? throw OvsdbError.BadSyntax(json, $"\"{json.GetString()}\" is not an atomic-type").AsException();

    private static BaseType ReadInteger(JsonValue json, ref MemberReader reader, BaseType type)
    {
        var min = reader.Take("minInteger", MemberKinds.Integer | MemberKinds.Optional);
        var max = reader.Take("maxInteger", MemberKinds.Integer | MemberKinds.Optional);
        type = type with { MinInteger = min.Exists ? min.Integer : long.MinValue, MaxInteger = max.Exists ? max.Integer : long.MaxValue };
        return type.MinInteger <= type.MaxInteger
            ? type
            : throw OvsdbError.BadSyntax(json, "minInteger exceeds maxInteger").AsException();
    }

    private static BaseType ReadReal(JsonValue json, ref MemberReader reader, BaseType type)
    {
        var min = reader.Take("minReal", MemberKinds.Number | MemberKinds.Optional);
        var max = reader.Take("maxReal", MemberKinds.Number | MemberKinds.Optional);
        type = type with { MinReal = min.Exists ? min.Real : double.MinValue, MaxReal = max.Exists ? max.Real : double.MaxValue };
        return type.MinReal <= type.MaxReal
            ? type
            : throw OvsdbError.BadSyntax(json, "minReal exceeds maxReal").AsException();
    }

    private static BaseType ReadString(JsonValue json, ref MemberReader reader, BaseType type)
    {
        type = type with
        {
            MinLength = ReadLength(ref reader, "minLength", 0),
            MaxLength = ReadLength(ref reader, "maxLength", uint.MaxValue),
        };
        return type.MinLength <= type.MaxLength
            ? type
            : throw OvsdbError.BadSyntax(json, "minLength exceeds maxLength").AsException();
    }

    private static uint ReadLength(ref MemberReader reader, string name, uint otherwise)
    {
        var json = reader.Take(name, MemberKinds.Integer | MemberKinds.Optional);
        return !json.Exists ? otherwise
            : json.Integer is >= 0 and <= uint.MaxValue ? (uint)json.Integer
            : throw OvsdbError.BadSyntax(json, $"{name} out of valid range 0 to {uint.MaxValue}").AsException();
    }

    private static BaseType ReadUuid(ref MemberReader reader, BaseType type)
    {
        var table = reader.Take("refTable", MemberKinds.Id | MemberKinds.Optional);
        if (!table.Exists)
        {
            return type;
        }

        var kind = reader.Take("refType", MemberKinds.Id | MemberKinds.Optional);
        var isWeak = kind.IsString("weak"u8);
        return !kind.Exists || isWeak || kind.IsString("strong"u8)
            ? type with { RefTable = table.GetString(), IsWeak = isWeak }
            : throw OvsdbError.BadSyntax(kind, $"refType must be \"strong\" or \"weak\" (not \"{kind.GetString()}\")").AsException();
    }
}
