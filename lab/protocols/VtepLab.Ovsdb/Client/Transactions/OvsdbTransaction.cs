namespace VtepLab.Ovsdb;

/// <summary>Builds one <c>transact</c> request, checked against the schema while it is built.</summary>
/// <remarks>
/// <para>
/// What can be known to be wrong before it is sent is an <see cref="ArgumentException"/> that names table and column: names the
/// schema does not have, values of another type or size or outside a column's constraints, writing an immutable column, new rows
/// of another transaction. <see cref="Insert"/> gives back a stand-in for the row's UUID, which may be used in any value and
/// condition of the same transaction, earlier operations included.
/// </para>
/// <para>Methods that return an <c>int</c> return the operation's index, by which <see cref="TransactionResult"/> finds its result.</para>
/// </remarks>
public sealed class OvsdbTransaction
{
    private readonly JsonWriter _operations = new();
    private readonly List<TransactionOperation> _summaries = [];
    private readonly Dictionary<Uuid, int> _newRows = [];
    private readonly HashSet<Uuid> _nameless = [];
    private readonly HashSet<Uuid> _usedNewRows = [];
    private readonly List<string> _given = []; // Columns of the row that is being written.

    /// <summary>Begins an empty transaction on the database of a schema.</summary>
    public OvsdbTransaction(DatabaseSchema schema) => Schema = schema;

    /// <summary>The schema it is checked against.</summary>
    public DatabaseSchema Schema { get; }

    /// <summary>Number of operations so far.</summary>
    public int Count => _summaries.Count;

    /// <summary>True while nothing was added.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The operations so far.</summary>
    internal IReadOnlyList<TransactionOperation> Operations => _summaries;

    /// <summary>The stand-ins and the indices of the operations that insert their rows.</summary>
    internal IReadOnlyDictionary<Uuid, int> NewRows => _newRows;

    /// <summary>Inserts a row; columns that are not given take their default values.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="columns">Names and values.</param>
    /// <returns>A stand-in for the row's UUID; <see cref="TransactionResult.UuidOf"/> tells the real one.</returns>
    public Uuid Insert(string table, params IEnumerable<(string Column, Datum Value)> columns) => InsertRow(table, null, isNamed: true, columns);

    /// <summary>Inserts a row whose UUID is chosen here: an extension of ovsdb-server 2.13, which others refuse or pass over.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="uuid">The UUID; where the table has it already the transaction fails with <c>duplicate uuid</c>.</param>
    /// <param name="columns">Names and values.</param>
    /// <returns>A stand-in for the row's UUID; what <see cref="TransactionResult.UuidOf"/> tells is the chosen one if the server took it.</returns>
    public Uuid InsertAs(string table, Uuid uuid, params IEnumerable<(string Column, Datum Value)> columns) => InsertRow(table, uuid, isNamed: true, columns);

    /// <summary>Inserts a row that nothing in this transaction refers to: without a name, of which a server keeps account for each.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="uuid">The UUID as in <see cref="InsertAs"/>; null to have the server choose it.</param>
    /// <param name="columns">Names and values.</param>
    /// <returns>A stand-in by which <see cref="TransactionResult.UuidOf"/> tells the UUID; it may not be used in a value.</returns>
    public Uuid InsertNameless(string table, Uuid? uuid, params IEnumerable<(string Column, Datum Value)> columns) =>
        InsertRow(table, uuid, isNamed: false, columns);

    private Uuid InsertRow(string table, Uuid? chosen, bool isNamed, IEnumerable<(string Column, Datum Value)> columns)
    {
        var uuid = NewRow.Next();
        _newRows.Add(uuid, Count);
        if (!isNamed)
        {
            _nameless.Add(uuid);
        }

        Begin("insert", Schema.Table(table));
        if (chosen is { } own)
        {
            Member("uuid"u8);
            _operations.String(own.ToString());
        }

        if (isNamed)
        {
            Member("uuid-name"u8);
            _operations.String(NameOf(Count - 1));
        }

        Row(Schema.Table(table), "row"u8, columns, isUpdate: false);
        End();
        return uuid;
    }

    /// <summary>Sets columns of rows to values.</summary>
    public int Update(string table, Where where, params IEnumerable<(string Column, Datum Value)> columns)
    {
        Begin("update", Schema.Table(table));
        Conditions(Schema.Table(table), where);
        Row(Schema.Table(table), "row"u8, columns, isUpdate: true);
        return End();
    }

