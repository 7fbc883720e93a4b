namespace VtepLab.Ovsdb;

/// <summary>Checks and writes the values that a transaction gives to columns.</summary>
internal static class ColumnValues
{
    /// <summary>What a condition's value may be: as the column, or of any size for <c>includes</c> and <c>excludes</c>.</summary>
    public static ColumnType ForCondition(ColumnSchema column, WhereCondition condition)
    {
        switch (condition.Comparison)
        {
            case Comparison.Equal or Comparison.NotEqual:
                return column.Type;
            case Comparison.Includes or Comparison.Excludes:
                return new ColumnType(column.Type.Key, column.Type.Value, 0, ColumnType.Unlimited);
            default:
                return column.Type.Key.Type is AtomType.Integer or AtomType.Real && column.Type is { IsMap: false, Max: 1 }
                    ? new ColumnType(column.Type.Key)
                    : throw new ArgumentException($"column {column.Name} is no single number: {condition.Word} cannot compare it", nameof(condition));
        }
    }

    /// <summary>What a mutation's value may be: a number, any part of a set or map, or some keys of a map.</summary>
    public static ColumnType ForMutation(ColumnSchema column, ColumnMutation mutation)
    {
        var isArithmetic = mutation.Word is not ("insert" or "delete");
        var isNumber = column.Type.Key.Type is AtomType.Integer or AtomType.Real && !column.Type.IsMap;
        if (isArithmetic)
        {
            return isNumber && (mutation.Word != "%=" || column.Type.Key.Type == AtomType.Integer)
                ? new ColumnType(column.Type.Key.WithoutConstraints)
                : throw new ArgumentException($"column {column.Name} holds {column.Type.ToEnglish()}: {mutation.Word} cannot change it", nameof(mutation));
        }

        if (column.Type.IsScalar)
        {
            throw new ArgumentException($"column {column.Name} holds {column.Type.ToEnglish()}: {mutation.Word} cannot change it", nameof(mutation));
        }

        var keysOnly = mutation.Word == "delete" && !mutation.Value.HasValues;
        return new ColumnType(column.Type.Key, keysOnly ? null : column.Type.Value, 0, ColumnType.Unlimited);
    }

    /// <summary>Throws what is wrong with a value.</summary>
    public static void Check(TableSchema table, ColumnSchema column, Datum value, ColumnType type)
    {
        if (!type.Admits(value.Count) || !IsOfType(value, type))
        {
            throw new ArgumentException($"column {column.Name} of table {table.Name} wants {type.ToEnglish()}, not {value}", nameof(value));
        }

        if (type.Check(value) is { } error)
        {
            throw new ArgumentException($"column {column.Name} of table {table.Name}: {error.Details}", nameof(value));
        }
    }

    /// <summary>Writes a value; stand-ins for new rows as <c>named-uuid</c>.</summary>
    public static void Write(JsonWriter writer, Datum value, ColumnType type, Func<Uuid, string> nameOf)
    {
        if (type.Key.Type != AtomType.Uuid && type.Value?.Type != AtomType.Uuid)
        {
            writer.Write(value, type);
            return;
        }

        if (value.Count == 1 && !type.IsMap)
        {
            WriteAtom(writer, value.Key(0), nameOf);
            return;
        }

        writer.Raw(type.IsMap ? "[\"map\",["u8 : "[\"set\",["u8);
        var first = true;
        for (var i = 0; i < value.Count; i++)
        {
            writer.Comma(ref first);
            if (!type.IsMap)
            {
                WriteAtom(writer, value.Key(i), nameOf);
                continue;
            }

            writer.Raw((byte)'[');
            WriteAtom(writer, value.Key(i), nameOf);
            writer.Raw((byte)',');
            WriteAtom(writer, value.Value(i), nameOf);
            writer.Raw((byte)']');
        }

        writer.Raw("]]"u8);
    }

    private static void WriteAtom(JsonWriter writer, Atom atom, Func<Uuid, string> nameOf)
    {
        if (!NewRow.Is(atom))
        {
            writer.Write(atom);
            return;
        }

        writer.Raw("[\"named-uuid\","u8);
        writer.String(nameOf(atom.Uuid));
        writer.Raw((byte)']');
    }

    private static bool IsOfType(Datum value, ColumnType type)
    {
        if (value.Count > 0 && value.HasValues != type.IsMap)
        {
            return false;
        }

        for (var i = 0; i < value.Count; i++)
        {
            if (value.Key(i).Type != type.Key.Type || (type.IsMap && value.Value(i).Type != type.Value!.Type))
            {
                return false;
            }
        }

        return true;
    }
}
