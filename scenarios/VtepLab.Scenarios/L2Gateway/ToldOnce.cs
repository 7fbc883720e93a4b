using System.Text.Json.Nodes;
using VtepLab.L2Gateway.Plugin;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Watches what the plugin takes from the monitoring agents: nothing that it knows comes again, and nothing that never came changes or goes.</summary>
public sealed class ToldOnce
{
    private static readonly SortedDictionary<string, string> Lists = new(StringComparer.Ordinal)
    {
        ["logical_switches"] = "Logical_Switch", ["physical_switches"] = "Physical_Switch", ["physical_ports"] = "Physical_Port",
        ["physical_locators"] = "Physical_Locator", ["local_macs"] = "Ucast_Macs_Local", ["remote_macs"] = "Ucast_Macs_Remote",
        ["mlocal_macs"] = "Mcast_Macs_Local", ["locator_sets"] = "Physical_Locator_Set",
    };

    private static readonly string[] Kinds = ["new_", "deleted_", "modified_"];
    private static readonly string[] NotKept = ["Mcast_Macs_Local", "Physical_Locator_Set"];
    private readonly SortedDictionary<string, HashSet<(string Table, string Uuid)>> _rows = new(StringComparer.Ordinal);
    private readonly HashSet<string> _isPartOnly = []; // Switches of which a plugin that started again has kept some tables.
    private readonly SortedDictionary<string, int> _casts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, List<string>> _wrong = new(StringComparer.Ordinal);

    /// <summary>The first change that does not fit what was told before; null while all do.</summary>
    internal string? FirstWrong { get; private set; }

    /// <summary>Watches the casts that a plugin takes from now on; one that has just started goes on from the copies that it kept.</summary>
    internal void Watch(L2GatewayPlugin plugin)
    {
        foreach (var copy in plugin.Model.Switches.Values)
        {
            _rows[copy.Identifier] =
            [
                .. Keys("Logical_Switch", copy.LogicalSwitches.Select(r => r.Uuid)), .. Keys("Physical_Switch", copy.PhysicalSwitches.Select(r => r.Uuid)),
                .. Keys("Physical_Port", copy.Ports.Select(r => r.Uuid)), .. Keys("Physical_Locator", copy.Locators.Keys),
                .. Keys("Ucast_Macs_Local", copy.LocalMacs.Select(r => r.Uuid)), .. Keys("Ucast_Macs_Remote", copy.RemoteMacs.Select(r => r.Uuid)),
            ];
            _isPartOnly.Add(copy.Identifier);
        }

        plugin.SwitchTold += Take;
    }

    /// <summary>How many casts about a switch were taken.</summary>
    internal int CastsOf(string name) => _casts.GetValueOrDefault(name);

    /// <summary>The changes of a switch that did not fit.</summary>
    internal IReadOnlyList<string> WrongOf(string name) => _wrong.GetValueOrDefault(name) ?? [];

    private static IEnumerable<(string, string)> Keys(string table, IEnumerable<Guid> rows) => rows.Select(r => (table, r.ToString("D")));

    private void Take(JsonObject arguments)
    {
        var data = arguments["ovsdb_data"]!.AsObject();
        var name = (string)data["ovsdb_identifier"]!;
        _casts[name] = CastsOf(name) + 1;
        if ((int)arguments["activity"]! == 0 || !_rows.TryGetValue(name, out var rows))
        {
            _rows[name] = rows = [];
            _isPartOnly.Remove(name);
        }

        foreach (var (list, value) in data)
        {
            if (value is JsonArray items && Kinds.FirstOrDefault(k => list.StartsWith(k, StringComparison.Ordinal)) is { } kind)
            {
                foreach (var item in items)
                {
                    Take(name, rows, kind, Lists[list[kind.Length..]], item!);
                }
            }
        }
    }

    private void Take(string name, HashSet<(string Table, string Uuid)> rows, string kind, string table, JsonNode item)
    {
        var key = (table, (string)item["uuid"]!);
        if (rows.Contains(key) == (kind == "new_") && !(NotKept.Contains(table) && _isPartOnly.Contains(name)))
        {
            var wrong = $"{kind}{table} {item.ToJsonString()} {(kind == "new_" ? "came twice" : "was never told")}";
            FirstWrong ??= $"{name}: {wrong}";
            (_wrong.TryGetValue(name, out var all) ? all : _wrong[name] = []).Add(wrong);
        }

        _ = kind == "deleted_" ? rows.Remove(key) : rows.Add(key);
    }
}
