using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Random requests that set up, change and cancel monitors, kept clear of what makes ovsdb-server itself fail.</summary>
internal sealed class MonitorGenerator(Random random, RequestGenerator requests)
{
    private readonly Dictionary<int, List<Entry>> _open = [];
    private int _id;

    /// <summary>A session was closed.</summary>
    public void Forget(int session) => _open.Remove(session);

    /// <summary>A database was converted: its monitors are gone.</summary>
    public void Forget(int session, DatabaseSchema schema)
    {
        if (_open.TryGetValue(session, out var list))
        {
            list.RemoveAll(entry => entry.Schema == schema);
        }
    }

    /// <summary>A request for a session.</summary>
    public (string Method, string Parameters) Next(int session, DatabaseSchema schema)
    {
        if (!_open.TryGetValue(session, out var list))
        {
            _open.Add(session, list = []);
        }

        var choice = random.Next(10);
        if (list.Count > 4 || (choice < 2 && list.Count > 0))
        {
            var gone = list[random.Next(list.Count)];
            list.Remove(gone);
            return ("monitor_cancel", gone.Id);
        }

        if (choice < 5 && list.FindAll(entry => entry.Conditional is not null && entry.Schema == schema) is { Count: > 0 } conditional)
        {
            var changed = conditional[random.Next(conditional.Count)];
            var old = changed.Id;
            changed.Id = random.Next(3) == 0 ? NewId() : old;
            var where = requests.MonitorCondition(changed.Conditional!, changed.Columns!);
            return ("monitor_cond_change", $$"""{{old}},{{changed.Id}},{"{{changed.Conditional!.Name}}":[{"where":{{where}}}]}""");
        }

        return Start(schema, list);
    }

    private (string Method, string Parameters) Start(DatabaseSchema schema, List<Entry> list)
    {
        var kind = random.Next(3);
        var entry = new Entry { Id = NewId(), Schema = schema };
        var tables = schema.Tables.Where(_ => random.Next(2) == 0).ToList();
        if (tables.Count == 0)
        {
            // ovsdb-server takes monitors without tables for one, of whatever databases: a conversion of one cancels those of all.
            tables.Add(schema.Tables[0]);
        }

        var members = new List<string>();
        foreach (var table in tables)
        {
            // Conditions name monitored columns only: ovsdb-server reads beyond a buffer otherwise.
            var columns = table.Columns.Where(column => column.Index > 1 && random.Next(3) > 0).ToList();
            if (random.Next(4) == 0)
            {
                columns.Insert(0, table.Columns[1]);
            }

            var text = random.Next(4) == 0 ? "" : $"\"columns\":[{string.Join(',', columns.Select(column => $"\"{column.Name}\""))}]";
            if (text.Length == 0)
            {
                columns = [.. table.Columns.Skip(2)];
            }

            if (random.Next(4) == 0)
            {
                var select = string.Join(',', new[] { "initial", "insert", "delete", "modify" }.Where(_ => random.Next(2) == 0)
                    .Select(name => $"\"{name}\":{(random.Next(3) == 0 ? "true" : "false")}"));
                text += $"{(text.Length > 0 ? "," : "")}\"select\":{{{select}}}";
            }

            if (kind > 0 && random.Next(2) == 0)
            {
                text += $"{(text.Length > 0 ? "," : "")}\"where\":{requests.MonitorCondition(table, columns.FindAll(column => column.Index > 1))}";
            }

            members.Add($"\"{table.Name}\":{(random.Next(3) == 0 ? $"[{{{text}}}]" : $"{{{text}}}")}");
            if (kind > 0 && entry.Conditional is null && random.Next(2) == 0)
            {
                entry.Conditional = table;
                entry.Columns = columns.FindAll(column => column.Index > 1);
            }
        }

        list.Add(entry);
        var parameters = $"\"{schema.Name}\",{entry.Id},{{{string.Join(',', members)}}}";
        return kind switch
        {
            0 => ("monitor", parameters),
            1 => ("monitor_cond", parameters),
            // A standalone ovsdb-server keeps no history: whatever the id, also that which it gave, it finds nothing and sends all.
            _ => ("monitor_cond_since", $"{parameters},\"{(random.Next(2) == 0 ? Uuid.Zero : new Uuid(0xabad_1dea_0000_4000, 0x8000_0000_0000_0000))}\""),
        };
    }

    private string NewId() => random.Next(3) == 0 ? $"[\"m\",{++_id}]" : $"\"m{++_id}\"";

    private sealed class Entry
    {
        public required string Id { get; set; }

        public required DatabaseSchema Schema { get; init; }

        /// <summary>The table whose condition may be changed.</summary>
        public TableSchema? Conditional { get; set; }

        public List<ColumnSchema>? Columns { get; set; }
    }
}
