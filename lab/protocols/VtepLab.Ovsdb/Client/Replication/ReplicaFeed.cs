namespace VtepLab.Ovsdb;

/// <summary>Keeps a <see cref="Replica"/> over one connection.</summary>
/// <remarks>
/// It asks for <c>monitor_cond_since</c>, and when that is refused for <c>monitor_cond</c>, then for <c>monitor</c>, as the
/// clients of Open vSwitch do. Between the answer and the updates after it nothing is lost: the answer is looked at in the order
/// of the stream.
/// </remarks>
public sealed class ReplicaFeed
{
    private readonly OvsdbClient _client;
    private readonly Replica _replica;
    private readonly string _database;
    private readonly string _id;

    private ReplicaFeed(OvsdbClient client, Replica replica, string database)
    {
        _client = client;
        _replica = replica;
        _database = database;
        _id = $"replica of {database}";
    }

    /// <summary>The method that the server accepted.</summary>
    public string Method { get; private set; } = "";

    /// <summary>Reads the schema, then begins to monitor; returns when the replica is what the database was a moment ago.</summary>
    /// <param name="client">A connection that somebody runs.</param>
    /// <param name="replica">Empty, or filled over an earlier connection.</param>
    /// <param name="database">The database's name.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="OvsdbOperationException">The server has no such database, or refuses every kind of monitor.</exception>
    /// <exception cref="OvsdbProtocolException">The connection ended, or what the server sent does not fit.</exception>
    public static async Task<ReplicaFeed> StartAsync(OvsdbClient client, Replica replica, string database, CancellationToken cancel = default)
    {
        replica.Adopt(await client.GetSchemaAsync(database, cancel));
        var feed = new ReplicaFeed(client, replica, database);
        client.Connection.NotificationReceived += feed.Receive;
        if (!await feed.TryAsync("monitor_cond_since", isLast: false, cancel) && !await feed.TryAsync("monitor_cond", isLast: false, cancel))
        {
            await feed.TryAsync("monitor", isLast: true, cancel);
        }

        return feed;
    }

    private async Task<bool> TryAsync(string method, bool isLast, CancellationToken cancel)
    {
        var accepted = new TaskCompletionSource<OvsdbError?>();
        _client.Connection.Call(method, json => WriteParameters(json, method == "monitor_cond_since"), reply =>
        {
            if (reply.Error is null)
            {
                Method = method;
                Begin(reply.Result);
            }

            accepted.TrySetResult(reply.Error);
        });
        var end = await Task.WhenAny(accepted.Task, _client.Connection.Ended).WaitAsync(cancel);
        if (end != accepted.Task)
        {
            await _client.Connection.CallAsync("echo", cancel: cancel); // Throws what ended the connection.
        }

        var error = await accepted.Task;
        if (error is not null && isLast)
        {
            throw new OvsdbOperationException(
                $"{_client.Connection.Peer} refused to monitor {_database}", error.Name, error.Details, error.Syntax);
        }

        return error is null;
    }

    private void Begin(JsonValue result)
    {
        switch (Method)
        {
            case "monitor":
                _replica.Fill(result, isUpdate2: false, Uuid.Zero);
                break;
            case "monitor_cond":
                _replica.Fill(result, isUpdate2: true, Uuid.Zero);
                break;
            case var _ when result.Kind == JsonKind.Array && result.Count == 3 && result[1].Kind == JsonKind.String && Uuid.TryParse(result[1].Utf8, out var last):
                if (result[0].Kind == JsonKind.True)
                {
                    _replica.Update(result[2], isUpdate2: true, last, isResync: true);
                }
                else
                {
                    _replica.Fill(result[2], isUpdate2: true, last);
                }

                break;
            default:
                throw new OvsdbProtocolException(
                    $"{_client.Connection.Peer} answered {Method} with {result}; expected [found, last transaction, updates].");
        }
    }

    private void Receive(string method, JsonValue parameters)
    {
        if (parameters.Kind != JsonKind.Array || parameters.Count == 0 || !parameters[0].IsString(System.Text.Encoding.UTF8.GetBytes(_id)))
        {
            return;
        }

        switch (method, parameters.Count)
        {
            case ("update", 2):
                _replica.Update(parameters[1], isUpdate2: false);
                break;
            case ("update2", 2):
                _replica.Update(parameters[1], isUpdate2: true);
                break;
            case ("update3", 3):
                var known = parameters[1].Kind == JsonKind.String && Uuid.TryParse(parameters[1].Utf8, out var id) ? id : Uuid.Zero;
                _replica.Update(parameters[2], isUpdate2: true, known);
                break;
            case ("monitor_canceled", 1):
                throw new OvsdbProtocolException($"{_client.Connection.Peer} no longer serves {_database}.", isTransient: true);
            default:
                throw new OvsdbProtocolException($"{_client.Connection.Peer} sent {method} with {parameters.Count} parameters.");
        }
    }

    private void WriteParameters(JsonWriter json, bool since)
    {
        json.Raw((byte)'[');
        json.String(_database);
        json.Raw((byte)',');
        json.String(_id);
        json.Raw(",{"u8);
        var firstTable = true;
        foreach (var table in _replica.Tables)
        {
            json.Comma(ref firstTable);
            json.String(table.Name);
            json.Raw(":[{\"columns\":["u8);
            var firstColumn = true;
            foreach (var column in table.Columns)
            {
                json.Comma(ref firstColumn);
                json.String(column.Name);
            }

            json.Raw("]}]"u8);
        }

        json.Raw((byte)'}');
        if (since)
        {
            json.Raw(",\""u8);
            json.BareUuid(_replica.LastTransactionId);
            json.Raw((byte)'"');
        }

        json.Raw((byte)']');
    }
}
