namespace VtepLab.Ovsdb;

/// <summary>A transaction under way: it sees its own changes, others see them when it is committed.</summary>
/// <remarks>
/// This is the in-process way to change a <see cref="Database"/>; JSON operations run on the same class. Values given here are
/// checked for type, size and constraints as those of operations are. After an exception the transaction goes on; whoever
/// gives up calls <see cref="Abort"/>, or disposes it.
/// </remarks>
/// <example><code>
/// using var transaction = database.Begin();
/// var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
/// transaction.Set(port, "vlan_bindings", Datum.Map([new(10, blue.Uuid)]));
/// if (transaction.Commit() is { } error) ...
/// </code></example>
public sealed class Transaction : IDisposable
{
    private readonly List<RowChange> _changes = [];
    private List<string>? _comments;
    private bool _ended;

    internal Transaction(Database database)
    {
        if (database.Current is not null)
        {
            throw new InvalidOperationException($"a transaction on {database.Name} is under way already");
        }

        Database = database;
        database.Current = this;
    }

    /// <summary>The database.</summary>
    public Database Database { get; }

    /// <summary>True once it has inserted, changed or deleted a row.</summary>
    public bool HasChanges => _changes.Count > 0;

    internal List<RowChange> Changes => _changes;

    internal string? Comment => _comments is null ? null : string.Join('\n', _comments);

    /// <summary>Inserts a row; columns not given have their default values.</summary>
    /// <exception cref="OvsdbErrorException">A value, given or default, is not permitted.</exception>
    /// <exception cref="ArgumentException">There is no such table or column.</exception>
    public Row Insert(string table, params IEnumerable<(string Column, Datum Value)> values)
    {
        var target = Database.Table(table);
        var fields = target.Defaults.AsSpan().ToArray();
        foreach (var (name, value) in values)
        {
            var column = target.Schema.Column(name);
            CheckGiven(column, value);
            fields[column.Index - 1] = value;
        }

        CheckDefaults(target, fields);
        return Insert(target, Database.NewUuid(), fields);
    }

    /// <summary>Gives a column of a row a value, unless it has it.</summary>
    /// <exception cref="OvsdbErrorException">The value is not permitted.</exception>
    /// <remarks>Immutable columns may be set here: the rule binds clients, not the owner of the database.</remarks>
    public void Set(Row row, string column, Datum value)
    {
        var schema = row.Table.Schema.Column(column);
        CheckGiven(schema, value);
        if (row[schema] != value)
        {
            Modify(row)[schema.Index - 1] = value;
        }
    }

    /// <summary>Deletes a row.</summary>
    public void Delete(Row row)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var change = Open(row);
        change.New = null;
        row.Table.Rows.Remove(change.Row);
        if (change.Old is not null)
        {
            row.Table.Deleted.Add(row.Uuid, change.Row);
        }
    }

    /// <summary>Adds a text to the record of the transaction in the log.</summary>
    public void AddComment(string text) => (_comments ??= []).Add(text);

    /// <summary>Checks the whole and makes it visible, or undoes it.</summary>
    /// <returns>Null, or what is wrong; then nothing was changed.</returns>
    public OvsdbError? Commit()
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var commit = new Commit(this);
        var error = commit.Run();
        if (error is not null)
        {
            commit.Undo();
            Abort();
            return error;
        }

        var changes = commit.Finish();
        Store();
        End();
        if (changes.Count > 0)
        {
            Database.Publish(changes);
        }

        return null;
    }

    /// <summary>Undoes everything.</summary>
    public void Abort()
    {
        if (_ended)
        {
            return;
        }

        for (var i = _changes.Count - 1; i >= 0; i--)
        {
            var change = _changes[i];
            var row = change.Row;
            if (change.Old is null && row.Exists)
            {
                row.Table.Rows.Remove(row);
            }
            else if (change.Old is not null)
            {
                if (!row.Exists)
                {
                    row.Table.Rows.Add(row);
                }

                row.Table.Rows.Close(change, isUndone: true);
            }
        }

        End();
    }

    /// <summary>Aborts unless the transaction was committed.</summary>
    public void Dispose() => Abort();

    /// <summary>Whether a row with a UUID may be inserted: there is none, and this transaction has deleted none.</summary>
    internal static bool MayInsert(Table table, Uuid uuid) => table.Find(uuid) is null && !table.Deleted.ContainsKey(uuid);

    internal Row Insert(Table table, Uuid uuid, Datum[] fields)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        fields[ColumnSchema.VersionIndex - 1] = Database.NewUuid();
        var row = new Row(table, uuid);
        var change = new RowChange(row, null, fields);
        row.State = change;
        _changes.Add(change);
        table.Rows.Add(row);
        return row;
    }

    /// <summary>The fields of a row, to be changed.</summary>
    internal Datum[] Modify(Row row)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var change = Open(row);
        return change.New ??= change.Old.AsSpan().ToArray();
    }

    /// <summary>Checks what a caller did not give: the least values of columns may be forbidden by their constraints.</summary>
    internal static void CheckDefaults(Table table, Datum[] fields)
    {
        for (var i = ColumnSchema.VersionIndex + 1; i < table.Schema.Columns.Count; i++)
        {
            if (fields[i - 1].Count == 1 && table.Schema.Columns[i].Type.Check(fields[i - 1]) is { } error)
            {
                throw error.AsException();
            }
        }
    }

    private static void CheckGiven(ColumnSchema column, Datum value)
    {
        var type = column.Type;
        if (column.IsBuiltIn || !type.Admits(value.Count) || (value.Count > 0 && value.HasValues != type.IsMap)
            || value.Keys.Any(key => key.Type != type.Key.Type))
        {
            throw new ArgumentException($"column {column.Name} of type {type.ToEnglish()} cannot hold {value}", nameof(value));
        }

        if (type.Check(value) is { } error)
        {
            throw error.AsException();
        }
    }

    private RowChange Open(Row row)
    {
        if (row.Change is { } underWay)
        {
            return underWay;
        }

        var change = row.Table.Rows.Open(row);
        _changes.Add(change);
        return change;
    }

    private void Store()
    {
        foreach (var change in _changes)
        {
            if (change.New is not null)
            {
                change.Row.Table.Rows.Close(change, isUndone: false);
            }
            else
            {
                change.Row.Table.Rows.Bury(change);
            }
        }

        Table? last = null;
        foreach (var change in _changes)
        {
            if (change.Row.Table != last)
            {
                last = change.Row.Table;
                last.Rows.Tidy();
            }
        }
    }

    private void End()
    {
        foreach (var change in _changes)
        {
            if (change.Old is not null && change.Row.Table.Deleted.Count > 0)
            {
                change.Row.Table.Deleted.Clear();
            }
        }

        _ended = true;
        Database.Current = null;
    }
}
