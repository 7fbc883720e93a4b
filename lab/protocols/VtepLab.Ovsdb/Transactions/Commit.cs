namespace VtepLab.Ovsdb;

/// <summary>The end of a transaction: the checks that are deferred to it, in ovsdb-server's order, and the way back.</summary>
internal sealed partial class Commit(Transaction transaction)
{
    private readonly Database _database = transaction.Database;
    private readonly List<(Row Row, int Delta)> _counted = [];
    private readonly List<(TableIndex Index, Datum[] Fields, Row Row, bool Added)> _indexed = [];
    private readonly Queue<Row> _suspects = new();
    private readonly List<Table> _limited = []; // Tables with a limit of rows, as they were touched, were it by what changed nothing.

    /// <summary>Makes all checks; on an error <see cref="Undo"/> must follow.</summary>
    public OvsdbError? Run()
    {
        FindLimited();
        DropUnchanged();
        if (transaction.Changes.Count == 0)
        {
            return null;
        }

        try
        {
            CountReferences();
            if (!Omits(CommitChecks.GarbageCollection))
            {
                CollectGarbage();
            }

            if (!Omits(CommitChecks.MaxRows))
            {
                CheckMaxRows();
            }

            if (!Omits(CommitChecks.WeakReferences))
            {
                RemoveDanglingWeakReferences();
                while (_suspects.Count > 0 && !Omits(CommitChecks.GarbageCollection))
                {
                    CollectSuspects();
                    RemoveDanglingWeakReferences();
                }
            }

            if (!Omits(CommitChecks.Indexes))
            {
                CheckIndexes();
            }

            // A row that lost a weak reference it was only just given has a new version all the same, as in ovsdb-server.
            var changes = transaction.Changes.FindAll(IsReal);
            if (changes.Count > 0)
            {
                _database.Log?.Append(changes, transaction.Comment);
            }

            return null;
        }
        catch (OvsdbErrorException refused)
        {
            return refused.Error;
        }
    }

    /// <summary>Ends a commit that passed its checks; the result is what there is to tell.</summary>
    public List<RowChange> Finish()
    {
        var changes = transaction.Changes.FindAll(IsReal);
        foreach (var change in changes)
        {
            if (change.IsModify)
            {
                change.New![ColumnSchema.VersionIndex - 1] = _database.NewUuid(); // A new row has had its version from the start.
            }

            UpdateWeakReferrers(change);
        }

        return changes;
    }

    /// <summary>Takes back what the checks did to counters and indexes; the rows are the transaction's to restore.</summary>
    public void Undo()
    {
        foreach (var (row, delta) in _counted)
        {
            row.References -= delta;
        }

        for (var i = _indexed.Count - 1; i >= 0; i--)
        {
            var (index, fields, row, added) = _indexed[i];
            if (added)
            {
                index.Remove(fields, row);
            }
            else
            {
                index.Add(fields, row);
            }
        }
    }

    private static bool IsReal(RowChange change) => change.Old is not null || change.New is not null;

    private bool Omits(CommitChecks check) => (_database.OmittedChecks & check) != 0;

    /// <summary>Forgets rows whose values are what they were, and rows that came and went.</summary>
    private void DropUnchanged() => transaction.Changes.RemoveAll(change =>
    {
        var same = change.Old is not null && change.New is not null && !Omits(CommitChecks.Unchanged)
            && change.Old.AsSpan(ColumnSchema.VersionIndex).SequenceEqual(change.New.AsSpan(ColumnSchema.VersionIndex));
        if (same)
        {
            change.Row.Table.Rows.Close(change, isUndone: true);
        }

        return same || !IsReal(change);
    });

    private void FindLimited()
    {
        Table? last = null;
        foreach (var change in transaction.Changes)
        {
            if (change.Row.Table != last && (last = change.Row.Table).Schema.MaxRows != uint.MaxValue && !_limited.Contains(last))
            {
                _limited.Add(last);
            }
        }
    }

    private void CheckMaxRows()
    {
        if (_limited.Find(limited => limited.Count > limited.Schema.MaxRows) is { } table)
        {
            throw OvsdbError.Constraint(
                $"transaction causes \"{table.Schema.Name}\" table to contain {table.Count} rows, greater than the "
                + $"schema-defined limit of {table.Schema.MaxRows} row(s)").AsException();
        }
    }
}
