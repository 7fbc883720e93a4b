namespace VtepLab.Ovsdb;

/// <content>Monitors: setting them up, telling what changes, and holding back while the peer does not read.</content>
public sealed partial class OvsdbSession
{
    private readonly List<Monitor> _monitors = [];

    /// <summary>A transaction was committed: tells it, or keeps it for later if the peer is behind.</summary>
    internal void Notify(ChangeSet changes)
    {
        var isBehind = _output.UnsentBytes > 0; // Asked once: what one monitor sends must not hold back the next.
        for (var i = 0; i < _monitors.Count; i++)
        {
            var monitor = _monitors[i];
            if (monitor.Plan.Database != changes.Database)
            {
                continue;
            }

            if (monitor.IsBehind || isBehind)
            {
                monitor.Merge(changes);
                continue;
            }

            var updates = monitor.Plan.Compose(changes);
            if (updates.Length > 0)
            {
                BeginUpdate(monitor);
                _notice.Raw(updates);
                EndUpdate(monitor);
                _notice.Release();
            }
        }
    }

    private static string MethodOf(Monitor monitor) => monitor.Kind switch
    {
        MonitorKind.Plain => "update",
        MonitorKind.Conditional => "update2",
        _ => "update3",
    };

    private void AddMonitor(JsonValue parameters, MonitorKind kind)
    {
        var method = kind switch { MonitorKind.Plain => "monitor", MonitorKind.Conditional => "monitor_cond", _ => "monitor_cond_since" };
        var database = FindDatabase(method, parameters);
        var count = parameters.Count;
        if (kind == MonitorKind.Plain ? count < 3 : count != (kind == MonitorKind.Conditional ? 3 : 4))
        {
            throw OvsdbError.BadSyntax(parameters, "invalid parameters").AsException(); // ovsdb-server crashes on a short "monitor".
        }

        if (parameters[2].Kind != JsonKind.Object)
        {
            throw OvsdbError.BadSyntax(parameters[2], "monitor-requests must be object").AsException();
        }

        var id = Encode(parameters[1]);
        if (FindMonitor(id) is not null)
        {
            throw OvsdbError.BadSyntax(parameters[1], "duplicate monitor ID").AsException();
        }

        if (kind == MonitorKind.Since)
        {
            CheckTransactionId(parameters[3]);
        }

        if (_monitors.Count >= Server.Options.Limits.MaxMonitors)
        {
            throw new OvsdbError(ErrorNames.ResourcesExhausted, "too many monitors").AsException();
        }

        var tables = MonitorReader.Read(parameters[2], database, kind);
        var plan = Server.Plans.Acquire(database, kind == MonitorKind.Plain, tables);
        _monitors.Add(new Monitor(id, kind, plan));
        _reply.Raw(kind == MonitorKind.Since ? "[false,\"00000000-0000-0000-0000-000000000000\","u8 : ""u8);
        plan.WriteInitial(_reply);
        _reply.Raw(kind == MonitorKind.Since ? "]"u8 : ""u8);
    }

    /// <summary>The id that a client claims to know; transactions of a database that is not clustered have none, so none is found.</summary>
    private static void CheckTransactionId(JsonValue json)
    {
        if (json.Kind != JsonKind.String)
        {
            throw OvsdbError.BadSyntax(json, "last-txn-id must be string").AsException();
        }

        if (!Uuid.TryParse(json.Utf8, out _))
        {
            throw OvsdbError.BadSyntax(json, "last-txn-id must be UUID format.").AsException();
        }
    }

    private void ChangeMonitor(JsonValue parameters)
    {
        if (parameters.Count != 3)
        {
            throw OvsdbError.BadSyntax(parameters, "invalid parameters").AsException();
        }

        var monitor = FindMonitor(Encode(parameters[0]))
            ?? throw OvsdbError.BadSyntax(parameters[0], "unknown monitor session").AsException();
        var id = Encode(parameters[1]);
        if (!id.AsSpan().SequenceEqual(monitor.Id) && FindMonitor(id) is not null)
        {
            throw OvsdbError.BadSyntax(parameters[1], "duplicate monitor ID").AsException();
        }

        if (parameters[2].Kind != JsonKind.Object)
        {
            throw new OvsdbError(ErrorNames.SyntaxError, "monitor-cond-change-requests must be object").AsException();
        }

        Flush(monitor);
        var (tables, problem) = ReadConditions(parameters[2], monitor);
        var changed = new Monitor(problem is null ? id : monitor.Id, monitor.Kind, Server.Plans.Acquire(
            monitor.Plan.Database, monitor.Plan.IsPlain, tables));
        _monitors[_monitors.IndexOf(monitor)] = changed;
        if (!changed.Plan.IsPlain)
        {
            TellConditionChange(changed, monitor.Plan);
        }

        Server.Plans.Release(monitor.Plan);
        if (problem is not null)
        {
            throw problem.AsException(); // Tables before the bad one stay changed.
        }

        _reply.Raw("{}"u8);
    }