    /// <summary>Changes columns of rows relative to what they hold, in order.</summary>
    public int Mutate(string table, Where where, params IEnumerable<ColumnMutation> mutations)
    {
        var schema = Schema.Table(table);
        Begin("mutate", schema);
        Conditions(schema, where);
        Member("mutations"u8);
        _operations.Raw((byte)'[');
        var first = true;
        foreach (var mutation in mutations)
        {
            var column = Writable(schema, mutation.Column);
            _operations.Comma(ref first);
            _operations.Raw((byte)'[');
            _operations.String(column.Name);
            _operations.Raw((byte)',');
            _operations.String(mutation.Word);
            _operations.Raw((byte)',');
            Value(schema, column, mutation.Value, ColumnValues.ForMutation(column, mutation));
            _operations.Raw((byte)']');
        }

        _operations.Raw((byte)']');
        return End();
    }

    /// <summary>Deletes rows.</summary>
    public int Delete(string table, Where where)
    {
        Begin("delete", Schema.Table(table));
        Conditions(Schema.Table(table), where);
        return End();
    }

    /// <summary>Reads columns of rows; all of them, the built-in ones included, when none is named.</summary>
    public int Select(string table, Where where, params IEnumerable<string> columns)
    {
        var schema = Schema.Table(table);
        Begin("select", schema);
        Conditions(schema, where);
        var names = columns.ToList();
        if (names.Count > 0)
        {
            Columns(schema, names);
        }

        return End();
    }

    /// <summary>Lets the transaction go on only if the columns of the selected rows are, as a set of rows, the given ones.</summary>
    /// <param name="table">The table's name.</param>
    /// <param name="where">Which rows are compared.</param>
    /// <param name="columns">Which of their columns.</param>
    /// <param name="rows">What they are compared with; a row has a value for every column.</param>
    /// <param name="isEqual">False: wait until they differ.</param>
    /// <param name="timeout">
    /// How long the server waits, in whole milliseconds; zero (the default) to be refused at once,
    /// <see cref="Timeout.InfiniteTimeSpan"/> to wait for ever.
    /// </param>
    public int Wait(
        string table, Where where, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Datum>> rows, bool isEqual = true,
        TimeSpan timeout = default)
    {
        var schema = Schema.Table(table);
        Begin("wait", schema);
        Conditions(schema, where);
        Columns(schema, columns);
        Member("until"u8);
        _operations.String(isEqual ? "==" : "!=");
        if (timeout != Timeout.InfiniteTimeSpan)
        {
            Member("timeout"u8);
            _operations.Integer((long)timeout.TotalMilliseconds);
        }

        Member("rows"u8);
        _operations.Raw((byte)'[');
        var first = true;
        foreach (var row in rows)
        {
            _operations.Comma(ref first);
            Object(schema, columns.Zip(row), isUpdate: false);
        }

        _operations.Raw((byte)']');
        return End();
    }

    /// <summary>Asks, if <paramref name="durable"/>, to be answered only when the transaction is on stable storage.</summary>
    public int Commit(bool durable = true)
    {
        Begin("commit", null);
        Member("durable"u8);
        _operations.Boolean(durable);
        return End();
    }

    /// <summary>Ends the transaction without effect: the error is <c>aborted</c>.</summary>
    public int Abort()
    {
        Begin("abort", null);
        return End();
    }

    /// <summary>Leaves a remark in the server's log.</summary>
    public int Comment(string text)
    {
        Begin("comment", null);
        Member("comment"u8);
        _operations.String(text);
        return End();
    }

    /// <summary>Goes on only while this connection owns a lock.</summary>
    public int Assert(string @lock)
    {
        Begin("assert", null);
        Member("lock"u8);
        _operations.String(@lock);
        return End();
    }

    /// <summary>Writes the parameters of <c>transact</c>: the database's name, then the operations.</summary>
    /// <exception cref="ArgumentException">A new row that is used is not inserted here.</exception>
    public void WriteTo(JsonWriter writer)
    {
        foreach (var uuid in _usedNewRows.Order())
        {
            if (!_newRows.ContainsKey(uuid))
            {
                throw new ArgumentException($"a new row is used that another transaction on {Schema.Name} inserts");
            }
        }

        writer.Raw((byte)'[');
        writer.String(Schema.Name);
        writer.Raw(_operations.Written);
        writer.Raw((byte)']');
    }

