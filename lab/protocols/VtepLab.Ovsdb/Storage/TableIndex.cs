namespace VtepLab.Ovsdb;

/// <summary>A set of columns whose values no two rows share, kept as the fields of the rows that have them.</summary>
internal sealed class TableIndex(IReadOnlyList<ColumnSchema> columns) : IEqualityComparer<Datum[]>
{
    private Dictionary<Datum[], Row>? _rows;

    /// <summary>The columns, in the schema's order.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; } = columns;

    private Dictionary<Datum[], Row> Rows => _rows ??= new Dictionary<Datum[], Row>(this);

    /// <summary>The row with the same values in the columns, or null.</summary>
    public Row? Find(Datum[] fields) => Rows.TryGetValue(fields, out var row) ? row : null;

    public void Add(Datum[] fields, Row row) => Rows.Add(fields, row);

    public void Remove(Datum[] fields) => Rows.Remove(fields);

    public bool Equals(Datum[]? x, Datum[]? y)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            var at = Columns[i].Index - 1;
            if (!x![at].IsIdentical(y![at]))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(Datum[] obj)
    {
        var hash = 0;
        for (var i = 0; i < Columns.Count; i++)
        {
            hash = unchecked((hash * 397) ^ obj[Columns[i].Index - 1].GetHashCode());
        }

        return hash;
    }
}
