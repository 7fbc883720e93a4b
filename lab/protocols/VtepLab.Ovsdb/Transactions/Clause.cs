namespace VtepLab.Ovsdb;

/// <summary>The functions of conditions (RFC 7047 section 5.1), and the bare true and false of Open vSwitch.</summary>
internal enum ConditionFunction
{
    False,
    Equal,
    Includes,
    NotEqual,
    Excludes,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    True,
}

/// <summary>One test of a column of a row: <c>[column, function, value]</c>, <c>true</c> or <c>false</c>.</summary>
internal readonly record struct Clause(ColumnSchema Column, ConditionFunction Function, Datum Argument)
{
    /// <summary>Reads a clause; the value is checked against the column's constraints.</summary>
    /// <exception cref="OvsdbErrorException">It is malformed, or does not suit the column.</exception>
    public static Clause Read(JsonValue json, TableSchema table, NamedUuids? names)
    {
        if (json.Kind is JsonKind.True or JsonKind.False)
        {
            return new Clause(table.Columns[0], json.Kind == JsonKind.True ? ConditionFunction.True : ConditionFunction.False, Datum.Empty);
        }

        if (json.Kind != JsonKind.Array || json.Count != 3 || json[0].Kind != JsonKind.String || json[1].Kind != JsonKind.String)
        {
            throw OvsdbError.BadSyntax(json, "Parse error in condition.").AsException();
        }

        var column = table.Find(json[0].Utf8) ?? throw UnknownColumn(json, json[0], table);
        var function = ReadFunction(json[1].Utf8) ?? throw new OvsdbError(
            ErrorNames.UnknownFunction, $"No function named {json[1].GetString()}.").AsException();
        var type = column.Type;
        switch (function)
        {
            case ConditionFunction.Less or ConditionFunction.LessOrEqual or ConditionFunction.Greater or ConditionFunction.GreaterOrEqual:
                if (!(type.IsScalar || type.IsOptionalScalar) || type.Key.Type is not (AtomType.Integer or AtomType.Real))
                {
                    throw OvsdbError.BadSyntax(
                        json,
                        $"Type mismatch: \"{json[1].GetString()}\" operator may not be applied to column {column.Name} of type "
                        + $"{type.ToEnglish()}.").AsException();
                }

                type = type with { Min = 1, Max = 1 };
                break;
            case ConditionFunction.Includes when !type.IsScalar:
                type = type with { Min = 0 };
                break;
            case ConditionFunction.Excludes when !type.IsScalar:
                type = type with { Min = 0, Max = ColumnType.Unlimited };
                break;
        }

        return new Clause(column, function, DatumReader.Read(json[2], type, names));
    }

    /// <summary>"No column c in table t."</summary>
    public static OvsdbErrorException UnknownColumn(JsonValue about, JsonValue column, TableSchema table) => new OvsdbError(
        ErrorNames.UnknownColumn, $"No column {column.GetString()} in table {table.Name}.", about.ToString()).AsException();

    /// <summary>Whether a row passes that has this value in <see cref="Column"/>.</summary>
    public bool Holds(Datum value)
    {
        switch (Function)
        {
            case ConditionFunction.True or ConditionFunction.False:
                return Function == ConditionFunction.True;
            case ConditionFunction.Equal:
                return value == Argument;
            case ConditionFunction.NotEqual:
                return value != Argument;
            case ConditionFunction.Includes:
                return DatumAlgebra.Includes(value, Argument);
            case ConditionFunction.Excludes:
                return DatumAlgebra.Excludes(value, Argument);
        }

        if (value.IsEmpty)
        {
            return false;
        }

        var order = value.Single.CompareTo(Argument.Single);
        return Function switch
        {
            ConditionFunction.Less => order < 0,
            ConditionFunction.LessOrEqual => order <= 0,
            ConditionFunction.Greater => order > 0,
            _ => order >= 0,
        };
    }

    private static ConditionFunction? ReadFunction(ReadOnlySpan<byte> name) => name switch
    {
        _ when name.SequenceEqual("=="u8) => ConditionFunction.Equal,
        _ when name.SequenceEqual("!="u8) => ConditionFunction.NotEqual,
        _ when name.SequenceEqual("includes"u8) => ConditionFunction.Includes,
        _ when name.SequenceEqual("excludes"u8) => ConditionFunction.Excludes,
        _ when name.SequenceEqual("<"u8) => ConditionFunction.Less,
        _ when name.SequenceEqual("<="u8) => ConditionFunction.LessOrEqual,
        _ when name.SequenceEqual(">"u8) => ConditionFunction.Greater,
        _ when name.SequenceEqual(">="u8) => ConditionFunction.GreaterOrEqual,
        _ => null,
    };
}
