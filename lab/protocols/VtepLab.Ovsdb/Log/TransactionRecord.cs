namespace VtepLab.Ovsdb;

/// <summary>Transactions as database files hold them: <c>{table:{uuid:{columns} or null}, "_date":.., "_comment":.., "_is_diff":..}</c>.</summary>
/// <remarks>
/// As ovsdb-server writes it since 2.15: with <c>_is_diff</c> a changed column that can have several members holds those that came or went.
/// </remarks>
internal static class TransactionRecord
{
    /// <summary>Writes the record of some changes, as JSON.</summary>
    /// <param name="writer">Where it is written.</param>
    /// <param name="changes">The changes, table by table; walked once.</param>
    /// <param name="comment">What the transaction is said to do, or null.</param>
    /// <param name="date">Milliseconds since 1970 (UTC).</param>
    /// <returns>False when there is nothing to record: no change is to a persistent column, and there is no comment.</returns>
    public static bool Write(JsonWriter writer, IEnumerable<(Table Table, IEnumerable<RowChange> Changes)> changes, string? comment, long date)
    {
        writer.Raw((byte)'{');
        var firstTable = true;
        foreach (var (table, rows) in changes)
        {
            var before = writer.Length;
            writer.Raw(firstTable ? ""u8 : ","u8);
            writer.String(table.Schema.Name);
            writer.Raw(":{"u8);
            var firstRow = true;
            foreach (var change in rows)
            {
                WriteRow(writer, change, ref firstRow);
            }

            writer.Raw((byte)'}');
            if (firstRow)
            {
                writer.Truncate(before);
            }
            else
            {
                firstTable = false;
            }
        }

        if (firstTable && comment is null)
        {
            return false;
        }

        writer.Raw(firstTable ? "\"_date\":"u8 : ",\"_date\":"u8);
        writer.Integer(date);
        if (comment is not null)
        {
            writer.Raw(",\"_comment\":"u8);
            writer.String(comment);
        }

        writer.Raw(",\"_is_diff\":true}"u8);
        return true;
    }

    /// <summary>Does to a database what a record says.</summary>
    /// <exception cref="OvsdbErrorException">The record does not fit the database.</exception>
    public static void Apply(JsonValue record, Database database)
    {
        var isDifference = record.Member("_is_diff"u8).Kind == JsonKind.True;
        using var transaction = database.Begin();
        foreach (var (name, rows) in record.Members)
        {
            if (name.Utf8.StartsWith("_"u8))
            {
                continue;
            }

            var table = database.Find(name.Utf8) ?? throw Bad($"No table named {name.GetString()}.");
            foreach (var (id, columns) in rows.Members)
            {
                ApplyRow(transaction, table, id, columns, isDifference);
            }
        }

        if (transaction.Commit() is { } error)
        {
            throw error.AsException();
        }
    }

    private static void WriteRow(JsonWriter writer, RowChange change, ref bool firstRow)
    {
        var start = writer.Length;
        var wasFirst = firstRow;
        writer.Comma(ref firstRow);
        writer.Raw((byte)'"');
        writer.BareUuid(change.Row.Uuid);
        writer.Raw("\":"u8);
        if (change.New is null)
        {
            writer.Raw("null"u8);
            return;
        }

        writer.Raw((byte)'{');
        var first = true;
        foreach (var column in change.Row.Table.Schema.Columns)
        {
            var value = change.Row.Get(change.New, column);
            var before = change.Old is { } old ? change.Row.Get(old, column) : column.Type.Default;
            if (!column.IsBuiltIn && !column.IsEphemeral && before != value)
            {
                writer.Comma(ref first);
                writer.Raw(column.MemberPrefix);
                writer.Write(change.IsModify && column.Type.Max > 1 ? DatumAlgebra.Difference(before, value) : value, column.Type);
            }
        }

        writer.Raw((byte)'}');
        if (first && change.Old is not null)
        {
            writer.Truncate(start); // Nothing but ephemeral columns has changed.
            firstRow = wasFirst;
        }
    }

    private static void ApplyRow(Transaction transaction, Table table, JsonValue id, JsonValue columns, bool isDifference)
    {
        if (!Uuid.TryParse(id.Utf8, out var uuid))
        {
            throw Bad($"\"{id.GetString()}\" is not a valid UUID");
        }

        var row = table.Find(uuid);
        if (columns.Kind == JsonKind.Null)
        {
            transaction.Delete(row ?? throw Bad($"transaction deletes row {uuid} that does not exist"));
            return;
        }

        if (columns.Kind != JsonKind.Object)
        {
            throw Bad("row must be JSON object");
        }

        var isNew = row is null;
        var fields = isNew ? table.Defaults.AsSpan().ToArray() : transaction.Modify(row!);
        foreach (var (name, value) in columns.Members)
        {
            var column = table.Schema.Find(name.Utf8) ?? throw Bad($"No column {name.GetString()} in table {table.Schema.Name}.");
            if (!column.IsBuiltIn)
            {
                fields[column.Index - 1] = Read(value, column, fields[column.Index - 1], isDifference && !isNew);
            }
        }

        if (isNew)
        {
            transaction.Insert(table, uuid, fields);
        }
    }

    private static Datum Read(JsonValue json, ColumnSchema column, Datum old, bool isDifference)
    {
        // A difference of a set may have more members than the set may.
        return isDifference && column.Type.Max > 1
            ? DatumAlgebra.Apply(old, DatumReader.Read(json, column.Type with { Min = 0, Max = ColumnType.Unlimited }), column.Type.IsMap)
            : DatumReader.Read(json, column.Type);
    }

    private static OvsdbErrorException Bad(string details) => new OvsdbError(ErrorNames.SyntaxError, details).AsException();
}
