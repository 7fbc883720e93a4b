using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <content>Schemas that others wrote.</content>
public static partial class VtepSchema
{
    /// <summary>Reads a schema that a switch shall offer: some version of hardware_vtep, with further tables and columns where a vendor likes them.</summary>
    /// <param name="text">The JSON of RFC 7047 section 3.2.</param>
    /// <exception cref="FormatException">
    /// It is no schema, it is another database's, it lacks what the oldest version has, or it gives a column of the published schema another
    /// type; the message names the place.
    /// </exception>
    public static DatabaseSchema Check(string text)
    {
        DatabaseSchema schema;
        try
        {
            schema = DatabaseSchema.Parse(text);
        }
        catch (Exception e) when (e is OvsdbException or OvsdbErrorException or JsonFormatException)
        {
            throw new FormatException($"it is no OVSDB schema: {e.Message}", e);
        }

        Check(schema);
        return schema;
    }

    /// <summary>As the other one, for a schema that was read already.</summary>
    public static void Check(DatabaseSchema schema)
    {
        if (schema.Name != DatabaseName)
        {
            throw new FormatException($"it describes the database '{schema.Name}'; expected {DatabaseName}");
        }

        foreach (var table in Load(Versions[0]).Tables)
        {
            var found = schema.Find(table.Name) ?? throw new FormatException($"it has no table {table.Name}, which every version of {DatabaseName} has");

            // Four columns that say how BFD does moved from Physical_Locator to Tunnel in 1.3.0.
            var lacking = table.Columns.FirstOrDefault(c => found.Find(c.Name) is null && Load().Find(table.Name)?.Find(c.Name) is not null);
            if (lacking is not null)
            {
                throw new FormatException($"its table {table.Name} has no column {lacking.Name}, which every version of {DatabaseName} has");
            }
        }

        foreach (var published in Load().Tables)
        {
            foreach (var column in published.Columns)
            {
                if (schema.Find(published.Name)?.Find(column.Name) is { } other && !HoldTheSame(other.Type, column.Type))
                {
                    throw new FormatException(
                        $"its column {published.Name}.{column.Name} holds {other.Type.ToEnglish()}; {DatabaseName} {Latest} says {column.Type.ToEnglish()}");
                }
            }
        }
    }

    /// <summary>True for two columns whose values go into each other; what is allowed among the values may differ.</summary>
    private static bool HoldTheSame(ColumnType one, ColumnType other) =>
        (one.Min, one.Max) == (other.Min, other.Max) && Kind(one.Key) == Kind(other.Key) && Kind(one.Value) == Kind(other.Value);

    private static (AtomType? Type, string? Table) Kind(BaseType? type) => (type?.Type, type?.RefTable);
}
