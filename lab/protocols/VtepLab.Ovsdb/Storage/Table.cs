namespace VtepLab.Ovsdb;

/// <summary>A table of a <see cref="Database"/>: its rows and its indexes.</summary>
public sealed class Table
{
    internal Table(Database database, TableSchema schema)
    {
        Database = database;
        Schema = schema;
        Rows = new RowTable(this);
        Indexes = [.. schema.Indexes.Where(index => index.All(column => !column.IsBuiltIn)).Select(index => new TableIndex(this, index))];
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>What the table looks like.</summary>
    public TableSchema Schema { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Rows.Count;

    /// <summary>The rows, in an order that depends on the database's history only. The table must not change meanwhile.</summary>
    public IEnumerable<Row> All
    {
        get
        {
            for (var slot = 0; slot < Rows.SlotCount; slot++)
            {
                if (Rows.AtSlot(slot) is { } row)
                {
                    yield return row;
                }
            }
        }
    }

    internal RowTable Rows { get; }

    internal IReadOnlyList<TableIndex> Indexes { get; }

    internal ColumnSchema[] StrongColumns => Schema.StrongColumns;

    internal ColumnSchema[] WeakColumns => Schema.WeakColumns;

    /// <summary>The fields of a row to which nothing was given; not to be written to.</summary>
    internal Datum[] Defaults => Schema.Defaults;

    /// <summary>Who refers weakly to a row of this table, by the UUID of that row.</summary>
    internal Dictionary<Uuid, List<Row>> WeakReferrers => field ??= [];

    /// <summary>Rows that the transaction under way has deleted.</summary>
    internal Dictionary<Uuid, Row> Deleted => field ??= [];

    /// <summary>The row with a UUID, or null.</summary>
    public Row? Find(Uuid uuid) => Rows.Find(uuid);

    /// <inheritdoc/>
    public override string ToString() => Schema.Name;
}
