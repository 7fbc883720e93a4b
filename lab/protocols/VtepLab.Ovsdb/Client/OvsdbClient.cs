namespace VtepLab.Ovsdb;

/// <summary>The methods of an OVSDB server (RFC 7047 section 4.1 and ovsdb-server(7)), over one connection.</summary>
/// <remarks>Every method throws what <see cref="OvsdbConnection.CallAsync"/> throws.</remarks>
public sealed class OvsdbClient
{
    private const int MostKept = 4;

    // Schemas do not change, and the next server mostly has one of the last ones': hundreds of switches share one instead of a copy for each connection.
    [ThreadStatic]
    private static List<(byte[] Text, DatabaseSchema Schema)>? s_known;

    /// <summary>Takes a connection, which somebody has to run.</summary>
    public OvsdbClient(OvsdbConnection connection)
    {
        Connection = connection;
        connection.NotificationReceived += (method, parameters) =>
        {
            if (method is "locked" or "stolen" && parameters.Kind == JsonKind.Array && parameters.Count == 1)
            {
                (method == "locked" ? LockGained : LockStolen)?.Invoke(parameters[0].GetString());
            }
        };
    }

    /// <summary>The connection under it.</summary>
    public OvsdbConnection Connection { get; }

    /// <summary>Called with a lock's name when a lock that was waited for is ours.</summary>
    public event Action<string>? LockGained;

    /// <summary>Called with a lock's name when another client has stolen it.</summary>
    public event Action<string>? LockStolen;

    /// <summary><c>list_dbs</c>: the names of the databases, sorted.</summary>
    public async Task<IReadOnlyList<string>> ListDatabasesAsync(CancellationToken cancel = default)
    {
        var result = await Connection.CallAsync("list_dbs", cancel: cancel);
        var names = new List<string>();
        if (result.Kind != JsonKind.Array)
        {
            throw Unexpected("list_dbs", "an array of names", result);
        }

        foreach (var name in result.Elements)
        {
            names.Add(name.Kind == JsonKind.String ? name.GetString() : throw Unexpected("list_dbs", "an array of names", result));
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary><c>get_schema</c>.</summary>
    /// <exception cref="OvsdbProtocolException">The server sent what is no valid schema.</exception>
    public async Task<DatabaseSchema> GetSchemaAsync(string database, CancellationToken cancel = default)
    {
        DatabaseSchema? same = null;
        var result = await Connection.CallAsync(
            "get_schema", json => WriteStrings(json, database), glance: answer => (same = Known(answer)) is not null, cancel: cancel);
        if (same is not null)
        {
            return same;
        }

        var known = s_known ??= [];
        try
        {
            var schema = DatabaseSchema.Parse(result);
            known.Insert(0, (result.Source.ToArray(), schema));
            known.RemoveRange(Math.Min(known.Count, MostKept), Math.Max(0, known.Count - MostKept));
            return schema;
        }
        catch (OvsdbErrorException bad)
        {
            throw new OvsdbProtocolException($"{Connection.Peer} sent no valid schema of {database}: {bad.Error}", inner: bad);
        }
    }

    /// <summary><c>transact</c>.</summary>
    /// <param name="transaction">At least one operation.</param>
    /// <param name="timeout">How long to wait for the answer; null for the connection's default.</param>
    /// <param name="cancel">Withdraws the transaction; whether it was executed is then unknown.</param>
    /// <exception cref="OvsdbOperationException">An operation failed, named by its index, or the commit did; nothing was changed.</exception>
    public async Task<TransactionResult> TransactAsync(OvsdbTransaction transaction, TimeSpan? timeout = null, CancellationToken cancel = default)
    {
        var result = await Connection.CallAsync("transact", transaction.WriteTo, timeout, cancel: cancel);
        return TransactionResult.Read(transaction, result, Connection.Peer);
    }

    /// <summary><c>echo</c>: comes back when the server has answered everything before it.</summary>
    public Task EchoAsync(CancellationToken cancel = default) => Connection.CallAsync("echo", json => WriteStrings(json, "ping"), cancel: cancel);

    /// <summary><c>lock</c>: true when the lock is ours at once; otherwise <see cref="LockGained"/> will tell.</summary>
    public Task<bool> LockAsync(string name, CancellationToken cancel = default) => LockAsync("lock", name, cancel);

    /// <summary><c>steal</c>: takes the lock from whoever has it.</summary>
    public Task<bool> StealAsync(string name, CancellationToken cancel = default) => LockAsync("steal", name, cancel);

    /// <summary><c>unlock</c>: gives a lock, or the wish for it, up.</summary>
    public Task UnlockAsync(string name, CancellationToken cancel = default) =>
        Connection.CallAsync("unlock", json => WriteStrings(json, name), cancel: cancel);

    /// <summary><c>get_server_id</c>: a UUID that is the server process's own.</summary>
    public async Task<Uuid> GetServerIdAsync(CancellationToken cancel = default)
    {
        var result = await Connection.CallAsync("get_server_id", cancel: cancel);
        return result.Kind == JsonKind.String && Uuid.TryParse(result.Utf8, out var id) ? id : throw Unexpected("get_server_id", "a UUID", result);
    }

    /// <summary><c>set_db_change_aware</c>: true to be told when a database goes instead of losing the connection.</summary>
    public Task SetDatabaseChangeAwareAsync(bool isAware, CancellationToken cancel = default) => Connection.CallAsync(
        "set_db_change_aware", json => json.Raw(isAware ? "[true]"u8 : "[false]"u8), cancel: cancel);

    private static DatabaseSchema? Known(JsonValue answer)
    {
        if (answer.Kind == JsonKind.Object && s_known is { } known)
        {
            foreach (var (text, schema) in known)
            {
                if (answer.Source.SequenceEqual(text))
                {
                    return schema;
                }
            }
        }

        return null;
    }

    private static void WriteStrings(JsonWriter json, string text)
    {
        json.Raw((byte)'[');
        json.String(text);
        json.Raw((byte)']');
    }

    private async Task<bool> LockAsync(string method, string name, CancellationToken cancel)
    {
        var result = await Connection.CallAsync(method, json => WriteStrings(json, name), cancel: cancel);
        return result.Member("locked"u8).Kind switch
        {
            JsonKind.True => true,
            JsonKind.False => false,
            _ => throw Unexpected(method, "{\"locked\": boolean}", result),
        };
    }

    private OvsdbProtocolException Unexpected(string method, string expected, JsonValue found) =>
        new($"{Connection.Peer} answered {method} with {found}; expected {expected}.");
}