    private static string NameOf(int operation) => $"row{operation}";

    private void Begin(string op, TableSchema? table)
    {
        _summaries.Add(new TransactionOperation(op, table));
        _operations.Raw(",{\"op\":"u8);
        _operations.String(op);
        if (table is not null)
        {
            Member("table"u8);
            _operations.String(table.Name);
        }
    }

    private int End()
    {
        _operations.Raw((byte)'}');
        return Count - 1;
    }

    private void Member(ReadOnlySpan<byte> name)
    {
        _operations.Raw((byte)',');
        _operations.String(name);
        _operations.Raw((byte)':');
    }

    private void Conditions(TableSchema table, Where where)
    {
        Member("where"u8);
        _operations.Raw((byte)'[');
        var first = true;
        foreach (var condition in where.Conditions)
        {
            var column = table.Column(condition.Column);
            _operations.Comma(ref first);
            _operations.Raw((byte)'[');
            _operations.String(column.Name);
            _operations.Raw((byte)',');
            _operations.String(condition.Word);
            _operations.Raw((byte)',');
            Value(table, column, condition.Value, ColumnValues.ForCondition(column, condition));
            _operations.Raw((byte)']');
        }

        _operations.Raw((byte)']');
    }

    private void Columns(TableSchema table, IEnumerable<string> names)
    {
        Member("columns"u8);
        _operations.Raw((byte)'[');
        var first = true;
        foreach (var name in names)
        {
            _operations.Comma(ref first);
            _operations.String(table.Column(name).Name);
        }

        _operations.Raw((byte)']');
    }

    private void Row(TableSchema table, ReadOnlySpan<byte> member, IEnumerable<(string Column, Datum Value)> columns, bool isUpdate)
    {
        Member(member);
        Object(table, columns, isUpdate);
    }

    private void Object(TableSchema table, IEnumerable<(string Column, Datum Value)> columns, bool isUpdate)
    {
        _operations.Raw((byte)'{');
        var first = true;
        _given.Clear();
        foreach (var (name, value) in columns)
        {
            var column = isUpdate ? Writable(table, name) : table.Column(name);
            if (_given.Contains(name))
            {
                throw new ArgumentException($"column {name} of table {table.Name} is given twice", nameof(columns));
            }

            _given.Add(name);
            _operations.Comma(ref first);
            _operations.String(name);
            _operations.Raw((byte)':');
            Value(table, column, value, column.Type);
        }

        _operations.Raw((byte)'}');
    }

    private static ColumnSchema Writable(TableSchema table, string name)
    {
        var column = table.Column(name);
        return column.IsMutable && !column.IsBuiltIn
            ? column
            : throw new ArgumentException($"column {name} of table {table.Name} cannot change after the row was inserted", nameof(name));
    }

    private void Value(TableSchema table, ColumnSchema column, Datum value, ColumnType type)
    {
        ColumnValues.Check(table, column, value, type);
        if (NewRow.IsIn(value))
        {
            Named(table, column, value, type);
        }
        else
        {
            _operations.Write(value, type);
        }
    }

    private void Named(TableSchema table, ColumnSchema column, Datum value, ColumnType type) =>
        ColumnValues.Write(_operations, value, type, uuid => NameIn(table, column, uuid));

    private string NameIn(TableSchema table, ColumnSchema column, Uuid uuid)
    {
        _usedNewRows.Add(uuid);
        return !_newRows.TryGetValue(uuid, out var operation)
            ? throw new ArgumentException($"column {column.Name} of table {table.Name}: the new row is not one of this transaction")
            : _nameless.Contains(uuid)
                ? throw new ArgumentException($"column {column.Name} of table {table.Name}: the new row was inserted without a name")
                : NameOf(operation);
    }
}

/// <summary>What one operation of a transaction does, for messages and for reading its result.</summary>
/// <param name="Op">The operation's word.</param>
/// <param name="Table">Its table, if it has one.</param>
internal sealed record TransactionOperation(string Op, TableSchema? Table)
{
    /// <inheritdoc/>
    public override string ToString() => Table is null ? Op : $"{Op} {(Op == "insert" ? "into" : "of")} {Table.Name}";
}
