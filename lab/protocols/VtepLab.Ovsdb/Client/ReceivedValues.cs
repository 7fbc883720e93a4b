namespace VtepLab.Ovsdb;

/// <summary>Values as a peer sends them: right in type, but sizes and ranges are the peer's business.</summary>
internal static class ReceivedValues
{
    /// <summary>Reads a column's value, or its difference in an update2 notification.</summary>
    /// <exception cref="OvsdbProtocolException">It is not of the column's type.</exception>
    public static Datum Read(JsonValue json, TableSchema table, ColumnSchema column)
    {
        try
        {
            return DatumReader.Read(json, column.Received);
        }
        catch (OvsdbErrorException wrong)
        {
            throw new OvsdbProtocolException(
                $"Column {column.Name} of table {table.Name}: {wrong.Error.Details ?? wrong.Error.Name}, found {json}.", inner: wrong);
        }
    }

    /// <summary>The type of a column without its limits.</summary>
    public static ColumnType Lenient(ColumnType type) =>
        new(type.Key.WithoutConstraints, type.Value?.WithoutConstraints, 0, ColumnType.Unlimited);
}
