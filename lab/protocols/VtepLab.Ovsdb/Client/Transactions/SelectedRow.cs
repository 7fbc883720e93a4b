namespace VtepLab.Ovsdb;

/// <summary>A row that a <c>select</c> found: the columns that were asked for.</summary>
public sealed class SelectedRow : IRowValues
{
    private readonly TableSchema _table;
    private readonly JsonValue _row;

    internal SelectedRow(TableSchema table, JsonValue row)
    {
        _table = table;
        _row = row;
    }

    /// <inheritdoc/>
    public Uuid Uuid => Has("_uuid") ? this["_uuid"].Uuid : Uuid.Zero;

    /// <inheritdoc/>
    /// <exception cref="OvsdbProtocolException">The server sent a value that is not of the column's type.</exception>
    public Datum this[string column]
    {
        get
        {
            var schema = _table.Column(column);
            var value = _row.Member(schema.Utf8Name);
            return value.Exists ? ReceivedValues.Read(value, _table, schema)
                : throw new ArgumentException($"column {column} of table {_table.Name} was not selected", nameof(column));
        }
    }

    /// <inheritdoc/>
    public bool Has(string column) => _row.Member(System.Text.Encoding.UTF8.GetBytes(column)).Exists;

    /// <inheritdoc/>
    public override string ToString() => $"{_table.Name} {_row}";
}
