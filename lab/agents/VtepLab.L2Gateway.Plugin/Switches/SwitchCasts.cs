using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Takes <c>update_ovsdb_changes</c>: keeps the copy of each switch what its monitoring agent tells.</summary>
/// <remarks>
/// A cast is one transaction. A dump is compared with the copy and only what differs is written, so nobody ever sees a switch half
/// emptied, and what vanished while nobody monitored shows as deletions. Of several casts only one is under way at a time here; where
/// plugins share a database, what one makes of its replica is not written when another has written a cast of the switch meanwhile.
/// </remarks>
internal sealed class SwitchCasts(IHost host, PluginModel model)
{
    private static readonly (string List, string Table)[] Lists =
    [
        ("logical_switches", "Logical_Switch"), ("physical_switches", "Physical_Switch"), ("physical_ports", "Physical_Port"),
        ("physical_locators", "Physical_Locator"), ("local_macs", "Ucast_Macs_Local"), ("remote_macs", "Ucast_Macs_Remote"),
        ("mremote_macs", "Mcast_Macs_Remote"),
    ];

    // What every cast changes where plugins share a database; those without a number are counted there.
    private static readonly string[] LastCast = ["session", "sequence", "dumps"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.SwitchCasts");

    /// <summary>Called with the arguments of every cast that was applied, when it is durable.</summary>
    public event Action<JsonObject>? Applied;

    /// <summary>Takes a cast; returns when it is durable.</summary>
    /// <exception cref="RpcArgumentException">The arguments are not those of the method.</exception>
    public async Task<CastVerdict> TakeAsync(BusRequest request, long term, CancellationToken cancel)
    {
        var data = request.Arguments["ovsdb_data"] as JsonObject ?? throw new RpcArgumentException("ovsdb_data: expected an object, found nothing");
        var identifier = data["ovsdb_identifier"]?.ToString() is { Length: > 0 } name
            ? name
            : throw new RpcArgumentException("ovsdb_data.ovsdb_identifier: expected a name, found nothing");
        var isWhole = request.Arguments["activity"]?.ToJsonString() switch
        {
            "0" => true,
            "1" => false,
            var other => throw new RpcArgumentException($"activity: expected 0 or 1, found {other ?? "nothing"}"),
        };
        var origin = CastOrigin.Read(request.Context);
        await WhenShownAsync(() => LedgerOf(identifier).Take(origin, isWhole, term) != CastVerdict.ReadAnew, cancel);
        var verdict = CastVerdict.Drop;
        await model.WriteAsync(
            write =>
            {
                verdict = LedgerOf(identifier).Take(origin, isWhole, term);
                if (verdict == CastVerdict.Apply)
                {
                    RefuseIfOvertaken(write, identifier);
                    new CastWriter(model, identifier, write).Apply(data, isWhole);
                    Remember(write, identifier, origin, isWhole, CompletesDump(data, isWhole), term);
                }
            },
            cancel);
        if (verdict == CastVerdict.Apply)
        {
            Applied?.Invoke(request.Arguments);
        }
        else
        {
            _log.LogInformation("a cast of {Switch} is not applied: {Verdict}, {Origin}, term {Term}", identifier, verdict, origin, term);
        }

        return verdict;
    }

    /// <summary>Whether the monitor has cast what never came here.</summary>
    /// <param name="told">The newest cast of each switch that its report names.</param>
    /// <param name="term">The newest election.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<bool> MissesOfAsync(JsonObject told, long term, CancellationToken cancel)
    {
        var misses = () => told.Any(t =>
            t.Value is JsonObject last && CastOrigin.Read(last) is { } sent && sent.Term == term && LedgerOf(t.Key).Misses(sent));
        return !await WhenShownAsync(() => !misses(), cancel);
    }

    // Plugins that share a database take turns on the queue: what seems to be missing may be in another's hands at this moment.
    private async Task<bool> WhenShownAsync(Func<bool> isShown, CancellationToken cancel)
    {
        for (var left = model.IsShared ? Patience / LookAgain : 0; left > 0 && !isShown(); left--)
        {
            await host.DelayAsync(LookAgain, cancel);
        }

        return isShown();
    }

    /// <summary>Whether a switch was told as a whole since an election.</summary>
    public bool WasToldIn(string identifier, long term) => model.Find("Ovsdb", "ovsdb_identifier", identifier) is { } row && row["term"].Integer >= term;

    // Before its last part nothing that a dump has not told yet is known to be absent.
    private static bool CompletesDump(JsonObject data, bool isWhole) => data.ContainsKey(L2GatewayRpc.RangesMember)
        ? data[L2GatewayRpc.LastPartMember]?.ToJsonString() == "true"
        : isWhole;

    private CastLedger LedgerOf(string identifier)
    {
        var ledger = new CastLedger();
        if (model.Find("Ovsdb", "ovsdb_identifier", identifier) is { } row && row["session"].String.Length > 0)
        {
            ledger.Take(new CastOrigin(row["term"].Integer, row["session"].String, row["sequence"].Integer), isWhole: true);
        }

        return ledger;
    }

    // Compared was a copy that may be another's to change at this moment: a row that it deletes would be taken for there, and stay away for ever.
    private void RefuseIfOvertaken(OvsdbTransaction write, string identifier)
    {
        if (model.IsShared)
        {
            write.Wait(
                "Ovsdb", Where.Column("ovsdb_identifier", identifier), LastCast,
                model.Find("Ovsdb", "ovsdb_identifier", identifier) is { } row ? [[.. LastCast.Select(c => row[c])]] : []);
        }
    }

    private void Remember(OvsdbTransaction write, string identifier, CastOrigin? origin, bool isWhole, bool completesDump, long term)
    {
        var row = model.Find("Ovsdb", "ovsdb_identifier", identifier);
        List<(string, Datum)> columns =
        [
            ("session", origin?.Session ?? ""), ("sequence", origin?.Sequence ?? (isWhole || row is null ? 0 : row["sequence"].Integer + 1)),
            ("term", origin is not null ? origin.Term ?? 0 : isWhole ? term : row?["term"].Integer ?? 0),
            ("dumps", (row?["dumps"].Integer ?? 0) + (completesDump ? 1 : 0)),
        ];
        if (row is null)
        {
            write.Insert("Ovsdb", [.. columns, ("ovsdb_identifier", identifier)]);
        }
        else if (origin is not null || isWhole || completesDump || model.IsShared)
        {
            write.Update("Ovsdb", Where.Row(row.Uuid), columns);
        }
    }

    /// <summary>Writes one cast into the copy.</summary>
    private sealed class CastWriter(PluginModel model, string identifier, OvsdbTransaction write)
    {
        private readonly SwitchCopy _copy = model.Switch(identifier);
        private readonly HashSet<(string Table, Guid Uuid)> _gone = [];
        private readonly Dictionary<(string Table, Guid Uuid), Dictionary<string, Datum>> _written = [];

        public void Apply(JsonObject data, bool isWhole)
        {
            var told = new HashSet<(string, Guid)>();
            foreach (var (name, value) in data)
            {
                if (value is not JsonArray items || name.IndexOf('_', StringComparison.Ordinal) is not (> 0 and var cut)
                    || Array.Find(Lists, l => l.List == name[(cut + 1)..]) is not { Table: not null } list)
                {
                    continue; // Lists that are not kept, and members of a later version.
                }

                foreach (var item in items.OfType<JsonObject>())
                {
                    var key = (list.Table, Uuid(item, "uuid", name));
                    if (name.StartsWith("deleted_", StringComparison.Ordinal))
                    {
                        Delete(key);
                    }
                    else
                    {
                        told.Add(key);
                        Put(key, Columns(list.Table, item, name, Row(key)));
                    }
                }
            }

            var ranges = Ranges(data);
            if (isWhole || ranges.Count > 0)
            {
                foreach (var gone in _copy.Rows.Keys.Where(k => !told.Contains(k) && IsTold(k)).OrderBy(k => k.Table, StringComparer.Ordinal).ThenBy(k => k.Uuid))
                {
                    Delete(gone);
                }
            }

            bool IsTold((string Table, Guid Uuid) key) => !ranges.TryGetValue(key.Table, out var range) ? isWhole
                : key.Uuid.ToString("D") is var uuid && string.CompareOrdinal(uuid, range.From) >= 0 && string.CompareOrdinal(uuid, range.To) < 0;
        }

        // Of a dump in parts each tells of some of the rows of a table.
        private static Dictionary<string, (string From, string To)> Ranges(JsonObject data)
        {
            var ranges = new Dictionary<string, (string, string)>();
            foreach (var (list, value) in data[L2GatewayRpc.RangesMember] as JsonObject ?? [])
            {
                if (Array.Find(Lists, l => l.List == list) is { Table: { } table })
                {
                    ranges[table] = value is JsonArray { Count: 2 } range && range.All(r => r is JsonValue text && text.GetValueKind() == JsonValueKind.String)
                        ? ((string)range[0]!, (string)range[1]!)
                        : throw new RpcArgumentException($"ovsdb_data.{L2GatewayRpc.RangesMember}.{list}: expected two UUIDs, found {value?.ToJsonString() ?? "nothing"}");
                }
            }

            return ranges;
        }

        private ReplicaRow? Row((string, Guid) key) => _gone.Contains(key) ? null : _copy.Rows.GetValueOrDefault(key);

        private void Delete((string Table, Guid Uuid) key)
        {
            if (Row(key) is { } row)
            {
                _gone.Add(key);
                write.Delete(key.Table, Where.Row(row.Uuid));
            }
            else if (_written.Remove(key))
            {
                write.Delete(key.Table, Written(key));
            }
        }

        private Where Written((string Table, Guid Uuid) key) => Where.Column("ovsdb_identifier", identifier).And("uuid", key.Uuid.ToString("D"));

        private void Put((string Table, Guid Uuid) key, Dictionary<string, Datum> columns)
        {
            if (Row(key) is { } row)
            {
                var changed = columns.Where(c => row[c.Key] != c.Value).Select(c => (c.Key, c.Value)).ToList();
                if (changed.Count > 0)
                {
                    write.Update(key.Table, Where.Row(row.Uuid), changed);
                }
            }
            else if (_written.TryAdd(key, columns))
            {
                write.Insert(key.Table, [.. columns.Select(c => (c.Key, c.Value)), ("ovsdb_identifier", identifier), ("uuid", key.Uuid.ToString("D"))]);
            }
            else
            {
                write.Update(key.Table, Written(key), columns.Select(c => (c.Key, c.Value)));
            }
        }

        private static Dictionary<string, Datum> Columns(string table, JsonObject item, string list, ReplicaRow? old) => table switch
        {
            "Logical_Switch" => new()
            {
                ["name"] = Text(item, "name"), ["description"] = Text(item, "description"),
                ["tunnel_key"] = item["key"] is JsonValue key && key.GetValueKind() == JsonValueKind.Number
                    && long.TryParse(key.ToJsonString(), out var vni) ? vni : Datum.Empty,
            },
            "Physical_Switch" => new()
            {
                ["name"] = Text(item, "name"), ["tunnel_ips"] = Strings(item["tunnel_ip"]), ["switch_fault_status"] = Strings(item["switch_fault_status"]),
            },
            "Physical_Port" => new()
            {
                ["name"] = Text(item, "name"), ["port_fault_status"] = Strings(item["port_fault_status"]),
                // A change of a port names its switch only when the switch's row is in the same message.
                ["physical_switch"] = Text(item, "physical_switch_id") is { Length: > 0 } owner ? owner : old?["physical_switch"] ?? "",
                ["vlan_bindings"] = Bindings(item["vlan_bindings"] as JsonArray ?? [], list),
            },
            "Mcast_Macs_Remote" => new()
            {
                ["mac"] = Text(item, "mac"), ["logical_switch"] = Text(item, "logical_switch_id"), ["dst_ips"] = Strings(item["dst_ips"]),
            },
            "Physical_Locator" => new() { ["dst_ip"] = Text(item, "dst_ip") },
            _ => new()
            {
                ["mac"] = Text(item, "mac"), ["logical_switch"] = Text(item, "logical_switch_id"), ["locator"] = Text(item, "physical_locator_id"),
                ["ip_address"] = Text(item, "ip_address"),
            },
        };

        private static Datum Bindings(JsonArray bindings, string list) => Datum.Map(bindings.OfType<JsonObject>().Select(b => KeyValuePair.Create(
            (Atom)(b["vlan"] is JsonValue v && long.TryParse(v.ToString(), out var vlan) && vlan is >= 0 and <= 4095
                ? vlan
                : throw new RpcArgumentException($"ovsdb_data.{list}.vlan_bindings.vlan: expected 0 to 4095, found {b["vlan"]?.ToJsonString() ?? "nothing"}")),
            (Atom)Uuid(b, "logical_switch_uuid", list).ToString("D"))).DistinctBy(b => b.Key.Integer));

        private static Guid Uuid(JsonObject item, string member, string list) =>
            item[member]?.ToString() is { } text && Guid.TryParseExact(text, "D", out var uuid)
                ? uuid
                : throw new RpcArgumentException($"ovsdb_data.{list}.{member}: expected a UUID, found {item[member]?.ToJsonString() ?? "nothing"}");

        private static string Text(JsonObject item, string member) =>
            item[member] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : "";

        // One value alone, or OVSDB's own notation of a set; all of its members count.
        private static Datum Strings(JsonNode? value) => value switch
        {
            JsonArray { Count: 2 } set when set[0]?.ToString() == "set" && set[1] is JsonArray members => Datum.Set(members.Select(m => (Atom)(m?.ToString() ?? ""))),
            JsonArray list => Datum.Set(list.Select(m => (Atom)(m?.ToString() ?? ""))),
            JsonValue one when one.GetValueKind() == JsonValueKind.String => one.GetValue<string>(),
            _ => Datum.Empty,
        };
    }
}
