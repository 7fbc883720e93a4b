namespace VtepLab.Ovsdb;

/// <summary>What a monitor watches and how it is told; monitors that ask for the same share one, and what it has composed.</summary>
internal sealed class MonitorPlan(Database database, bool isPlain, IReadOnlyList<MonitorTable> tables)
{
    private readonly MonitorTable?[] _byIndex = Index(database, tables);
    private ChangeSet? _composedFor;
    private byte[]? _composed;

    /// <summary>The database.</summary>
    public Database Database { get; } = database;

    /// <summary>The watched tables.</summary>
    public IReadOnlyList<MonitorTable> Tables { get; } = tables;

    /// <summary>The form of RFC 7047 rather than that of update2.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>Writes the rows that exist, <c>{table:{uuid:{..}}}</c>.</summary>
    public void WriteInitial(JsonWriter writer)
    {
        var updates = new UpdateWriter(writer, this);
        foreach (var table in Tables)
        {
            if ((table.Select & MonitorSelect.Initial) == 0)
            {
                continue;
            }

            Datum[]? scratch = null;
            foreach (var row in Database.TableOf(table.Table).All)
            {
                updates.Add(table, row, null, row.ReadFields(ref scratch), isInitial: true);
            }
        }

        updates.Finish();
    }

    /// <summary>The table-updates of a committed transaction; empty when the monitor is not concerned.</summary>
    public ReadOnlySpan<byte> Compose(ChangeSet changes)
    {
        if (!ReferenceEquals(_composedFor, changes))
        {
            var writer = new JsonWriter();
            var updates = new UpdateWriter(writer, this);
            foreach (var group in changes.ByTable)
            {
                if (_byIndex[group[0].Row.Table.Schema.Index] is { } table)
                {
                    foreach (var change in group)
                    {
                        updates.Add(table, change.Row, change.Old, change.New);
                    }
                }
            }

            _composedFor = changes;
            _composed = updates.Finish() ? writer.Written.ToArray() : [];
        }

        return _composed;
    }

    /// <summary>What the monitor wants of a table, or null.</summary>
    public MonitorTable? Of(TableSchema table) => _byIndex[table.Index];

    private static MonitorTable?[] Index(Database database, IReadOnlyList<MonitorTable> tables)
    {
        var index = new MonitorTable?[database.Tables.Count];
        foreach (var table in tables)
        {
            index[table.Table.Index] = table;
        }

        return index;
    }
}
