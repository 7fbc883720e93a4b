namespace VtepLab.Ovsdb;

/// <summary>Lists of column names, as indexes, select and wait have them.</summary>
internal static class ColumnList
{
    /// <summary>Reads distinct names of a table's columns; an absent list means all columns, the built-in ones included.</summary>
    public static List<ColumnSchema> Read(JsonValue json, TableSchema table)
    {
        if (!json.Exists)
        {
            return [.. table.Columns];
        }

        var columns = new List<ColumnSchema>();
        if (json.Kind != JsonKind.Array)
        {
            throw Bad(json);
        }

        foreach (var element in json.Elements)
        {
            if (element.Kind != JsonKind.String)
            {
                throw Bad(json);
            }

            var column = table.Find(element.Utf8)
                ?? throw OvsdbError.BadSyntax(json, $"{element.GetString()} is not a valid column name").AsException();
            if (columns.Contains(column))
            {
                throw Bad(json);
            }

            columns.Add(column);
        }

        return columns;
    }

    private static OvsdbErrorException Bad(JsonValue json) =>
        OvsdbError.BadSyntax(json, "array of distinct column names expected").AsException();
}
