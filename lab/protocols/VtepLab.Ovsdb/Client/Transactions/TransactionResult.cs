namespace VtepLab.Ovsdb;

/// <summary>What a committed transaction gave back.</summary>
public sealed class TransactionResult
{
    private readonly OvsdbTransaction _transaction;
    private readonly JsonValue[] _results;

    private TransactionResult(OvsdbTransaction transaction, JsonValue[] results)
    {
        _transaction = transaction;
        _results = results;
    }

    /// <summary>The UUID the server gave to a row that the transaction inserted.</summary>
    /// <param name="newRow">What <see cref="OvsdbTransaction.Insert"/> returned.</param>
    /// <remarks>A row of a non-root table that nothing refers to is gone already.</remarks>
    public Uuid UuidOf(Uuid newRow)
    {
        if (!_transaction.NewRows.TryGetValue(newRow, out var operation))
        {
            throw new ArgumentException($"{newRow} is no new row of this transaction", nameof(newRow));
        }

        var uuid = _results[operation].Member("uuid"u8);
        return uuid.Kind == JsonKind.Array && uuid.Count == 2 && uuid[1].Kind == JsonKind.String && Uuid.TryParse(uuid[1].Utf8, out var real)
            ? real
            : throw Unexpected(operation, "the UUID of the new row");
    }

    /// <summary>How many rows an update, mutate or delete matched.</summary>
    public long CountOf(int operation)
    {
        var count = Result(operation).Member("count"u8);
        return count.Kind == JsonKind.Integer ? count.Integer : throw Unexpected(operation, "a row count");
    }

    /// <summary>The rows that a select found, in the server's order.</summary>
    public IReadOnlyList<SelectedRow> RowsOf(int operation)
    {
        var rows = Result(operation).Member("rows"u8);
        if (rows.Kind != JsonKind.Array || _transaction.Operations[operation].Table is not { } table)
        {
            throw Unexpected(operation, "rows");
        }

        var list = new List<SelectedRow>(rows.Count);
        foreach (var row in rows.Elements)
        {
            list.Add(new SelectedRow(table, row));
        }

        return list;
    }

    /// <summary>Reads the result of a transaction.</summary>
    /// <param name="transaction">The transaction.</param>
    /// <param name="result">The array that the server answered with.</param>
    /// <param name="peer">The server's name.</param>
    /// <exception cref="OvsdbOperationException">An operation or the commit failed.</exception>
    /// <exception cref="OvsdbProtocolException">The answer is no result of this transaction.</exception>
    internal static TransactionResult Read(OvsdbTransaction transaction, JsonValue result, string peer)
    {
        if (result.Kind != JsonKind.Array)
        {
            throw new OvsdbProtocolException($"{peer} answered transact with {result}; expected an array.");
        }

        var results = new JsonValue[result.Count];
        var n = 0;
        foreach (var element in result.Elements)
        {
            if (element.Member("error"u8).Kind == JsonKind.String)
            {
                var error = OvsdbReply.ReadError(element);
                throw n < transaction.Count
                    ? new OvsdbOperationException(
                        $"{peer} refused operation {n}, {transaction.Operations[n]}", error.Name, error.Details, error.Syntax, n)
                    : new OvsdbOperationException($"{peer} refused to commit", error.Name, error.Details, error.Syntax);
            }

            results[n++] = element;
        }

        return n == transaction.Count
            ? new TransactionResult(transaction, results)
            : throw new OvsdbProtocolException($"{peer} answered {transaction.Count} operations with {n} results and no error.");
    }

    private JsonValue Result(int operation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)operation, (uint)_results.Length, nameof(operation));
        return _results[operation];
    }

    private OvsdbProtocolException Unexpected(int operation, string expected) =>
        new($"Operation {operation}, {_transaction.Operations[operation]}: expected {expected}, found {_results[operation]}.");
}
