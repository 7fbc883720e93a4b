using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using JsonValue = VtepLab.Ovsdb.JsonValue;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Requests, before the server reads them.</content>
internal sealed partial class SwitchServerQuirks
{
    /// <inheritdoc/>
    public override MessageVerdict BeforeReceive(OvsdbSession session, JsonValue message, ref ReadOnlyMemory<byte> text)
    {
        if (_quirks.IsEmpty || session == _replaying)
        {
            return MessageVerdict.Send;
        }

        if (_memories.DropClosed() && _quirks.Has(SwitchQuirkBook.FlushesAtDisconnect))
        {
            Flush();
        }

        var memory = _memories.Of(session);
        if (_hangs || IsLateInSegment(memory) || (_quirks.Has(SwitchQuirkBook.CountsBraces) && HasUnbalancedBraces(text.Span)))
        {
            return MessageVerdict.Drop;
        }

        if (Parse(text) is not JsonObject request || request["method"] is not { } method || request["params"] is not JsonArray parameters
            || method.GetValueKind() != System.Text.Json.JsonValueKind.String)
        {
            return MessageVerdict.Send;
        }

        var name = method.GetValue<string>();
        if (request["id"] is not { } id)
        {
            return name == "cancel"
                ? (_quirks.Has(SwitchQuirkBook.IgnoresCancel) ? MessageVerdict.Drop : MessageVerdict.Send)
                : (_quirks.Has(SwitchQuirkBook.ClosesOnUnknownNotification) ? MessageVerdict.Disconnect : MessageVerdict.Send);
        }

        memory.Requests[id.ToJsonString()] = new PeerRequest(name, parameters.DeepClone().AsArray());
        if (name.StartsWith("monitor", StringComparison.Ordinal) && name != "monitor_cancel")
        {
            _lastMonitoring = session;
        }

        if (Alter(request, name, parameters))
        {
            text = Bytes(request);
        }

        return MessageVerdict.Send;
    }

    private bool Alter(JsonObject request, string method, JsonArray parameters)
    {
        var altered = false;
        if (_quirks.Has(SwitchQuirkBook.AnyDatabase) && method is "get_schema" or "transact" or "monitor" or "monitor_cond"
            && parameters.Count > 0 && !Is(parameters[0], VtepSchema.DatabaseName) && !Is(parameters[0], "_Server"))
        {
            parameters[0] = VtepSchema.DatabaseName;
            altered = true;
        }

        if (_quirks.Has(SwitchQuirkBook.IgnoresMonitorCancel) && method == "monitor_cancel")
        {
            request["method"] = "echo";
            altered = true;
        }

        if (method is "monitor" or "monitor_cond" or "monitor_cond_since" && parameters.Count > 2)
        {
            if (_quirks.Has(SwitchQuirkBook.RefusesNullMonitorId) && parameters[1] is null)
            {
                parameters.RemoveAt(2);
                altered = true;
            }
            else if (_quirks.Has(SwitchQuirkBook.IgnoresSelect))
            {
                Walk(parameters[2], o => altered |= o.Remove("select"));
            }
        }

        if (method == "transact")
        {
            foreach (var operation in parameters.Skip(1).OfType<JsonObject>())
            {
                altered |= AlterOperation(operation);
            }
        }

        return altered;
    }

    private bool AlterOperation(JsonObject operation)
    {
        var altered = false;
        if (_quirks.Has(SwitchQuirkBook.IncludesMeansEquals) && operation["where"] is JsonArray where)
        {
            foreach (var condition in where.OfType<JsonArray>().Where(c => c.Count == 3 && Is(c[1], "includes")))
            {
                condition[1] = "==";
                altered = true;
            }
        }

        if (_quirks.Has(SwitchQuirkBook.WaitNeverBlocks) && Is(operation["op"], "wait"))
        {
            operation["timeout"] = 0;
            altered = true;
        }

        if (_quirks.Has(SwitchQuirkBook.MapInsertOverwrites) && operation["mutations"] is JsonArray mutations)
        {
            for (var i = 0; i < mutations.Count; i++)
            {
                if (mutations[i] is JsonArray { Count: 3 } m && Is(m[1], "insert") && m[2] is JsonArray { Count: 2 } map && Is(map[0], "map")
                    && map[1] is JsonArray pairs)
                {
                    var keys = new JsonArray([.. pairs.OfType<JsonArray>().Select(p => p[0]?.DeepClone())]);
                    mutations.Insert(i++, new JsonArray(m[0]!.DeepClone(), "delete", new JsonArray("set", keys)));
                    altered = true;
                }
            }
        }

        return altered;
    }

    private bool IsLateInSegment(PeerMemory memory)
    {
        if (!_quirks.Has(SwitchQuirkBook.OneRequestPerSegment))
        {
            return false;
        }

        if (memory.IsInSegment)
        {
            return true;
        }

        memory.IsInSegment = true;
        _whenTurnEnds(() => memory.IsInSegment = false);
        return false;
    }

    /// <summary>As a reader counts that knows braces and no strings.</summary>
    private static bool HasUnbalancedBraces(ReadOnlySpan<byte> text) => text.Count((byte)'{') != text.Count((byte)'}');

    /// <summary>Deletes what controllers own, as a switch does that takes a lost session for a lost controller.</summary>
    private void Flush()
    {
        using var transaction = _tables.Database.Begin();
        foreach (var port in _tables.All<PhysicalPort>())
        {
            transaction.Set(_tables.Row(port.Id), "vlan_bindings", Datum.Empty);
        }

        string[] tables = [UcastMacsRemote.Table, McastMacsRemote.Table, McastMacsLocal.Table, UcastMacsLocal.Table, LogicalSwitch.Table];
        foreach (var row in tables.SelectMany(t => _tables.Database.Table(t).All.ToList()))
        {
            transaction.Delete(row);
        }

        transaction.Commit();
    }
}
