namespace VtepLab.Ovsdb;

/// <summary>Fields of rows seen through some columns only: equal when those are identical.</summary>
internal sealed class Projection(IReadOnlyList<ColumnSchema> columns) : IEqualityComparer<(Row? Row, Datum[] Fields)>
{
    public bool Equals((Row? Row, Datum[] Fields) x, (Row? Row, Datum[] Fields) y)
    {
        foreach (var column in columns)
        {
            if (!Get(x, column).IsIdentical(Get(y, column)))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode((Row? Row, Datum[] Fields) obj)
    {
        var hash = 0;
        foreach (var column in columns)
        {
            hash = unchecked((hash * 397) ^ Get(obj, column).GetHashCode());
        }

        return hash;
    }

    /// <summary>A column's value; rows that are no rows (the expectations of a wait) hold <c>_uuid</c> behind their other fields.</summary>
    private static Datum Get((Row? Row, Datum[] Fields) row, ColumnSchema column) =>
        column.Index != ColumnSchema.UuidIndex ? row.Fields[column.Index - 1] : row.Row?.Uuid ?? row.Fields[^1];
}
