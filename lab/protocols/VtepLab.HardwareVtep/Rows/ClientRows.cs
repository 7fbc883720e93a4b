using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>The records in a client's hands: read from a replica or a select, written by a transaction.</summary>
public static class ClientRows
{
    /// <summary>The rows of a table, in the order of their UUIDs; none when the server's schema lacks the table.</summary>
    public static IEnumerable<TRow> All<TRow>(this Replica replica)
        where TRow : IVtepRow<TRow> => replica.Has(TRow.Table) ? replica.Table(TRow.Table).Rows.Select(row => row.As<TRow>()) : [];

    /// <summary>The row that a reference leads to, or null.</summary>
    public static TRow? Find<TRow>(this Replica replica, RowId<TRow> id)
        where TRow : class, IVtepRow<TRow> =>
        replica.Has(TRow.Table) && replica.Table(TRow.Table).Find(id.Uuid) is { } row ? row.As<TRow>() : null;

    /// <summary>The row as a record; columns that are not there have their defaults.</summary>
    public static TRow As<TRow>(this IRowValues row)
        where TRow : IVtepRow<TRow> => TRow.Read(row.Uuid, new RowReader(column => row.Has(column) ? row[column] : default(Datum?)));

    /// <summary>Inserts a record, without what has its default value or what the server's schema lacks.</summary>
    /// <returns>A reference that may be used in the same transaction; <see cref="TransactionResult.UuidOf"/> tells the real one.</returns>
    public static RowId<TRow> Insert<TRow>(this OvsdbTransaction transaction, TRow row)
        where TRow : IVtepRow<TRow>
    {
        var table = transaction.Schema.Table(TRow.Table);
        var columns = row.ToColumns(table).Where(c => c.Value != table.Column(c.Key).Type.Default).Select(c => (c.Key, c.Value));
        return new RowId<TRow>(transaction.Insert(TRow.Table, columns));
    }
}
