namespace VtepLab.Ovsdb;

/// <summary>Reads a table's part of a schema.</summary>
internal static class TableReader
{
    public static TableSchema Read(JsonValue json, string name)
    {
        var reader = new MemberReader(json, $"table schema for table {name}");
        var columns = reader.Take("columns", MemberKinds.Object);
        reader.Take("mutable", MemberKinds.Boolean | MemberKinds.Optional);
        var maxRows = reader.Take("maxRows", MemberKinds.Integer | MemberKinds.Optional);
        var isRoot = reader.Take("isRoot", MemberKinds.Boolean | MemberKinds.Optional);
        var indexes = reader.Take("indexes", MemberKinds.Array | MemberKinds.Optional);
        reader.ThrowIfBad();
        if (maxRows.Exists && maxRows.Integer <= 0)
        {
            throw OvsdbError.BadSyntax(json, "maxRows must be at least 1").AsException();
        }

        if (columns.Count == 0)
        {
            throw OvsdbError.BadSyntax(json, "table must have at least one column").AsException();
        }

        var read = new Dictionary<string, ColumnSchema>(StringComparer.Ordinal);
        foreach (var member in columns.Members)
        {
            SchemaReader.CheckName(json, member.Name);
            read[member.Name.GetString()] = ReadColumn(member.Value, member.Name.GetString());
        }

        var table = new TableSchema(name, read.Values)
        {
            MaxRows = maxRows.Exists ? (uint)Math.Min(maxRows.Integer, uint.MaxValue) : uint.MaxValue,
            IsRoot = isRoot.Kind == JsonKind.True,
        };
        if (indexes.Exists)
        {
            var list = new List<IReadOnlyList<ColumnSchema>>();
            foreach (var index in indexes.Elements)
            {
                list.Add(ReadIndex(json, index, table));
            }

            table.Indexes = list;
        }

        return table;
    }

    private static List<ColumnSchema> ReadIndex(JsonValue owner, JsonValue json, TableSchema table)
    {
        var columns = ColumnList.Read(json, table);
        if (columns.Count == 0)
        {
            throw OvsdbError.BadSyntax(owner, "index must have at least one column").AsException();
        }

        return columns.Find(column => column.IsEphemeral) is { } ephemeral
            ? throw OvsdbError.BadSyntax(owner, $"ephemeral columns (such as {ephemeral.Name}) may not be indexed").AsException()
            : columns;
    }

    private static ColumnSchema ReadColumn(JsonValue json, string name)
    {
        var reader = new MemberReader(json, $"schema for column {name}");
        var mutable = reader.Take("mutable", MemberKinds.Boolean | MemberKinds.Optional);
        var ephemeral = reader.Take("ephemeral", MemberKinds.Boolean | MemberKinds.Optional);
        var type = reader.Take("type", MemberKinds.String | MemberKinds.Object);
        reader.ThrowIfBad();
        return new ColumnSchema(name, TypeReader.Read(type), ephemeral.Kind == JsonKind.True, mutable.Kind != JsonKind.False);
    }
}
