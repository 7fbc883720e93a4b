namespace VtepLab.Ovsdb;

/// <content>The operations that change rows.</content>
internal sealed partial class OperationRunner
{
    private void Insert(ref MemberReader reader)
    {
        var table = ReadTable(ref reader);
        var chosen = reader.Take("uuid", MemberKinds.String | MemberKinds.Optional);
        var name = reader.Take("uuid-name", MemberKinds.Id | MemberKinds.Optional);
        var row = reader.Take("row", MemberKinds.Object);
        Uuid? uuid = chosen.Exists ? ReadChosen(chosen, table) : null;
        if (name.Exists)
        {
            if (_names.IsDefined(name.Utf8))
            {
                throw new OvsdbError(
                    ErrorNames.DuplicateUuidName, "This \"uuid-name\" appeared on an earlier \"insert\" operation.", name.ToString())
                    .AsException();
            }

            uuid = _names.Define(name.Utf8, uuid);
        }

        var fields = table.Defaults.AsSpan().ToArray();
        ReadRow(row, table, fields);
        Transaction.CheckDefaults(table, fields);
        var inserted = _transaction.Insert(table, uuid ?? database.NewUuid(), fields);
        output.Raw("{\"uuid\":"u8);
        output.Uuid(inserted.Uuid);
        output.Raw((byte)'}');
    }

    private static Uuid ReadChosen(JsonValue json, Table table)
    {
        if (!Uuid.TryParse(json.Utf8, out var uuid))
        {
            throw OvsdbError.BadSyntax(json, "bad uuid").AsException();
        }

        return Transaction.MayInsert(table, uuid) ? uuid : throw new OvsdbError(
            ErrorNames.DuplicateUuid,
            "This UUID would duplicate a UUID already present within the table or deleted within the same transaction.",
            json.ToString()).AsException();
    }

    private void Update(ref MemberReader reader)
    {
        var table = ReadTable(ref reader);
        var where = reader.Take("where", MemberKinds.Array);
        var row = reader.Take("row", MemberKinds.Object);
        var fields = new Datum[table.Schema.Columns.Count - 1];
        var columns = new List<ColumnSchema>();
        ReadRow(row, table, fields, columns);
        if (columns.Find(column => !column.IsMutable) is { } immutable)
        {
            throw new OvsdbError(
                ErrorNames.ConstraintViolation, $"Cannot update immutable column {immutable.Name} in table {table.Schema.Name}.",
                reader.Json.ToString()).AsException();
        }

        var count = 0;
        foreach (var match in Condition.Read(where, table.Schema, _names).Select(table))
        {
            count++;
            foreach (var column in columns)
            {
                Store(match, column, fields[column.Index - 1]);
            }
        }

        WriteCount(count);
    }

    private void Mutate(ref MemberReader reader)
    {
        var table = ReadTable(ref reader);
        var where = reader.Take("where", MemberKinds.Array);
        var list = reader.Take("mutations", MemberKinds.Array);
        var mutations = new List<Mutation>();
        foreach (var element in list.Elements)
        {
            mutations.Add(Mutation.Read(element, table.Schema, _names, database.Strings));
        }

        var count = 0;
        foreach (var match in Condition.Read(where, table.Schema, _names).Select(table))
        {
            count++;
            foreach (var mutation in mutations)
            {
                Store(match, mutation.Column, mutation.Apply(match[mutation.Column]));
            }
        }

        WriteCount(count);
    }

    /// <summary>
    /// Gives a column a value unless it has it. 0 and -0 are equal and yet written differently, so reals are stored in any case: as in
    /// ovsdb-server, the last one given shows when something else of the row changes, and is forgotten with the row's change otherwise.
    /// </summary>
    private void Store(Row row, ColumnSchema column, Datum value)
    {
        if (column.Type.Key.Type == AtomType.Real || column.Type.Value?.Type == AtomType.Real || row[column] != value)
        {
            _transaction.Modify(row)[column.Index - 1] = value;
        }
    }

    private void Delete(ref MemberReader reader)
    {
        var where = reader.Take("where", MemberKinds.Array);
        var table = ReadTable(ref reader);
        var count = 0;
        foreach (var match in Condition.Read(where, table.Schema, _names).Select(table))
        {
            count++;
            _transaction.Delete(match);
        }

        WriteCount(count);
    }

    private void WriteCount(int count)
    {
        output.Raw("{\"count\":"u8);
        output.Integer(count);
        output.Raw((byte)'}');
    }
}
