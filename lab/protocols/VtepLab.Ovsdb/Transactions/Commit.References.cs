namespace VtepLab.Ovsdb;

/// <content>Strong references and the garbage that losing one makes.</content>
internal sealed partial class Commit
{
    /// <summary>Keeps the counts that garbage collection lives on, and complains of what is dangling unless that is to be forgotten.</summary>
    private void CountReferences()
    {
        // The list may not be walked with foreach: garbage collection of a later step appends to it.
        foreach (var change in transaction.Changes)
        {
            foreach (var column in change.Row.Table.StrongColumns)
            {
                if (change.Changed(column))
                {
                    Count(change.Row, column, change.OldValue(column), -1);
                    Count(change.Row, column, change.NewValue(column), +1);
                }
            }
        }

        foreach (var change in transaction.Changes)
        {
            if (change.New is null && change.Row.References > 0 && !Omits(CommitChecks.StrongReferences))
            {
                throw new OvsdbError(
                    ErrorNames.ReferentialIntegrityViolation,
                    $"cannot delete {change.Row.Table.Schema.Name} row {change.Row.Uuid} because of {change.Row.References} "
                    + "remaining reference(s)").AsException();
            }
        }
    }

    private void Count(Row from, ColumnSchema column, Datum? value, int delta)
    {
        if (value is not { } datum)
        {
            return;
        }

        for (var i = 0; i < datum.Count; i++)
        {
            if (column.Type.Key.IsStrongReference)
            {
                Count(from, column, column.Type.Key, datum.Key(i).Uuid, delta);
            }

            if (column.Type.Value is { IsStrongReference: true } type)
            {
                Count(from, column, type, datum.Value(i).Uuid, delta);
            }
        }
    }

    private void Count(Row from, ColumnSchema column, BaseType type, Uuid to, int delta)
    {
        if (to == from.Uuid)
        {
            return; // A row does not keep itself alive.
        }

        var table = _database.TableOf(_database.Schema.Table(type.RefTable!));
        var target = table.Find(to);
        if (target is null && !table.Deleted.TryGetValue(to, out target))
        {
            if (delta < 0 || Omits(CommitChecks.StrongReferences))
            {
                return; // Only a database whose checks were omitted holds such a reference.
            }

            throw new OvsdbError(
                ErrorNames.ReferentialIntegrityViolation,
                $"Table {from.Table.Schema.Name} column {column.Name} row {from.Uuid} references nonexistent row {to} in table "
                + $"{type.RefTable}.").AsException();
        }

        target.References += delta;
        _counted.Add((target, delta));
        if (delta < 0)
        {
            _suspects.Enqueue(target);
        }
    }

    private void CollectGarbage()
    {
        foreach (var change in transaction.Changes)
        {
            _suspects.Enqueue(change.Row);
        }

        CollectSuspects();
    }

    private void CollectSuspects()
    {
        while (_suspects.TryDequeue(out var row))
        {
            if (row.Table.Schema.IsRoot || row.References > 0 || !row.Exists)
            {
                continue;
            }

            var fields = row.CopyFields();
            transaction.Delete(row);
            foreach (var column in row.Table.StrongColumns)
            {
                Count(row, column, row.Get(fields, column), -1);
            }
        }
    }
}
