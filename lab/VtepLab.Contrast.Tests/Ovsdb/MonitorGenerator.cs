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

        var choice = random.Next(100);
        if (list.Count > 4 || (choice < 20 && list.Count > 0))
        {
            var gone = list[random.Next(list.Count)];
            list.Remove(gone);
            return ("monitor_cancel", gone.Id);
        }

        if (choice < 50 && list.FindAll(entry => entry.Conditional is not null && entry.Schema == schema) is { Count: > 0 } conditional)
        {
            return Change(conditional[random.Next(conditional.Count)], list);
        }

        return choice == 99 ? ("monitor_cancel", NewId()) : choice == 98 ? ("monitor_cond_change", $"{NewId()},{NewId()},{{}}") : Start(schema, list);
    }

    private (string Method, string Parameters) Change(Entry changed, List<Entry> list)
    {
        var old = changed.Id;
        if (random.Next(20) == 0)
        {
            // Refused: another monitor has the name, or the monitor has no such table.
            return random.Next(2) == 0 && list.Find(entry => entry != changed) is { } other
                ? ("monitor_cond_change", $"{old},{other.Id},{{}}")
                : ("monitor_cond_change", $$"""{{old}},{{NewId()}},{"none":[{"where":[]}]}""");
        }

        var mayBeWrong = true;
        var where = requests.MonitorCondition(changed.Conditional!, changed.Columns!, ref mayBeWrong);
        var asked = random.Next(3) == 0 ? NewId() : old;
        changed.Id = mayBeWrong ? asked : old; // A request that fails renames nothing.
        return ("monitor_cond_change", $$"""{{old}},{{asked}},{"{{changed.Conditional!.Name}}":[{"where":{{where}}}]}""");
    }

    private (string Method, string Parameters) Start(DatabaseSchema schema, List<Entry> list)
    {
        var kind = random.Next(3);
        var isDuplicate = list.Count > 0 && random.Next(20) == 0;
        var entry = new Entry { Id = isDuplicate ? list[random.Next(list.Count)].Id : NewId(), Schema = schema };
        var tables = schema.Tables.Where(_ => random.Next(2) == 0).ToList();
        if (tables.Count == 0)
        {
            // ovsdb-server takes monitors without tables for one, of whatever databases: a conversion of one cancels those of all.
            tables.Add(schema.Tables[0]);
        }

        var mayBeWrong = !isDuplicate;
        var members = tables.ConvertAll(table => $"\"{table.Name}\":{Requests(table, kind > 0, entry, ref mayBeWrong)}");
        if (!isDuplicate && mayBeWrong)
        {
            list.Add(entry);
        }

        var parameters = $"\"{schema.Name}\",{entry.Id},{{{string.Join(',', members)}}}";
        return kind switch
        {
            0 => ("monitor", parameters),
            1 => ("monitor_cond", parameters),
            // A standalone ovsdb-server keeps no history: whatever the id, also that which it gave, it finds nothing and sends all.
            _ => ("monitor_cond_since", $"{parameters},\"{(random.Next(2) == 0 ? Uuid.Zero : new Uuid(0xabad_1dea_0000_4000, 0x8000_0000_0000_0000))}\""),
        };
    }

    /// <summary>What of a table is monitored: one request, or two for different columns.</summary>
    private string Requests(TableSchema table, bool isConditional, Entry entry, ref bool mayBeWrong)
    {
        var all = table.Columns.Where(column => column.Index > 1 ? random.Next(3) > 0 : random.Next(4) == 0).OrderBy(_ => random.Next()).ToList();
        if (random.Next(6) == 0)
        {
            // Without conditions: of two for one table ovsdb-server 3.1.0 takes one, which one hangs on its hash table.
            var half = all.Count / 2;
            if (mayBeWrong && random.Next(20) == 0)
            {
                mayBeWrong = false; // One column by itself, and then all.
                return $"[{{{Columns([table.Columns[random.Next(1, table.Columns.Count)]])}}},{{}}]";
            }

            var again = mayBeWrong && all.Count > 0 && random.Next(20) == 0 ? all[..1] : []; // "mentioned more than once"
            mayBeWrong &= again.Count == 0;
            return $"[{{{Columns(all[..half])}{Select()}}},{{{Columns([.. all[half..], .. again])}{Select()}}}]";
        }

        var takesAll = random.Next(4) == 0;
        var columns = takesAll ? [.. table.Columns.Skip(1)] : all; // Without the row's own UUID.
        var text = (takesAll ? "" : Columns(columns)) + Select();
        if (isConditional && random.Next(2) == 0)
        {
            // Conditions name monitored columns only: ovsdb-server reads beyond a buffer otherwise.
            text += $",\"where\":{requests.MonitorCondition(table, columns, ref mayBeWrong)}";
        }

        if (isConditional && entry.Conditional is null && random.Next(2) == 0)
        {
            entry.Conditional = table;
            entry.Columns = columns;
        }

        text = text.TrimStart(',');
        return random.Next(3) == 0 ? $"[{{{text}}}]" : $"{{{text}}}";
    }

    private static string Columns(List<ColumnSchema> columns) => $"\"columns\":[{string.Join(',', columns.Select(column => $"\"{column.Name}\""))}]";

    private string Select() => random.Next(4) != 0 ? "" : $",\"select\":{{{string.Join(',', new[] { "initial", "insert", "delete", "modify" }
        .Where(_ => random.Next(2) == 0).Select(name => $"\"{name}\":{(random.Next(3) == 0 ? "true" : "false")}"))}}}";

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
