using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A row of one hardware_vtep table as an immutable record; <c>Id</c> stands for <c>_uuid</c>.</summary>
/// <typeparam name="TSelf">The record itself.</typeparam>
public interface IVtepRow<TSelf>
    where TSelf : IVtepRow<TSelf>
{
    /// <summary>The table's name on the wire.</summary>
    static abstract string Table { get; }

    /// <summary>Which row it is; the zero UUID in a record that was never stored.</summary>
    RowId<TSelf> Id { get; }

    /// <summary>Reads a row; columns that the schema lacks have their default.</summary>
    static abstract TSelf Read(Uuid uuid, RowReader columns);

    /// <summary>Writes every column of schema 1.7.0 except <c>_uuid</c> and <c>_version</c>.</summary>
    void Write(RowWriter columns);
}

/// <summary>What every record can do.</summary>
public static class VtepRowExtensions
{
    /// <summary>The columns with their values, in the order of the record.</summary>
    /// <param name="row">The row.</param>
    /// <param name="table">Leaves out what this table, of an older schema for instance, does not have; null for everything.</param>
    public static IReadOnlyList<KeyValuePair<string, Datum>> ToColumns<TRow>(this TRow row, TableSchema? table = null)
        where TRow : IVtepRow<TRow>
    {
        var writer = new RowWriter();
        row.Write(writer);
        return [.. writer.Columns.Where(c => table is null || table.Find(c.Key) is not null)];
    }
}
