namespace VtepLab.Ovsdb;

/// <content>Weak references: those to rows that do not exist are taken out of their columns.</content>
internal sealed partial class Commit
{
    private void RemoveDanglingWeakReferences()
    {
        var referrers = new List<Row>();
        foreach (var change in transaction.Changes)
        {
            if (change.New is not null && change.Row.Table.WeakColumns.Length > 0)
            {
                referrers.Add(change.Row);
            }

            if (change.New is null && change.Row.Table.WeakReferrers.TryGetValue(change.Row.Uuid, out var pointing))
            {
                referrers.AddRange(pointing);
            }
        }

        foreach (var row in referrers.Where(row => row.Exists))
        {
            foreach (var column in row.Table.WeakColumns)
            {
                RemoveDangling(row, column);
            }
        }
    }

    private void RemoveDangling(Row row, ColumnSchema column)
    {
        var old = row[column];
        var sawZero = false;
        var kept = DatumAlgebra.Where(old, i =>
        {
            var dangles = Dangles(column.Type.Key, old.Key(i)) || (column.Type.Value is { } value && Dangles(value, old.Value(i)));
            sawZero |= dangles && ((old.Key(i).Type == AtomType.Uuid && old.Key(i).Uuid == Uuid.Zero)
                || (old.HasValues && old.Value(i).Type == AtomType.Uuid && old.Value(i).Uuid == Uuid.Zero));
            return !dangles;
        });
        var removed = old.Count - kept.Count;
        if (removed == 0)
        {
            return;
        }

        transaction.Modify(row)[column.Index - 1] = kept;
        if (column.Type.Key.IsStrongReference || column.Type.Value is { IsStrongReference: true })
        {
            // A pair that loses its weak half takes the strong one with it. ovsdb-server 3.1 forgets to count that, and then holds
            // a row that nothing refers to and nobody can delete.
            Count(row, column, old, -1);
            Count(row, column, kept, +1);
        }

        if (kept.Count >= column.Type.Min)
        {
            return;
        }

        var isNew = row.Change!.Old is null;
        var where = $"column \"{column.Name}\" in \"{row.Table.Schema.Name}\" row {row.Uuid} ";
        throw OvsdbError.Constraint(isNew && sawZero
            ? $"Weak reference {where}(inserted within this transaction) contained all-zeros UUID (probably as the default value for "
                + "this column) but deleting this value caused a constraint volation because this column is not allowed to be empty."
            : $"Deletion of {removed} weak reference(s) to deleted (or never-existing) rows from {where}"
                + (isNew ? "(inserted within this transaction) " : "")
                + "caused this column to become empty, but constraints on this column disallow an empty column.").AsException();
    }

    private bool Dangles(BaseType type, Atom atom) =>
        type.IsWeakReference && _database.TableOf(_database.Schema.Table(type.RefTable!)).Find(atom.Uuid) is null;

    private void UpdateWeakReferrers(RowChange change)
    {
        foreach (var column in change.Row.Table.WeakColumns)
        {
            if (change.Changed(column))
            {
                Forget(change.Row, column, change.OldValue(column));
                Remember(change.Row, column, change.NewValue(column));
            }
        }

        if (change.New is null)
        {
            change.Row.Table.WeakReferrers.Remove(change.Row.Uuid);
        }
    }

    private void Forget(Row row, ColumnSchema column, Datum? value)
    {
        foreach (var (table, target) in WeakTargets(column, value))
        {
            if (table.WeakReferrers.TryGetValue(target, out var list) && list.Remove(row) && list.Count == 0)
            {
                table.WeakReferrers.Remove(target);
            }
        }
    }

    private void Remember(Row row, ColumnSchema column, Datum? value)
    {
        foreach (var (table, target) in WeakTargets(column, value))
        {
            if (!table.WeakReferrers.TryGetValue(target, out var list))
            {
                table.WeakReferrers.Add(target, list = []);
            }

            list.Add(row);
        }
    }

    private IEnumerable<(Table Table, Uuid Target)> WeakTargets(ColumnSchema column, Datum? value)
    {
        if (value is not { } datum)
        {
            yield break;
        }

        for (var i = 0; i < datum.Count; i++)
        {
            if (column.Type.Key.IsWeakReference)
            {
                yield return (_database.Table(column.Type.Key.RefTable!), datum.Key(i).Uuid);
            }

            if (column.Type.Value is { IsWeakReference: true } type)
            {
                yield return (_database.Table(type.RefTable!), datum.Value(i).Uuid);
            }
        }
    }
}
