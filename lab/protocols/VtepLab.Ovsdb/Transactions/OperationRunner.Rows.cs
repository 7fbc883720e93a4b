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
            Update(match, columns, fields);
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
            var stored = _transaction.Modify(match);
            foreach (var mutation in mutations)
            {
                stored[mutation.Column.Index - 1] = mutation.Apply(match[mutation.Column]);
            }
        }

        WriteCount(count);
    }

    /// <summary>
    /// Gives a row all values if any of them is not what it has. So it is in ovsdb-server, and it matters: 0 and -0 are equal and yet written
    /// differently, and the table that a transaction touches first is the first to be told that it has too many rows.
    /// </summary>
    private void Update(Row row, List<ColumnSchema> columns, Datum[] values)
    {
        foreach (var column in columns)
        {
            if (row[column] != values[column.Index - 1])
            {
                var stored = _transaction.Modify(row);
                columns.ForEach(given => stored[given.Index - 1] = values[given.Index - 1]);
                return;
            }
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
