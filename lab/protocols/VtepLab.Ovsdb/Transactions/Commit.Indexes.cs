namespace VtepLab.Ovsdb;

/// <content>Indexes: no two rows share the values.</content>
internal sealed partial class Commit
{
    private void CheckIndexes()
    {
        // First all old values leave, so that rows may swap theirs.
        foreach (var change in transaction.Changes)
        {
            foreach (var index in change.Row.Table.Indexes)
            {
                if (change.Old is { } old)
                {
                    index.Remove(old, change.Row);
                    _indexed.Add((index, old, change.Row, false));
                }
            }
        }

        foreach (var change in transaction.Changes)
        {
            foreach (var index in change.Row.Table.Indexes)
            {
                if (change.New is { } now)
                {
                    if (index.Find(now) is { } other)
                    {
                        throw Duplicate(index, other, change.Row).AsException();
                    }

                    index.Add(now, change.Row);
                    _indexed.Add((index, now, change.Row, true));
                }
            }
        }
    }

    private static OvsdbError Duplicate(TableIndex index, Row first, Row second)
    {
        var values = List(index.Columns.Select(column => DatumText.Of(first[column], column.Type)));
        var columns = $"column{(index.Columns.Count > 1 ? "s" : "")} {List(index.Columns.Select(column => $"\"{column.Name}\""))}";
        return OvsdbError.Constraint(
            $"Transaction causes multiple rows in \"{first.Table.Schema.Name}\" table to have identical values ({values}) for index on "
            + $"{columns}.  First row, with UUID {first.Uuid}, {Origin(index, first)}  Second row, with UUID {second.Uuid}, "
            + Origin(index, second));
    }

    /// <summary>"a", "a and b", "a, b, and c".</summary>
    private static string List(IEnumerable<string> items)
    {
        var all = items.ToArray();
        return all.Length < 3 ? string.Join(" and ", all) : $"{string.Join(", ", all[..^1])}, and {all[^1]}";
    }

    private static string Origin(TableIndex index, Row row)
    {
        if (row.Change is not { } change)
        {
            return "existed in the database before this transaction and was not modified by the transaction.";
        }

        if (change.Old is not { } old)
        {
            return "was inserted by this transaction.";
        }

        if (index.Columns.All(column => row.Get(old, column) == row[column]))
        {
            return "existed in the database before this transaction, which modified some of the row's columns but not any columns "
                + "in this index.";
        }

        var values = List(index.Columns.Select(column => DatumText.Of(row.Get(old, column), column.Type)));
        return $"had the following index values before the transaction: {values}.";
    }
}
