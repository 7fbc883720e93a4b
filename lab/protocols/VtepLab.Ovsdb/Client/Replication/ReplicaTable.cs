namespace VtepLab.Ovsdb;

/// <summary>The rows of one table of a replica.</summary>
/// <remarks>
/// A row of single atoms is some bytes in <see cref="RowPages"/> and its place in an index: about 110 bytes for a MAC address. The others
/// are objects.
/// </remarks>
public sealed class ReplicaTable
{
    // Of so many a sorted list is kept until something changes; of more for as long as somebody else keeps it.
    private const int Few = 1000;

    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<Uuid, ReplicaRow> _objects = [];
    private RowPages _pages;
    private RowIndex _packed;
    private ReplicaRow[]? _sorted = [];
    private WeakReference<ReplicaRow[]>? _lent;

    internal ReplicaTable(TableSchema schema, IReadOnlyList<ColumnSchema> columns)
    {
        Schema = schema;
        Columns = columns;
        for (var i = 0; i < columns.Count; i++)
        {
            _places.Add(columns[i].Name, i);
        }

        _pages = new RowPages(Width);
        _packed = new RowIndex(_pages);
    }

    /// <summary>The table's name.</summary>
    public string Name => Schema.Name;

    /// <summary>The table's schema.</summary>
    public TableSchema Schema { get; }

    /// <summary>The columns that are monitored.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Count => _packed.Count + _objects.Count;

    /// <summary>Number of a row's fields as they are stored: the columns, and a version that a replica does not know.</summary>
    internal int Width => Columns.Count + 1;

    /// <summary>The rows as they are now, in the order of their UUIDs; the list stays as it is when the replica changes.</summary>
    public IReadOnlyList<ReplicaRow> Rows
    {
        get
        {
            if ((_sorted ?? (_lent?.TryGetTarget(out var lent) == true ? lent : null)) is { } known)
            {
                return known;
            }

            ReplicaRow[] rows = [.. _packed.Addresses.Select(RowAt), .. _objects.Values];
            Array.Sort(rows, (a, b) => a.Uuid.CompareTo(b.Uuid));
            _sorted = rows.Length <= Few ? rows : null;
            _lent = _sorted is null ? new WeakReference<ReplicaRow[]>(rows) : null;
            return rows;
        }
    }

    /// <summary>The row with a UUID, or null.</summary>
    public ReplicaRow? Find(Uuid uuid) =>
        _packed.Find(uuid) is >= 0 and var address ? RowAt(address) : _objects.GetValueOrDefault(uuid);

    /// <summary>The first row, in the order of UUIDs, whose column has a value, or null.</summary>
    public ReplicaRow? Find(string column, Datum value)
    {
        var place = PlaceOf(column);
        ReplicaRow? found = null;
        foreach (var address in _packed.Addresses)
        {
            if (_pages.Read(address, place + 1) == value && (found is null || _pages.UuidAt(address) < found.Uuid))
            {
                found = RowAt(address);
            }
        }

        foreach (var row in _objects.Values)
        {
            if (row.At(place) == value && (found is null || row.Uuid < found.Uuid))
            {
                found = row;
            }
        }

        return found;
    }

    /// <summary>A row with the values of one of the database itself.</summary>
    /// <param name="uuid">Its UUID.</param>
    /// <param name="fields">The values of all columns but the UUID, by the columns' indices.</param>
    internal ReplicaRow NewRow(Uuid uuid, Datum[] fields)
    {
        var values = new Datum[Width];
        values[0] = Uuid.Zero; // The version, which a replica does not know.
        for (var place = 0; place < Columns.Count; place++)
        {
            values[place + 1] = fields[Columns[place].Index - 1];
        }

        return new ReplicaRow(this, uuid, values);
    }

    internal bool TryPlaceOf(string column, out int place) => _places.TryGetValue(column, out place);

    internal int PlaceOf(string column) => TryPlaceOf(column, out var place)
        ? place
        : throw new ArgumentException($"column {column} of table {Name} is not in this replica", nameof(column));

    internal void Set(Uuid uuid, ReplicaRow? row)
    {
        (_sorted, _lent) = (null, null);
        if (_packed.Remove(uuid) is >= 0 and var old)
        {
            _pages.GiveUp(old);
        }

        _objects.Remove(uuid);
        if (row is not null)
        {
            var address = row.StoreIn(_pages);
            if (address >= 0)
            {
                _packed.Add(uuid, address);
            }
            else
            {
                _objects.Add(uuid, row);
            }
        }

        if (_pages.IsWasteful)
        {
            Tidy();
        }
    }

    private ReplicaRow RowAt(int address)
    {
        var (page, start) = _pages.PlaceOf(address);
        return new ReplicaRow(this, _pages.UuidAt(address), page, start);
    }

    // Rows that others hold go on to read from the old pages.
    private void Tidy()
    {
        var pages = new RowPages(Width);
        var packed = new RowIndex(pages);
        foreach (var address in _packed.Addresses)
        {
            packed.Add(_pages.UuidAt(address), pages.Add(_pages, address));
        }

        (_pages, _packed) = (pages, packed);
    }
}
