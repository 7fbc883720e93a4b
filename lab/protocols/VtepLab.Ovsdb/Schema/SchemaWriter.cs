namespace VtepLab.Ovsdb;

/// <summary>Writes schemas in the normalised form: members with default values are left out.</summary>
internal static class SchemaWriter
{
    public static void Write(DatabaseSchema schema, JsonWriter writer)
    {
        writer.Raw("{\"name\":"u8);
        writer.String(schema.Name);
        if (schema.Version.Length > 0)
        {
            writer.Raw(",\"version\":"u8);
            writer.String(schema.Version);
        }

        if (schema.Checksum.Length > 0)
        {
            writer.Raw(",\"cksum\":"u8);
            writer.String(schema.Checksum);
        }

        writer.Raw(",\"tables\":{"u8);
        var allRoots = schema.Tables.All(table => table.IsRoot);
        var first = true;
        foreach (var table in schema.Tables)
        {
            writer.Comma(ref first);
            writer.String(table.Name);
            writer.Raw((byte)':');
            WriteTable(table, allRoots, writer);
        }

        writer.Raw("}}"u8);
    }

    private static void WriteTable(TableSchema table, bool allRoots, JsonWriter writer)
    {
        writer.Raw("{\"columns\":{"u8);
        var first = true;
        foreach (var column in table.Columns.Where(column => !column.IsBuiltIn))
        {
            writer.Comma(ref first);
            writer.Raw(column.MemberPrefix);
            writer.Raw("{\"type\":"u8);
            WriteType(column.Type, writer);
            writer.Raw(column.IsEphemeral ? ",\"ephemeral\":true"u8 : ""u8);
            writer.Raw(column.IsMutable ? "}"u8 : ",\"mutable\":false}"u8);
        }

        writer.Raw((byte)'}');
        if (table.IsRoot && !allRoots)
        {
            writer.Raw(",\"isRoot\":true"u8);
        }

        if (table.MaxRows != uint.MaxValue)
        {
            writer.Raw(",\"maxRows\":"u8);
            writer.Integer(table.MaxRows);
        }

        if (table.Indexes.Count > 0)
        {
            writer.Raw(",\"indexes\":["u8);
            first = true;
            foreach (var index in table.Indexes)
            {
                writer.Comma(ref first);
                writer.Raw((byte)'[');
                var firstColumn = true;
                foreach (var column in index)
                {
                    writer.Comma(ref firstColumn);
                    writer.String(column.Name);
                }

                writer.Raw((byte)']');
            }

            writer.Raw((byte)']');
        }

        writer.Raw((byte)'}');
    }

    private static void WriteType(ColumnType type, JsonWriter writer)
    {
        if (type.IsScalar && !type.Key.HasConstraints)
        {
            writer.String(type.Key.Type.ToWord());
            return;
        }

        writer.Raw("{\"key\":"u8);
        WriteBase(type.Key, writer);
        if (type.Value is not null)
        {
            writer.Raw(",\"value\":"u8);
            WriteBase(type.Value, writer);
        }

        if (type.Min != 1)
        {
            writer.Raw(",\"min\":"u8);
            writer.Integer(type.Min);
        }

        if (type.Max == ColumnType.Unlimited)
        {
            writer.Raw(",\"max\":\"unlimited\""u8);
        }
        else if (type.Max != 1)
        {
            writer.Raw(",\"max\":"u8);
            writer.Integer(type.Max);
        }

        writer.Raw((byte)'}');
    }

    private static void WriteBase(BaseType type, JsonWriter writer)
    {
        if (!type.HasConstraints)
        {
            writer.String(type.Type.ToWord());
            return;
        }

        writer.Raw("{\"type\":"u8);
        writer.String(type.Type.ToWord());
        if (type.Enum is { } permitted)
        {
            writer.Raw(",\"enum\":"u8);
            writer.Write(permitted, new ColumnType(type.WithoutConstraints, null, 1, ColumnType.Unlimited));
        }

        WriteUnless(type.MinInteger == long.MinValue, ",\"minInteger\":"u8, type.MinInteger, writer);
        WriteUnless(type.MaxInteger == long.MaxValue, ",\"maxInteger\":"u8, type.MaxInteger, writer);
        WriteUnless(type.MinReal == double.MinValue, ",\"minReal\":"u8, type.MinReal, writer);
        WriteUnless(type.MaxReal == double.MaxValue, ",\"maxReal\":"u8, type.MaxReal, writer);
        WriteUnless(type.MinLength == 0, ",\"minLength\":"u8, type.MinLength, writer);
        WriteUnless(type.MaxLength == uint.MaxValue, ",\"maxLength\":"u8, type.MaxLength, writer);
        if (type.RefTable is not null)
        {
            writer.Raw(",\"refTable\":"u8);
            writer.String(type.RefTable);
            writer.Raw(type.IsWeak ? ",\"refType\":\"weak\""u8 : ""u8);
        }

        writer.Raw((byte)'}');
    }

    private static void WriteUnless(bool isDefault, ReadOnlySpan<byte> member, Atom value, JsonWriter writer)
    {
        if (!isDefault)
        {
            writer.Raw(member);
            writer.Write(value);
        }
    }
}
