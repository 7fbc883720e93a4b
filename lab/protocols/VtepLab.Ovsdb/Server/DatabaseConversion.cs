namespace VtepLab.Ovsdb;

/// <summary>Moves a database to another schema: rows keep their UUIDs, columns of both schemas their values.</summary>
/// <remarks>As in ovsdb-server, a new column has its default value even where its constraints forbid that.</remarks>
internal static class DatabaseConversion
{
    /// <summary>Makes the database of the new schema; the old one is not touched.</summary>
    /// <exception cref="OvsdbErrorException">A value does not suit the new schema, or the whole does not.</exception>
    public static Database Run(Database old, DatabaseSchema schema, Func<Guid> newUuid)
    {
        var result = new Database(schema, newUuid) { OmittedChecks = old.OmittedChecks };
        using var transaction = result.Begin();
        foreach (var table in old.Tables)
        {
            if (schema.Find(table.Schema.Name) is { } target)
            {
                Move(table, result.TableOf(target), transaction);
            }
        }

        return transaction.Commit() is { } error ? throw error.AsException() : result;
    }

    private static void Move(Table from, Table to, Transaction transaction)
    {
        var shared = to.Schema.Columns.Where(column => !column.IsBuiltIn && from.Schema.Find(column.Name) is not null).ToArray();
        foreach (var row in from.All)
        {
            var fields = to.Defaults.AsSpan().ToArray();
            foreach (var column in shared)
            {
                fields[column.Index - 1] = Convert(row[column.Name], from.Schema.Column(column.Name).Type, column.Type);
            }

            transaction.Insert(to, row.Uuid, fields);
        }
    }

    /// <summary>A value in the notation of the old column, read as one of the new.</summary>
    private static Datum Convert(Datum value, ColumnType from, ColumnType to)
    {
        if (from == to)
        {
            return value; // Reals have more digits in memory than in JSON.
        }

        var json = new JsonWriter();
        var first = value.Count == 0 ? AtomType.Integer : value.Key(0).Type;
        var valueType = value.HasValues ? new BaseType(value.Value(0).Type) : to.Value is null || value.Count > 0 ? null : to.Value;
        json.Write(value, new ColumnType(new BaseType(first), valueType, 0, ColumnType.Unlimited));
        return DatumReader.Read(JsonText.Parse(json.Written.ToArray()).Root, to);
    }
}
