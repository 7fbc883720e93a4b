namespace VtepLab.Ovsdb;

/// <summary>Reads the requests of monitors (RFC 7047 section 4.1.5 and Open vSwitch's extensions).</summary>
internal static class MonitorReader
{
    /// <summary>Reads the object that has a request, or an array of them, for each table.</summary>
    public static List<MonitorTable> Read(JsonValue json, Database database, MonitorKind kind)
    {
        var tables = new List<MonitorTable>();
        foreach (var (name, requests) in json.Members)
        {
            var table = database.Schema.Find(name.Utf8) ?? throw new OvsdbError(
                ErrorNames.SyntaxError, $"no table named {name.GetString()}").AsException();
            tables.RemoveAll(earlier => earlier.Table == table); // Of members with the same name the last one counts.
            tables.Add(ReadTable(requests, table, kind));
        }

        tables.Sort((a, b) => a.Table.Index.CompareTo(b.Table.Index));
        return tables;
    }

    /// <summary>Reads the where of a request: clauses of which any lets a row in; null when all rows are meant.</summary>
    public static Condition? ReadCondition(JsonValue where, TableSchema table)
    {
        if (!where.Exists || where.Count == 0)
        {
            return null;
        }

        var condition = Condition.Read(where, table, null);
        return condition.Clauses.Any(clause => clause.Function == ConditionFunction.True) ? null : condition;
    }

    private static MonitorTable ReadTable(JsonValue json, TableSchema table, MonitorKind kind)
    {
        var columns = new List<(ColumnSchema Column, MonitorSelect Select)>();
        var clauses = new List<Clause>();
        var all = MonitorSelect.None;
        var texts = new List<string>();
        var isConditional = true;
        if (json.Kind == JsonKind.Array)
        {
            foreach (var request in json.Elements)
            {
                ReadOne(request);
            }
        }
        else
        {
            ReadOne(json);
        }

        var shown = string.Join(',', columns.Select(entry => $"{entry.Column.Index}/{(int)entry.Select}"));
        var condition = isConditional && clauses.Count > 0 ? new Condition(clauses) : null;
        return new MonitorTable
        {
            Table = table,
            Columns = columns,
            Select = all,
            Condition = condition,
            Key = $"{table.Index}:{(int)all}:{shown}?{(condition is null ? "" : string.Join(' ', texts))}",
        };

        void ReadOne(JsonValue request)
        {
            var reader = new MemberReader(request, $"table {table.Name}");
            var names = reader.Take("columns", MemberKinds.Array | MemberKinds.Optional);
            var where = kind == MonitorKind.Plain ? default : reader.Take("where", MemberKinds.Array | MemberKinds.Optional);
            var selected = reader.Take("select", MemberKinds.Object | MemberKinds.Optional);
            reader.ThrowIfBad();
            var select = ReadSelect(selected, table);
            all |= select;
            ReadColumns(names, table, select, columns);
            if (ReadCondition(where, table) is { } condition)
            {
                clauses.AddRange(condition.Clauses);
                texts.Add(where.ToString());
            }
            else
            {
                isConditional = false; // This request alone lets every row in.
            }
        }
    }

    private static MonitorSelect ReadSelect(JsonValue json, TableSchema table)
    {
        if (!json.Exists)
        {
            return MonitorSelect.All;
        }

        var reader = new MemberReader(json, $"table {table.Name} select");
        var select = MonitorSelect.None;
        foreach (var (name, kind) in new[]
        {
            ("initial", MonitorSelect.Initial),
            ("insert", MonitorSelect.Insert),
            ("delete", MonitorSelect.Delete),
            ("modify", MonitorSelect.Modify),
        })
        {
            var wanted = reader.Take(name, MemberKinds.Boolean | MemberKinds.Optional);
            select |= wanted.Kind == JsonKind.False ? MonitorSelect.None : kind;
        }

        reader.ThrowIfBad();
        return select;
    }

    private static void ReadColumns(
        JsonValue json, TableSchema table, MonitorSelect select, List<(ColumnSchema Column, MonitorSelect Select)> columns)
    {
        if (!json.Exists)
        {
            foreach (var column in table.Columns.Skip(ColumnSchema.VersionIndex))
            {
                Add(column);
            }

            return;
        }

        foreach (var element in json.Elements)
        {
            if (element.Kind != JsonKind.String)
            {
                throw OvsdbError.BadSyntax(json, "array of column names expected").AsException();
            }

            Add(table.Find(element.Utf8) ?? throw OvsdbError.BadSyntax(json, $"{element.GetString()} is not a valid column name").AsException());
        }

        void Add(ColumnSchema column)
        {
            if (columns.Exists(earlier => earlier.Column == column))
            {
                throw new OvsdbError(ErrorNames.SyntaxError, $"column {column.Name} mentioned more than once", json.Exists ? json.ToString() : null).AsException();
            }

            columns.Add((column, select));
        }
    }
}
