namespace VtepLab.Ovsdb;

/// <content>The operations that only look: select and wait.</content>
internal sealed partial class OperationRunner
{
    private void Select(ref MemberReader reader)
    {
        var table = ReadTable(ref reader);
        var where = reader.Take("where", MemberKinds.Array);
        var columns = reader.Take("columns", MemberKinds.Array | MemberKinds.Optional);
        var sort = reader.Take("sort", MemberKinds.Array | MemberKinds.Optional);
        var condition = Condition.Read(where, table.Schema, _names);
        var shown = ColumnList.Read(columns, table.Schema);
        var keys = ColumnList.Read(sort, table.Schema);
        var rows = condition.Select(table);
        if (!shown.Exists(column => column.Index == ColumnSchema.UuidIndex))
        {
            var seen = new HashSet<(Row?, Datum[]?)>(new Projection(shown));
            rows = rows.Where(row => seen.Add((row, null)));
        }

        if (sort.Exists)
        {
            rows = rows.Order(new RowOrder(keys));
        }

        output.Raw("{\"rows\":["u8);
        var first = true;
        foreach (var row in rows)
        {
            output.Comma(ref first);
            WriteRow(row, shown);
        }

        output.Raw("]}"u8);
    }

    private void WriteRow(Row row, List<ColumnSchema> columns)
    {
        output.Raw((byte)'{');
        var first = true;
        foreach (var column in columns)
        {
            output.Comma(ref first);
            output.Raw(column.MemberPrefix);
            output.Write(row[column], column.Type);
        }

        output.Raw((byte)'}');
    }

    private void Wait(ref MemberReader reader)
    {
        var timeout = reader.Take("timeout", MemberKinds.Integer | MemberKinds.Optional);
        var where = reader.Take("where", MemberKinds.Array);
        var columns = reader.Take("columns", MemberKinds.Array | MemberKinds.Optional);
        var until = reader.Take("until", MemberKinds.String);
        var rows = reader.Take("rows", MemberKinds.Array);
        var table = ReadTable(ref reader);
        var condition = Condition.Read(where, table.Schema, _names);
        var projection = new Projection(ColumnList.Read(columns, table.Schema));
        if (timeout.Exists && timeout.Integer < 0)
        {
            throw OvsdbError.BadSyntax(timeout, "timeout must be nonnegative").AsException();
        }

        if (!until.IsString("=="u8) && !until.IsString("!="u8))
        {
            throw OvsdbError.BadSyntax(until, "\"until\" must be \"==\" or \"!=\"").AsException();
        }

        var expected = new HashSet<(Row?, Datum[]?)>(projection);
        foreach (var json in rows.Elements)
        {
            expected.Add((null, ReadExpected(json, table)));
        }

        var actual = new HashSet<(Row?, Datum[]?)>(projection);
        foreach (var row in condition.Select(table))
        {
            actual.Add((row, null));
        }

        if (actual.SetEquals(expected) == until.IsString("=="u8))
        {
            output.Raw("{}"u8);
            return;
        }

        if (timeout.Exists && timeout.Integer <= context.ElapsedMilliseconds)
        {
            throw new OvsdbError(
                ErrorNames.TimedOut,
                context.ElapsedMilliseconds == 0
                    ? "\"where\" clause test failed"
                    : $"\"wait\" timed out after {context.ElapsedMilliseconds} ms").AsException();
        }

        _blocked = true;
        Timeout = timeout.Exists ? timeout.Integer : null;
        throw new OvsdbError("not supported").AsException(); // Never seen: a blocked transaction has no results.
    }

    private Datum[] ReadExpected(JsonValue json, Table table)
    {
        // One field more than a row has: the UUID that the row is expected to have.
        var fields = new Datum[table.Defaults.Length + 1];
        table.Defaults.CopyTo(fields, 0);
        fields[0] = Uuid.Zero;
        fields[^1] = Uuid.Zero;
        ReadRow(json, table, fields);
        if (json.Member("_uuid"u8) is { Exists: true } uuid)
        {
            fields[^1] = DatumReader.Read(uuid, table.Schema.Columns[ColumnSchema.UuidIndex].Type, _names);
        }

        return fields;
    }

    private sealed class RowOrder(List<ColumnSchema> keys) : IComparer<Row>
    {
        public int Compare(Row? x, Row? y)
        {
            foreach (var column in keys)
            {
                var (a, b) = (x![column], y![column]);
                var order = a.Count.CompareTo(b.Count);
                for (var i = 0; order == 0 && i < a.Count; i++)
                {
                    order = a.Key(i).CompareTo(b.Key(i));
                }

                for (var i = 0; order == 0 && a.HasValues && i < a.Count; i++)
                {
                    order = a.Value(i).CompareTo(b.Value(i));
                }

                if (order != 0)
                {
                    return order;
                }
            }

            return 0;
        }
    }
}
