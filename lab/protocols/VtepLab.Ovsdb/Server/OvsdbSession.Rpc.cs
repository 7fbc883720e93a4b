namespace VtepLab.Ovsdb;

/// <content>JSON-RPC (RFC 7047 section 4): which messages there are, and which end the connection.</content>
public sealed partial class OvsdbSession
{
    private bool _isAnswering;
    private string? _disconnectReason;

    private void Handle(JsonValue message)
    {
        if (message.Kind != JsonKind.Object)
        {
            Disconnect("message is not a JSON object");
            return;
        }

        JsonValue id = default, method = default, parameters = default, result = default, error = default;
        foreach (var (name, value) in message.Members)
        {
            var utf8 = name.Utf8;
            if (utf8.SequenceEqual("id"u8))
            {
                id = value;
            }
            else if (utf8.SequenceEqual("method"u8))
            {
                method = value;
            }
            else if (utf8.SequenceEqual("params"u8))
            {
                parameters = value;
            }
            else if (utf8.SequenceEqual("result"u8))
            {
                result = value;
            }
            else if (utf8.SequenceEqual("error"u8))
            {
                error = value;
            }
            else
            {
                Disconnect($"message has unexpected member \"{name.GetString()}\"");
                return;
            }
        }

        if (Given(result) || Given(error))
        {
            // The only reply that anybody waits for is that to the server's own echo.
            var isEcho = id.IsString("echo"u8) && Given(result) && !Given(error) && !method.Exists && !parameters.Exists;
            if (!isEcho)
            {
                Disconnect("received a reply to nothing");
            }

            return;
        }

        if (method.Kind != JsonKind.String || parameters.Kind != JsonKind.Array)
        {
            Disconnect("message has no method, or params that are not an array");
            return;
        }

        if (!Given(id))
        {
            HandleNotification(method, parameters);
            return;
        }

        _isAnswering = true;
        try
        {
            Answer(id, method, parameters);
        }
        finally
        {
            _isAnswering = false;
        }

        if (_disconnectReason is { } reason)
        {
            Disconnect(reason);
        }
    }

    private void Answer(JsonValue id, JsonValue method, JsonValue parameters)
    {
        _reply.Clear();
        _reply.Raw("{\"id\":"u8);
        id.WriteTo(_reply);
        var prefix = _reply.Length;
        try
        {
            _reply.Raw(",\"result\":"u8);
            if (!HandleRequest(method, parameters, id))
            {
                return; // Answered later, or never.
            }

            _reply.Raw(",\"error\":null}"u8);
        }
        catch (OvsdbErrorException refused)
        {
            _reply.Truncate(prefix);
            _reply.Raw(",\"error\":"u8);
            if (refused.Error is BareError)
            {
                _reply.String(refused.Error.Name);
            }
            else
            {
                refused.Error.WriteTo(_reply);
            }

            _reply.Raw((byte)'}');
        }

        Flush(); // What a session's own transaction changed comes before the reply to it.
        Send(null, _reply.WrittenMemory);
    }

    private static bool Given(JsonValue value) => value.Kind is not (JsonKind.Missing or JsonKind.Null);

    private void HandleNotification(JsonValue method, JsonValue parameters)
    {
        if (method.IsString("cancel"u8) && parameters.Count == 1)
        {
            var id = parameters[0].ToString();
            if (Server.BlockedOf(this).FirstOrDefault(blocked => blocked.Id.ToString() == id) is { } blocked)
            {
                Cancel(blocked);
            }
        }
    }

    /// <summary>Writes the result of a request.</summary>
    /// <returns>False when the reply does not go out now.</returns>
    private bool HandleRequest(JsonValue method, JsonValue parameters, JsonValue id)
    {
        switch (method.GetString())
        {
            case "echo":
                parameters.WriteTo(_reply);
                return true;
            case "transact":
                return Transact(parameters, id);
            case "list_dbs":
                ListDatabases();
                return true;
            case "get_schema":
                FindDatabase("get_schema", parameters).Schema.WriteTo(_reply);
                return true;
            case "monitor":
                AddMonitor(parameters, MonitorKind.Plain);
                return true;
            case "monitor_cond":
                AddMonitor(parameters, MonitorKind.Conditional);
                return true;
            case "monitor_cond_since":
                AddMonitor(parameters, MonitorKind.Since);
                return true;
            case "monitor_cond_change":
                ChangeMonitor(parameters);
                return true;
            case "monitor_cancel":
                CancelMonitor(parameters);
                return true;
            case "lock":
                Lock("lock", parameters);
                return true;
            case "steal":
                Lock("steal", parameters);
                return true;
            case "unlock":
                Unlock(parameters);
                return true;
            case "set_db_change_aware":
                SetChangeAware(parameters);
                return true;
            case "get_server_id":
                _reply.Raw((byte)'"');
                _reply.BareUuid(Server.Id);
                _reply.Raw((byte)'"');
                return true;
            case "convert":
                Convert(parameters);
                return true;
            default:
                throw new BareError("unknown method").AsException();
        }
    }

    private void ListDatabases()
    {
        _reply.Raw((byte)'[');
        var first = true;
        foreach (var database in Server.Databases)
        {
            _reply.Comma(ref first);
            _reply.String(database.Name);
        }

        _reply.Raw((byte)']');
    }

    private Database FindDatabase(string method, JsonValue parameters)
    {
        if (parameters.Count == 0 || parameters[0].Kind != JsonKind.String)
        {
            throw OvsdbError.BadSyntax(parameters, $"{method} request params must begin with <db-name>").AsException();
        }

        var name = parameters[0].GetString();
        return Server.Find(name) ?? throw new OvsdbError(
            ErrorNames.UnknownDatabase, $"{method} request specifies unknown database {name}", parameters.ToString()).AsException();
    }

    /// <summary>An error that is a bare string, as a few of ovsdb-server's are.</summary>
    private sealed record BareError(string Text) : OvsdbError(Text);
}
