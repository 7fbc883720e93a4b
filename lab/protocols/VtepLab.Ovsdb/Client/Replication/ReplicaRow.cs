namespace VtepLab.Ovsdb;

/// <summary>A row of a replica as it was after one transaction. Immutable: the next change makes another.</summary>
/// <remarks>Of rows whose values are single atoms the table keeps bytes, and makes an object of a row when it is asked for.</remarks>
public sealed class ReplicaRow : IRowValues
{
    private readonly ReplicaTable _table;
    private object _held; // A Datum[] as RowPages takes it: by the place of the column plus one. Or the page that has the values.
    private int _start;

    internal ReplicaRow(ReplicaTable table, Uuid uuid, Datum[] fields)
    {
        _table = table;
        _held = fields;
        Uuid = uuid;
    }

    internal ReplicaRow(ReplicaTable table, Uuid uuid, byte[] page, int start)
    {
        _table = table;
        (_held, _start) = (page, start);
        Uuid = uuid;
    }

    /// <inheritdoc/>
    public Uuid Uuid { get; }

    /// <summary>The table it belongs to.</summary>
    public string Table => _table.Name;

    /// <inheritdoc/>
    public Datum this[string column] => column == "_uuid" ? Uuid : At(_table.PlaceOf(column));

    /// <summary>The value of the column at a place among those monitored.</summary>
    internal Datum At(int place) =>
        _held is byte[] page ? PackedRow.Read(page, _start, _table.Width, place + 1) : ((Datum[])_held)[place + 1];

    /// <inheritdoc/>
    public bool Has(string column) => column == "_uuid" || _table.TryPlaceOf(column, out _);

    /// <summary>Whether all monitored values are the same.</summary>
    internal bool HasValuesOf(ReplicaRow other)
    {
        for (var place = 0; place < _table.Columns.Count; place++)
        {
            if (At(place) != other.At(place))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A copy of the values, as <see cref="RowPages"/> takes them.</summary>
    internal Datum[] CopyFields()
    {
        if (_held is Datum[] fields)
        {
            return [.. fields];
        }

        var copy = new Datum[_table.Width];
        PackedRow.Read((byte[])_held, _start, copy);
        return copy;
    }

    /// <summary>Puts the values into pages, and reads them from there from now on.</summary>
    /// <returns>Where they are; -1 when they stay in an object of their own.</returns>
    internal int StoreIn(RowPages pages)
    {
        var address = pages.Add(Uuid, _held as Datum[] ?? CopyFields());
        if (address >= 0)
        {
            (_held, _start) = pages.PlaceOf(address);
        }

        return address;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Table} {Uuid} {{{string.Join(", ", _table.Columns.Select((column, place) => $"{column.Name}: {At(place)}"))}}}";
}
