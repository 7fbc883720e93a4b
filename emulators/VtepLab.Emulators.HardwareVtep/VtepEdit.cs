using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A transaction of the switch itself, in the words of the typed records.</summary>
internal sealed class VtepEdit(VtepTables tables, Transaction transaction)
{
    /// <summary>The rows as the transaction sees them.</summary>
    public VtepTables Tables => tables;

    /// <summary>Inserts a row with the columns the schema has.</summary>
    public RowId<TRow> Insert<TRow>(TRow row)
        where TRow : IVtepRow<TRow>
    {
        var schema = tables.Database.Schema.Table(TRow.Table);
        return new(transaction.Insert(TRow.Table, row.ToColumns(schema).Select(c => (c.Key, c.Value))).Uuid);
    }

    /// <summary>Writes the columns in which the new row differs from what is stored under its id.</summary>
    public void Update<TRow>(TRow row)
        where TRow : IVtepRow<TRow>
    {
        var stored = tables.Row(row.Id);
        if (row.Equals(tables.Typed<TRow>(stored)))
        {
            return; // Most of what is put right was right.
        }

        foreach (var (column, value) in row.ToColumns(stored.Table.Schema))
        {
            transaction.Set(stored, column, value);
        }
    }

    /// <summary>Deletes a row.</summary>
    public void Delete<TRow>(RowId<TRow> id)
        where TRow : IVtepRow<TRow> => transaction.Delete(tables.Row(id));
}
