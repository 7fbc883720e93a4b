namespace VtepLab.Ovsdb;

/// <summary>A local copy of a database, or of some of its tables and columns, kept by the updates of a monitor.</summary>
/// <remarks>
/// <para>
/// It outlives connections: a <see cref="ReplicaFeed"/> fills it at the first connection and finds out at every later one what
/// happened meanwhile. Each change is told once, after all rows have their new values, and a change that leaves no row different is
/// not told at all. Rows that the server collected as garbage go like deleted ones.
/// </para>
/// <para>An update that does not fit what is here changes nothing and ends the connection; the next one starts from the whole.</para>
/// </remarks>
public sealed class Replica
{
    private readonly IReadOnlyList<MonitoredTable>? _wanted;
    private SortedDictionary<string, ReplicaTable> _tables = new(StringComparer.Ordinal);

    /// <summary>An empty replica that takes its schema from the first server it is filled from.</summary>
    /// <param name="wanted">The tables to keep; null for all tables with all columns.</param>
    public Replica(IReadOnlyList<MonitoredTable>? wanted = null) => _wanted = wanted;

    /// <summary>Called after every change.</summary>
    public event Action<ReplicaChange>? Changed;

    /// <summary>The schema; null before the first connection.</summary>
    public DatabaseSchema? Schema { get; private set; }

    /// <summary>True once it has been filled; it then stays a copy of what was last known, connected or not.</summary>
    public bool IsFilled { get; private set; }

    /// <summary>The last transaction known, by which a clustered server can resume; zero when the server does not say.</summary>
    public Uuid LastTransactionId { get; private set; }

    /// <summary>The tables, by name.</summary>
    public IReadOnlyCollection<ReplicaTable> Tables => _tables.Values;

    /// <summary>Whether a table is kept here: the server's schema may lack it.</summary>
    public bool Has(string table) => _tables.ContainsKey(table);

    /// <summary>A table.</summary>
    /// <exception cref="ArgumentException">It is not kept here.</exception>
    public ReplicaTable Table(string table) =>
        _tables.TryGetValue(table, out var found) ? found : throw new ArgumentException($"table {table} is not in this replica", nameof(table));

    /// <summary>Takes the schema of the server it is to be filled from; with another one than before all rows go.</summary>
    internal void Adopt(DatabaseSchema schema)
    {
        if (Schema == schema || Schema?.Text.SequenceEqual(schema.Text) == true)
        {
            return;
        }

        var gone = _tables.Values.SelectMany(table => table.Rows.Select(row => new ReplicaRowChange(table.Name, row, null))).ToList();
        Schema = schema;
        LastTransactionId = Uuid.Zero;
        _tables = new SortedDictionary<string, ReplicaTable>(StringComparer.Ordinal);
        foreach (var table in schema.Tables)
        {
            var wanted = _wanted?.FirstOrDefault(w => w.Name == table.Name);
            if (_wanted is null || wanted is not null)
            {
                var columns = table.Columns.Where(column => !column.IsBuiltIn && wanted?.Columns?.Contains(column.Name) != false);
                _tables.Add(table.Name, new ReplicaTable(table, [.. columns]));
            }
        }

        Tell(gone, isResync: true);
    }

    /// <summary>Makes the rows be exactly those of an initial answer.</summary>
    internal void Fill(JsonValue tables, bool isUpdate2, Uuid lastTransactionId)
    {
        var reader = new TableUpdatesReader(_tables, isUpdate2);
        var present = reader.ReadInitial(tables);
        var changes = new List<ReplicaRowChange>();
        foreach (var table in _tables.Values)
        {
            foreach (var row in table.Rows.Where(row => !present.ContainsKey((table.Name, row.Uuid))))
            {
                changes.Add(new ReplicaRowChange(table.Name, row, null));
            }
        }

        foreach (var ((table, uuid), row) in present)
        {
            var old = _tables[table].Find(uuid);
            if (old is null || !old.HasValuesOf(row))
            {
                changes.Add(new ReplicaRowChange(table, old, row));
            }
        }

        LastTransactionId = lastTransactionId;
        IsFilled = true;
        Apply(changes, isResync: true);
    }

    /// <summary>Applies one update notification, or the part that a resumed monitor had missed.</summary>
    internal void Update(JsonValue tables, bool isUpdate2, Uuid? transactionId = null, bool isResync = false)
    {
        var changes = new TableUpdatesReader(_tables, isUpdate2).ReadChanges(tables);
        LastTransactionId = transactionId ?? LastTransactionId;
        IsFilled = true;
        Apply(changes, isResync);
    }

    /// <summary>Makes the rows be exactly those of a database of this program.</summary>
    internal void Fill(Database database)
    {
        Adopt(database.Schema);
        var changes = new List<ReplicaRowChange>();
        foreach (var table in _tables.Values)
        {
            changes.AddRange(database.Table(table.Name).All.Select(row => new ReplicaRowChange(table.Name, null, table.NewRow(row.Uuid, row.CopyFields()))));
        }

        IsFilled = true;
        Apply(changes, isResync: true);
    }

    /// <summary>Applies one transaction of a database of this program.</summary>
    internal void Update(ChangeSet committed)
    {
        var changes = new List<ReplicaRowChange>(committed.Changes.Count);
        foreach (var change in committed.Changes)
        {
            if (_tables.TryGetValue(change.Row.Table.Schema.Name, out var table))
            {
                var old = table.Find(change.Row.Uuid);
                var row = change.New is { } fields ? table.NewRow(change.Row.Uuid, fields) : null;
                if (old is null || row is null ? old != row : !old.HasValuesOf(row))
                {
                    changes.Add(new ReplicaRowChange(table.Name, old, row));
                }
            }
        }

        Apply(changes, isResync: false);
    }

    private void Apply(List<ReplicaRowChange> changes, bool isResync)
    {
        foreach (var change in changes)
        {
            _tables[change.Table].Set(change.Uuid, change.New);
        }

        Tell(changes, isResync);
    }

    private void Tell(List<ReplicaRowChange> changes, bool isResync)
    {
        if (changes.Count > 0)
        {
            changes.Sort((a, b) => string.CompareOrdinal(a.Table, b.Table) is var c and not 0 ? c : a.Uuid.CompareTo(b.Uuid));
            Changed?.Invoke(new ReplicaChange(changes, isResync));
        }
    }
}
