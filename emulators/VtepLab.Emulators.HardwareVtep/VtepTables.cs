using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The switch's database seen through the typed records; a table that an old schema lacks is empty.</summary>
internal sealed class VtepTables(Database database)
{
    private const int MostRemembered = 256;

    // The inventory is read over and over, in every transaction of anybody. A version never comes again with other values.
    private readonly Dictionary<Uuid, (Uuid Version, object Row)> _remembered = [];

    /// <summary>The database itself; another one after a conversion.</summary>
    public Database Database
    {
        get;
        set
        {
            field = value;
            _remembered.Clear();
        }
    } = database;

    /// <summary>True when the schema has the table.</summary>
    public bool Has<TRow>()
        where TRow : IVtepRow<TRow> => Database.Schema.Find(TRow.Table) is not null;

    /// <summary>True when the schema has the column.</summary>
    public bool Has<TRow>(string column)
        where TRow : IVtepRow<TRow> => Database.Schema.Find(TRow.Table)?.Find(column) is not null;

    /// <summary>The table, or null.</summary>
    public Table? Table<TRow>()
        where TRow : IVtepRow<TRow> => Has<TRow>() ? Database.Table(TRow.Table) : null;

    /// <summary>Every row, in an order that the database's history gives.</summary>
    public IReadOnlyList<TRow> All<TRow>()
        where TRow : IVtepRow<TRow> => Table<TRow>() is { } table ? [.. table.All.Select(Typed<TRow>)] : [];

    /// <summary>The row of an id, or null.</summary>
    public TRow? Find<TRow>(RowId<TRow> id)
        where TRow : class, IVtepRow<TRow> => Table<TRow>()?.Find(id.Uuid) is { } row ? Typed<TRow>(row) : null;

    /// <summary>True while a row of a fault column that switches share is there.</summary>
    public bool Exists(Uuid uuid) =>
        Table<Acl>()?.Find(uuid) is not null || Table<AclEntry>()?.Find(uuid) is not null || Table<LogicalRouter>()?.Find(uuid) is not null;

    /// <summary>The engine's row of an id.</summary>
    public Row Row<TRow>(RowId<TRow> id)
        where TRow : IVtepRow<TRow> =>
        Database.Table(TRow.Table).Find(id.Uuid) ?? throw new InvalidOperationException($"{id} is not there");

    /// <summary>A row of the engine as a record.</summary>
    public TRow Typed<TRow>(Row row)
        where TRow : IVtepRow<TRow>
    {
        if (row.Table.Count > MostRemembered / 4 || row.IsChanging)
        {
            return ReadNow<TRow>(row); // Tables that grow large are to be small, not to be remembered.
        }

        var version = row[row.Table.Schema.Column("_version")].Uuid;
        if (_remembered.TryGetValue(row.Uuid, out var known) && known.Version == version && known.Row is TRow typed)
        {
            return typed;
        }

        if (_remembered.Count >= MostRemembered)
        {
            _remembered.Clear(); // Rows that have gone meanwhile.
        }

        typed = ReadNow<TRow>(row);
        _remembered[row.Uuid] = (version, typed);
        return typed;
    }

    private static TRow ReadNow<TRow>(Row row)
        where TRow : IVtepRow<TRow> =>
        TRow.Read(row.Uuid, new RowReader(name => row.Table.Schema.Find(name) is { } column ? row[column] : (Datum?)null));
}
