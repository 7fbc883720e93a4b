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

    /// <summary>
    /// A value in the notation of the old column, read as one of the new; as in ovsdb-server the notation is never text, so that a real has all its
    /// digits and is no integer.
    /// </summary>
    private static Datum Convert(Datum value, ColumnType from, ColumnType to)
    {
        if (from == to)
        {
            return value;
        }

        var count = value.Count;
        if (from.IsMap != to.IsMap || !to.Admits(count))
        {
            return DatumReader.Read(Notation(json => json.Write(value, from)), to); // Complains.
        }

        var atoms = new Atom[to.IsMap ? count * 2 : count];
        for (var i = 0; i < count; i++)
        {
            atoms[i] = Convert(value.Key(i), to.Key);
            if (to.Value is { } type)
            {
                atoms[count + i] = Convert(value.Value(i), type);
            }
        }

        DatumReader.RefuseDuplicates(atoms, count, to.IsMap); // Large integers may be the same real.
        return to.IsMap ? Datum.FromSortedPairs(atoms) : Datum.FromSorted(atoms);
    }

    private static Atom Convert(Atom atom, BaseType to)
    {
        if (atom.Type == AtomType.Integer && to.Type == AtomType.Real)
        {
            atom = (double)atom.Integer;
        }

        if (atom.Type == to.Type)
        {
            return to.Check(atom) is { } error ? throw error.AsException() : atom;
        }

        var notation = Notation(json => json.Write(atom));
        return to.Type == AtomType.Integer ? throw OvsdbError.BadSyntax(notation, "expected integer").AsException()
            : DatumReader.ReadAtom(notation, to); // Complains.
    }

    private static JsonValue Notation(Action<JsonWriter> write)
    {
        var json = new JsonWriter();
        write(json);
        return JsonText.Parse(json.Written.ToArray()).Root;
    }
}
