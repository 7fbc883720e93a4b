namespace VtepLab.Ovsdb;

/// <summary>A row of a replica as it was after one transaction. Immutable: the next change makes another.</summary>
public sealed class ReplicaRow : IRowValues
{
    private readonly ReplicaTable _table;
    private readonly Datum[] _values; // By the place of the column among those monitored.

    internal ReplicaRow(ReplicaTable table, Uuid uuid, Datum[] values)
    {
        _table = table;
        _values = values;
        Uuid = uuid;
    }

    /// <inheritdoc/>
    public Uuid Uuid { get; }

    /// <summary>The table it belongs to.</summary>
    public string Table => _table.Name;

    /// <inheritdoc/>
    public Datum this[string column] => column == "_uuid" ? Uuid : _values[_table.PlaceOf(column)];

    internal IReadOnlyList<Datum> Values => _values;

    /// <inheritdoc/>
    public bool Has(string column) => column == "_uuid" || _table.TryPlaceOf(column, out _);

    /// <summary>Whether all monitored values are the same.</summary>
    internal bool HasValuesOf(ReplicaRow other) => _values.AsSpan().SequenceEqual(other._values);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Table} {Uuid} {{{string.Join(", ", _table.Columns.Select((column, place) => $"{column.Name}: {_values[place]}"))}}}";
}