    private static (List<MonitorTable> Tables, OvsdbError? Problem) ReadConditions(JsonValue json, Monitor monitor)
    {
        var tables = monitor.Plan.Tables.ToList();
        try
        {
            foreach (var (name, requests) in json.Members)
            {
                var place = tables.FindIndex(table => name.IsString(System.Text.Encoding.UTF8.GetBytes(table.Table.Name)));
                if (place < 0)
                {
                    var isKnown = monitor.Plan.Database.Find(name.Utf8) is not null;
                    throw new OvsdbError(
                        ErrorNames.SyntaxError, $"no table named {name.GetString()}{(isKnown ? " in monitor session" : "")}").AsException();
                }

                if (requests.Kind != JsonKind.Array)
                {
                    throw new OvsdbError(ErrorNames.SyntaxError, $"table {name.GetString()} no monitor-cond-change JSON array").AsException();
                }

                foreach (var request in requests.Elements)
                {
                    tables[place] = ReadCondition(request, tables[place], monitor.Plan.IsPlain);
                }
            }
        }
        catch (OvsdbErrorException refused)
        {
            return (tables, refused.Error);
        }

        return (tables, null);
    }

    private static MonitorTable ReadCondition(JsonValue json, MonitorTable table, bool isPlain)
    {
        var reader = new MemberReader(json, "table " + table.Table.Name);
        if (reader.Take("columns", MemberKinds.Array | MemberKinds.Optional).Exists)
        {
            throw OvsdbError.BadSyntax(json, "changing columns is unsupported").AsException();
        }

        var where = reader.Take("where", MemberKinds.Array); // ovsdb-server crashes without it.
        reader.ThrowIfBad();
        var condition = MonitorReader.ReadCondition(where, table.Table);
        return isPlain ? table : table.With(condition, condition is null ? "" : where.ToString());
    }

    /// <summary>Rows that the new condition lets in are inserts for the client, those that it shuts out deletes.</summary>
    private void TellConditionChange(Monitor monitor, MonitorPlan before)
    {
        BeginUpdate(monitor);
        var updates = new UpdateWriter(_notice, monitor.Plan);
        foreach (var table in monitor.Plan.Tables)
        {
            var old = before.Of(table.Table)!;
            if (ReferenceEquals(old, table))
            {
                continue;
            }

            Datum[]? scratch = null;
            foreach (var row in monitor.Plan.Database.TableOf(table.Table).All)
            {
                var fields = row.ReadFields(ref scratch);
                var was = old.Condition?.HoldsAny(row, fields) ?? true;
                var isNow = table.Condition?.HoldsAny(row, fields) ?? true;
                if (was != isNow)
                {
                    updates.Add(table, row, was ? fields : null, isNow ? fields : null, isSeen: true);
                }
            }
        }

        if (updates.Finish())
        {
            EndUpdate(monitor);
        }

        _notice.Release();
    }

    private void CancelMonitor(JsonValue parameters)
    {
        if (parameters.Count != 1)
        {
            throw new BareError("invalid parameters").AsException();
        }

        var monitor = FindMonitor(Encode(parameters[0])) ?? throw new BareError("unknown monitor").AsException();
        _monitors.Remove(monitor);
        Server.Plans.Release(monitor.Plan);
        _reply.Raw("{}"u8);
    }

    private void CancelMonitors(Database database)
    {
        foreach (var monitor in _monitors.Where(monitor => monitor.Plan.Database == database).ToArray())
        {
            _monitors.Remove(monitor);
            Server.Plans.Release(monitor.Plan);
            if (_isChangeAware)
            {
                _notice.Clear();
                _notice.Raw("{\"id\":null,\"method\":\"monitor_canceled\",\"params\":["u8);
                _notice.Raw(monitor.Id);
                _notice.Raw("]}"u8);
                Send("monitor_canceled", _notice.WrittenMemory);
                _notice.Release();
            }
        }
    }

    private void ReleaseMonitors()
    {
        _monitors.ForEach(monitor => Server.Plans.Release(monitor.Plan));
        _monitors.Clear();
    }

    private void Flush()
    {
        for (var i = 0; i < _monitors.Count; i++)
        {
            Flush(_monitors[i]);
        }
    }

    private void Flush(Monitor monitor)
    {
        if (monitor.IsBehind)
        {
            BeginUpdate(monitor);
            if (monitor.WriteMerged(_notice))
            {
                EndUpdate(monitor);
            }

            _notice.Release();
        }
    }

    private void BeginUpdate(Monitor monitor)
    {
        _notice.Clear();
        _notice.Raw("{\"id\":null,\"method\":\""u8);
        _notice.Raw(monitor.Kind switch { MonitorKind.Plain => "update"u8, MonitorKind.Conditional => "update2"u8, _ => "update3"u8 });
        _notice.Raw("\",\"params\":["u8);
        _notice.Raw(monitor.Id);
        _notice.Raw(monitor.Kind == MonitorKind.Since ? ",\"00000000-0000-0000-0000-000000000000\","u8 : ","u8);
    }

    private void EndUpdate(Monitor monitor)
    {
        _notice.Raw("]}"u8);
        Send(MethodOf(monitor), _notice.WrittenMemory);
    }

    private Monitor? FindMonitor(byte[] id) => _monitors.Find(monitor => monitor.Id.AsSpan().SequenceEqual(id));

    private static byte[] Encode(JsonValue value)
    {
        var writer = new JsonWriter();
        value.WriteTo(writer);
        return writer.Written.ToArray();
    }
}
