namespace VtepLab.Ovsdb;

/// <summary>The rows of one table of a replica.</summary>
public sealed class ReplicaTable
{
    private readonly Dictionary<string, int> _places = [];
    private readonly Dictionary<Uuid, ReplicaRow> _rows = [];
    private ReplicaRow[]? _sorted = [];

    internal ReplicaTable(TableSchema schema, IReadOnlyList<ColumnSchema> columns)
    {
        Schema = schema;
        Columns = columns;
        for (var i = 0; i < columns.Count; i++)
        {
            _places.Add(columns[i].Name, i);
        }
    }

    /// <summary>The table's name.</summary>
    public string Name => Schema.Name;

    /// <summary>The table's schema.</summary>
    public TableSchema Schema { get; }

    /// <summary>The columns that are monitored.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>The rows as they are now, in the order of their UUIDs; the list stays as it is when the replica changes.</summary>
    public IReadOnlyList<ReplicaRow> Rows
    {
        get
        {
            if (_sorted is null)
            {
                _sorted = [.. _rows.Values];
                Array.Sort(_sorted, (a, b) => a.Uuid.CompareTo(b.Uuid));
            }

            return _sorted;
        }
    }

    /// <summary>The row with a UUID, or null.</summary>
    public ReplicaRow? Find(Uuid uuid) => _rows.GetValueOrDefault(uuid);

    /// <summary>The first row, in the order of UUIDs, whose column has a value, or null.</summary>
    public ReplicaRow? Find(string column, Datum value)
    {
        var place = PlaceOf(column);
        ReplicaRow? found = null;
        foreach (var row in _rows.Values)
        {
            if (row.Values[place] == value && (found is null || row.Uuid < found.Uuid))
            {
                found = row;
            }
        }

        return found;
    }

    internal bool TryPlaceOf(string column, out int place) => _places.TryGetValue(column, out place);

    internal int PlaceOf(string column) => TryPlaceOf(column, out var place)
        ? place
        : throw new ArgumentException($"column {column} of table {Name} is not in this replica", nameof(column));

    internal void Set(Uuid uuid, ReplicaRow? row)
    {
        _sorted = null;
        if (row is null)
        {
            _rows.Remove(uuid);
        }
        else
        {
            _rows[uuid] = row;
        }
    }
}
