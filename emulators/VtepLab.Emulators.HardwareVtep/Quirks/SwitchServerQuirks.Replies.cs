using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Replies, before they leave.</content>
internal sealed partial class SwitchServerQuirks
{
    /// <inheritdoc/>
    public override MessageVerdict BeforeSend(OvsdbSession session, string? method, ref ReadOnlyMemory<byte> message)
    {
        if (session == _replaying)
        {
            return MessageVerdict.Drop;
        }

        if ((_quirks.IsEmpty && _announcedSchema is null) || Parse(message) is not JsonObject parsed)
        {
            return MessageVerdict.Send;
        }

        if (_hangs)
        {
            return MessageVerdict.Drop;
        }

        var memory = _memories.Of(session);
        var before = parsed.ToJsonString();
        var verdict = method switch
        {
            null => AlterReply(session, memory, parsed),
            "locked" when _quirks.Has(SwitchQuirkBook.LockNeverPasses) => MessageVerdict.Drop,
            "update" or "update2" or "update3" => AlterUpdate(session, memory, parsed),
            _ => MessageVerdict.Send,
        };
        if (verdict != MessageVerdict.Send)
        {
            return verdict;
        }

        Spoil(parsed);
        var bytes = parsed.ToJsonString() == before ? message.ToArray() : Bytes(parsed);
        if (method is null && memory.HeldUpdates.Count > 0)
        {
            bytes = [.. bytes, .. memory.HeldUpdates.SelectMany(u => u)];
            memory.HeldUpdates.Clear();
        }

        message = bytes;
        return MessageVerdict.Send;
    }

    private MessageVerdict AlterReply(OvsdbSession session, PeerMemory memory, JsonObject reply)
    {
        if (reply["id"] is not { } id || !memory.Requests.Remove(id.ToJsonString(), out var request))
        {
            return MessageVerdict.Send;
        }

        if (_quirks.Has(SwitchQuirkBook.SilentUnknownMethod) && Is(reply["error"], "unknown method"))
        {
            return MessageVerdict.Drop;
        }

        switch (request.Method)
        {
            case "echo":
                AlterEcho(reply, id);
                break;
            case "list_dbs" when _quirks.Has(SwitchQuirkBook.HidesDatabase):
                var names = reply["result"]!.AsArray().Where(n => !Is(n, VtepSchema.DatabaseName)).Select(n => n!.DeepClone());
                reply["result"] = new JsonArray([.. names]);
                break;
            case "get_schema" when _announcedSchema is not null && Is(reply["result"]?["name"], VtepSchema.DatabaseName):
                reply["result"] = _announcedSchema.DeepClone();
                break;
            case "monitor_cancel" when _quirks.Has(SwitchQuirkBook.IgnoresMonitorCancel):
                reply["result"] = new JsonObject();
                break;
            case "lock" when _quirks.Has(SwitchQuirkBook.LockAlwaysGranted) && reply["result"] is JsonObject:
                reply["result"] = new JsonObject { ["locked"] = true };
                break;
            case "transact" when reply["result"] is JsonArray results:
                AlterResults(session, request, results);
                break;
            default:
                break;
        }

        if (_quirks.Has(SwitchQuirkBook.ErrorInsideResult) && reply["error"] is { } error)
        {
            reply["result"] = error is JsonValue ? new JsonObject { ["error"] = error.DeepClone() } : error.DeepClone();
            reply["error"] = null;
        }

        return MessageVerdict.Send;
    }

    private void AlterEcho(JsonObject reply, JsonNode id)
    {
        if (_quirks.Has(SwitchQuirkBook.EchoIdAsText) && id.GetValueKind() != JsonValueKind.String)
        {
            reply["id"] = id.ToJsonString();
        }

        if (_quirks.Has(SwitchQuirkBook.EchoDropsParams))
        {
            reply["result"] = new JsonArray();
        }
    }

    private void AlterResults(OvsdbSession session, PeerRequest request, JsonArray results)
    {
        var failed = results.ToList().FindIndex(r => r is JsonObject o && o["error"] is not null);
        if (_quirks.Has(SwitchQuirkBook.PartialCommit) && failed > 0 && failed < request.Parameters.Count - 1)
        {
            Replay(session.Server, request, failed);
        }

        if (_quirks.Has(SwitchQuirkBook.HidesCommitError) && results.Count > request.Parameters.Count - 1)
        {
            results.RemoveAt(results.Count - 1);
        }

        if (_quirks.Has(SwitchQuirkBook.NoVersionColumn))
        {
            Walk(results, o => o.Remove("_version"));
        }

        if (_quirks.Has(SwitchQuirkBook.WrapsSingleSets))
        {
            foreach (var (operation, result) in request.Operations.Zip(results))
            {
                WrapSets(operation?["table"]?.ToString(), result?["rows"] as JsonArray);
            }
        }
    }

    /// <summary>Executes the operations before the one that failed once more, as a transaction of their own.</summary>
    private void Replay(OvsdbServer server, PeerRequest request, int count)
    {
        var parameters = new JsonArray([.. request.Parameters.Take(count + 1).Select(p => p?.DeepClone())]);
        _replaying = server.OpenSession(new NoOutput(), "replay");
        _replaying.Receive(Bytes(new JsonObject { ["id"] = 0, ["method"] = "transact", ["params"] = parameters }));
        var done = _replaying;
        done.Close();
        _replaying = null;
    }

    private void WrapSets(string? table, JsonArray? rows)
    {
        var schema = table is null ? null : _tables.Database.Schema.Find(table);
        foreach (var row in (rows ?? []).OfType<JsonObject>())
        {
            foreach (var (column, value) in row.ToList())
            {
                var isSet = schema?.Find(column)?.Type is { IsMap: false } type && !(type.Min == 1 && type.Max == 1);
                if (isSet && !(value is JsonArray { Count: 2 } notation && Is(notation[0], "set")))
                {
                    row[column] = new JsonArray("set", new JsonArray(value?.DeepClone()));
                }
            }
        }
    }

    /// <summary>Strings and numbers that leave, whatever they belong to.</summary>
    private void Spoil(JsonObject message)
    {
        if (_quirks.Has(SwitchQuirkBook.CutsStrings))
        {
            Replace(message, node => node.TryGetValue<string>(out var text) && text.Length > 64 ? JsonValue.Create(text[..64]) : null);
        }

        if (_quirks.Has(SwitchQuirkBook.IntegersAsDoubles))
        {
            const long Exact = 1L << 53;
            Replace(message, node => node.TryGetValue<long>(out var number) && number is > Exact or < -Exact
                ? JsonValue.Create((double)number) : null);
        }
    }

    private static void Replace(JsonNode? node, Func<JsonValue, JsonNode?> change)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (value is JsonValue leaf && change(leaf) is { } now)
                {
                    members[name] = now;
                }
                else
                {
                    Replace(value, change);
                }
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                if (items[i] is JsonValue leaf && change(leaf) is { } now)
                {
                    items[i] = now;
                }
                else
                {
                    Replace(items[i], change);
                }
            }
        }
    }

    private sealed class NoOutput : ISessionOutput
    {
        public long UnsentBytes => 0;

        public void Send(ReadOnlySpan<byte> message)
        {
        }

        public void Disconnect(string reason)
        {
        }
    }
}
