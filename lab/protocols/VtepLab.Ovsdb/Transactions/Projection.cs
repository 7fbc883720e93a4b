namespace VtepLab.Ovsdb;

/// <summary>Rows, or fields of what is no row, seen through some columns only: equal when those are identical.</summary>
internal sealed class Projection(IReadOnlyList<ColumnSchema> columns) : IEqualityComparer<(Row? Row, Datum[]? Fields)>
{
    public bool Equals((Row? Row, Datum[]? Fields) x, (Row? Row, Datum[]? Fields) y)
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

    public int GetHashCode((Row? Row, Datum[]? Fields) obj)
    {
        var hash = 0;
        foreach (var column in columns)
        {
            hash = unchecked((hash * 397) ^ Get(obj, column).GetHashCode());
        }

        return hash;
    }

    /// <summary>A column's value; what is no row (the expectations of a wait) holds <c>_uuid</c> behind its other fields.</summary>
    private static Datum Get((Row? Row, Datum[]? Fields) row, ColumnSchema column) =>
        row.Row is { } stored ? stored[column] : column.Index != ColumnSchema.UuidIndex ? row.Fields![column.Index - 1] : row.Fields![^1];
}
