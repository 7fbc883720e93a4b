namespace VtepLab.Ovsdb;

/// <summary>Reads and checks schemas, and applies the rewrites that ovsdb-server makes when it opens one.</summary>
internal static class SchemaReader
{
    public static DatabaseSchema Read(JsonValue json)
    {
        var reader = new MemberReader(json, "database schema");
        var name = reader.Take("name", MemberKinds.Id);
        var version = reader.Take("version", MemberKinds.String | MemberKinds.Optional);
        var checksum = reader.Take("cksum", MemberKinds.String | MemberKinds.Optional);
        var tables = reader.Take("tables", MemberKinds.Object);
        reader.ThrowIfBad();
        var versionText = version.Exists ? version.GetString() : "";
        if (version.Exists && !IsVersion(versionText))
        {
            throw OvsdbError.BadSyntax(json, $"schema version \"{versionText}\" not in format x.y.z").AsException();
        }

        var read = new Dictionary<string, TableSchema>(StringComparer.Ordinal);
        foreach (var member in tables.Members)
        {
            CheckName(json, member.Name);
            read[member.Name.GetString()] = TableReader.Read(member.Value, member.Name.GetString());
        }

        var schema = new DatabaseSchema(name.GetString(), versionText, checksum.Exists ? checksum.GetString() : "", read.Values);
        Rewrite(schema);
        return schema;
    }

    internal static void CheckName(JsonValue owner, JsonValue name)
    {
        if (name.Utf8.StartsWith("_"u8))
        {
            throw OvsdbError.BadSyntax(owner, "names beginning with \"_\" are reserved").AsException();
        }

        if (!MemberReader.IsId(name.Utf8))
        {
            throw OvsdbError.BadSyntax(owner, "name must be a valid id").AsException();
        }
    }

    private static void Rewrite(DatabaseSchema schema)
    {
        // Garbage collection came to OVSDB late: in a schema that names no root every table is one.
        if (!schema.Tables.Any(table => table.IsRoot))
        {
            foreach (var table in schema.Tables)
            {
                table.IsRoot = true;
            }
        }

        foreach (var column in schema.Tables.SelectMany(table => table.Columns))
        {
            Rewrite(schema, column, column.Type.Key, "key");
            if (column.Type.Value is { } value)
            {
                Rewrite(schema, column, value, "value");
            }
        }
    }

    private static void Rewrite(DatabaseSchema schema, ColumnSchema column, BaseType type, string role)
    {
        if (type.RefTable is null)
        {
            return;
        }

        var target = schema.Find(type.RefTable) ?? throw new OvsdbError(
            ErrorNames.SyntaxError, $"column {column.Name} {role} refers to undefined table {type.RefTable}").AsException();

        // A reference lost in a restart would take its target along; a weak one must be removable.
        if (type.IsStrongReference && column.IsEphemeral && !target.IsRoot)
        {
            column.IsEphemeral = false;
        }

        if (type.IsWeak && !column.IsMutable)
        {
            column.IsMutable = true;
        }
    }

    private static bool IsVersion(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 3 && parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit));
    }
}
