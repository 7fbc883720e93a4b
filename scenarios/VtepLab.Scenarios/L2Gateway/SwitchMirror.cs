using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What the service plugin was told of one switch: the sum of the casts of the monitoring agents.</summary>
internal sealed class SwitchMirror
{
    private static readonly string[] Kinds = ["new_", "deleted_", "modified_"];
    private readonly SortedDictionary<string, SortedDictionary<string, JsonObject>> _lists = new(StringComparer.Ordinal);

    /// <summary>How often the whole switch was told.</summary>
    public int Dumps { get; private set; }

    /// <summary>How often anything was told.</summary>
    public int Casts { get; private set; }

    /// <summary>Which casts were taken.</summary>
    public CastLedger Ledger { get; } = new();

    /// <summary>Changes that do not fit what was told before: a row that came twice, or went or changed without having come.</summary>
    public List<string> Anomalies { get; } = [];

    /// <summary>The rows of a list such as <c>physical_ports</c>, in the order of their UUIDs.</summary>
    public IEnumerable<JsonObject> this[string list] => _lists.TryGetValue(list, out var rows) ? rows.Values : [];

    /// <summary>Takes the arguments of <c>update_ovsdb_changes</c>.</summary>
    public void Apply(JsonObject arguments)
    {
        Casts++;
        var isWhole = (int)arguments["activity"]! == 0;
        if (isWhole)
        {
            Dumps++;
            _lists.Clear();
        }

        foreach (var (name, value) in arguments["ovsdb_data"]!.AsObject())
        {
            if (value is JsonArray items && Kinds.FirstOrDefault(k => name.StartsWith(k, StringComparison.Ordinal)) is { } kind)
            {
                foreach (var item in items)
                {
                    Apply(kind, name[kind.Length..], item!.DeepClone().AsObject());
                }
            }
        }
    }

    /// <summary>The row of a list whose member has a value; null when there is none.</summary>
    public JsonObject? Find(string list, string member, string value) => this[list].FirstOrDefault(r => (string?)r[member] == value);

    private void Apply(string kind, string list, JsonObject item)
    {
        var uuid = (string)item["uuid"]!;
        if (!_lists.TryGetValue(list, out var rows))
        {
            _lists.Add(list, rows = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal));
        }

        if (rows.ContainsKey(uuid) == (kind == "new_"))
        {
            Anomalies.Add($"{kind}{list} {item.ToJsonString()} {(kind == "new_" ? "came twice" : "was never told")}");
        }

        if (kind == "deleted_")
        {
            rows.Remove(uuid);
        }
        else
        {
            rows[uuid] = item;
        }
    }
}
