namespace VtepLab.Ovsdb;

/// <summary>One change of a column's present value: <c>[column, mutator, value]</c> (RFC 7047 section 5.1).</summary>
internal sealed record Mutation(ColumnSchema Column, string Mutator, Datum Argument)
{
    private static readonly string[] Arithmetic = ["+=", "-=", "*=", "/=", "%="];

    /// <summary>Reads a mutation.</summary>
    /// <exception cref="OvsdbErrorException">It is malformed, or does not suit the column.</exception>
    public static Mutation Read(JsonValue json, TableSchema table, NamedUuids? names, StringPool? pool)
    {
        if (json.Kind != JsonKind.Array || json.Count != 3 || json[0].Kind != JsonKind.String || json[1].Kind != JsonKind.String)
        {
            throw OvsdbError.BadSyntax(json, "Parse error in mutation.").AsException();
        }

        var column = table.Find(json[0].Utf8) ?? throw Clause.UnknownColumn(json, json[0], table);
        if (!column.IsMutable)
        {
            throw new OvsdbError(
                ErrorNames.ConstraintViolation, $"Cannot mutate immutable column {column.Name} in table {table.Name}.", json.ToString())
                .AsException();
        }

        var mutator = json[1].GetString();
        var type = column.Type;
        if (Array.IndexOf(Arithmetic, mutator) >= 0)
        {
            if (type.IsMap || !(type.Key.Type == AtomType.Integer || (type.Key.Type == AtomType.Real && mutator != "%=")))
            {
                throw Mismatch(json, mutator, column);
            }

            return new Mutation(column, mutator, DatumReader.Read(json[2], new ColumnType(type.Key.WithoutConstraints), names));
        }

        if (mutator is not ("insert" or "delete"))
        {
            throw new OvsdbError(ErrorNames.UnknownMutator, $"No mutator named {mutator}.").AsException();
        }

        if (type.IsScalar)
        {
            throw Mismatch(json, mutator, column);
        }

        type = type with { Min = 0 };
        return new Mutation(column, mutator, mutator == "insert"
            ? DatumReader.Read(json[2], type, names, pool)
            : ReadTaken(json[2], type with { Max = ColumnType.Unlimited }, names));
    }

    /// <summary>The value after the mutation.</summary>
    /// <exception cref="OvsdbErrorException">The result does not exist or is not permitted.</exception>
    public Datum Apply(Datum value)
    {
        var type = Column.Type;
        if (Mutator is not ("insert" or "delete"))
        {
            return ApplyArithmetic(value);
        }

        var result = Mutator == "insert" ? DatumAlgebra.Union(value, Argument) : DatumAlgebra.Subtract(value, Argument);
        return type.Admits(result.Count)
            ? result
            : throw OvsdbError.Constraint($"Attempted to store {result.Count} elements in {type.ToEnglish()}.").AsException();
    }

    private static Datum ReadTaken(JsonValue json, ColumnType type, NamedUuids? names)
    {
        if (!type.IsMap)
        {
            return DatumReader.Read(json, type, names);
        }

        try
        {
            return DatumReader.Read(json, type, names);
        }
        catch (OvsdbErrorException)
        {
            return DatumReader.Read(json, type with { Value = null }, names); // Not pairs, so it should be keys.
        }
    }

    private static OvsdbErrorException Mismatch(JsonValue json, string mutator, ColumnSchema column) => OvsdbError.BadSyntax(
        json, $"Type mismatch: \"{mutator}\" operator may not be applied to column {column.Name} of type {column.Type.ToEnglish()}.")
        .AsException();

    private Datum ApplyArithmetic(Datum value)
    {
        var results = new Atom[value.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = Column.Type.Key.Type == AtomType.Integer
                ? Compute(value.Key(i).Integer, Argument.Integer)
                : Compute(value.Key(i).Real, Argument.Real);
        }

        foreach (var result in results)
        {
            if (Column.Type.Key.Check(result) is { } error)
            {
                throw error.AsException();
            }
        }

        Array.Sort(results);
        for (var i = 1; i < results.Length; i++)
        {
            if (results[i] == results[i - 1])
            {
                throw OvsdbError.Constraint($"Result of \"{Mutator}\" operation contains duplicates.").AsException();
            }
        }

        return Datum.FromSorted(results);
    }

    private Atom Compute(long x, long y)
    {
        if (Mutator is "/=" or "%=" && y == 0)
        {
            throw new OvsdbError(ErrorNames.DomainError, "Division by zero.").AsException();
        }

        try
        {
            return Mutator switch
            {
                "+=" => checked(x + y),
                "-=" => checked(x - y),
                "*=" => checked(x * y),
                "/=" => checked(x / y), // Toward zero, as in C.
                _ => x == long.MinValue && y == -1 ? throw new OverflowException() : x % y,
            };
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    private Atom Compute(double x, double y)
    {
        if (Mutator == "/=" && y == 0)
        {
            throw new OvsdbError(ErrorNames.DomainError, "Division by zero.").AsException();
        }

        var result = Mutator switch
        {
            "+=" => x + y,
            "-=" => x - y,
            "*=" => x * y,
            _ => x / y,
        };
        return double.IsFinite(result) ? result : throw OutOfRange();
    }

    private OvsdbErrorException OutOfRange() =>
        new OvsdbError(ErrorNames.RangeError, $"Result of \"{Mutator}\" operation is out of range.").AsException();
}
