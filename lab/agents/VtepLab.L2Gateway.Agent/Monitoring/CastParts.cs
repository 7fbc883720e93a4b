using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Cuts what there is to tell of a switch into messages of bounded size: a broker takes none that is too large.</summary>
/// <remarks>
/// Addresses are many; where the rest is too much as well (ports with thousands of VLANs, a locator for every hypervisor) it is cut like them, but for
/// the switches, which everything is about. Of a dump in parts the first has what is not cut; each further one has the rows of a table whose UUIDs,
/// as text, lie in a range, all of them. So the plugin sees after each part alone what has vanished in its range, and no part undoes another.
/// A plugin of the original kind has emptied its tables at the first part, and takes the others for changes.
/// </remarks>
internal static class CastParts
{
    private const string Ranges = L2GatewayRpc.RangesMember;
    private const string AfterAll = "g"; // As text after every UUID.
    private const int BindingsLikeOneRow = 4;

    /// <summary>Cuts the data of a cast.</summary>
    /// <param name="data">The lists; is used up.</param>
    /// <param name="activity">0 for all that the switch holds, 1 for a change.</param>
    /// <param name="mostRows">The most rows in one message; a few VLANs of a port are as much as one.</param>
    /// <param name="hasRanges">True where the plugin understands ranges.</param>
    /// <returns>The arguments of the casts, in their order.</returns>
    public static IReadOnlyList<JsonObject> Cut(JsonObject data, int activity, int mostRows, bool hasRanges)
    {
        var all = data.Where(d => d.Value is JsonArray).Select(d => (Name: d.Key, Rows: d.Value!.AsArray(), Weight: d.Value!.AsArray().Sum(WeightOf))).ToList();
        var rest = all.Where(l => !l.Name.EndsWith("_macs", StringComparison.Ordinal)).Sum(l => l.Weight);
        var lists = all.Where(l => l.Name.EndsWith("_macs", StringComparison.Ordinal) || (rest > mostRows && !l.Name.EndsWith("_physical_switches", StringComparison.Ordinal))).ToList();
        if (lists.Sum(l => l.Weight) <= mostRows)
        {
            return [Cast(activity, data)];
        }

        var isRanged = hasRanges && activity == 0;
        lists.ForEach(l => data.Remove(l.Name));
        if (isRanged)
        {
            data[Ranges] = new JsonObject(lists.Select(l => Range(l.Name, "", "")));
        }

        var parts = new List<JsonObject> { Cast(activity, data) };
        foreach (var (name, array, _) in lists)
        {
            var rows = array.Select(r => r!.AsObject()).ToList();
            array.Clear();
            if (isRanged)
            {
                rows.Sort((a, b) => string.CompareOrdinal(UuidOf(a), UuidOf(b)));
            }

            for (int start = 0, end; start < rows.Count; start = end)
            {
                end = EndOfPart(rows, start, mostRows);
                var part = new JsonObject { ["ovsdb_identifier"] = data["ovsdb_identifier"]!.DeepClone(), [name] = new JsonArray([.. rows[start..end]]) };
                if (isRanged)
                {
                    part[Ranges] = new JsonObject([Range(name, start == 0 ? "" : UuidOf(rows[start]), end == rows.Count ? AfterAll : UuidOf(rows[end]))]);
                }

                parts.Add(Cast(1, part));
            }
        }

        if (isRanged)
        {
            parts[^1]["ovsdb_data"]![L2GatewayRpc.LastPartMember] = true;
        }

        return parts;
    }

    private static int EndOfPart(List<JsonObject> rows, int start, int most)
    {
        var end = start + 1; // One row is sent whatever it weighs.
        for (var weight = WeightOf(rows[start]); end < rows.Count && (weight += WeightOf(rows[end])) <= most; end++)
        {
        }

        return end;
    }

    private static int WeightOf(JsonNode? row) => 1 + ((row!["vlan_bindings"] as JsonArray)?.Count / BindingsLikeOneRow ?? 0);

    private static JsonObject Cast(int activity, JsonObject data) => new() { ["activity"] = activity, ["ovsdb_data"] = data };

    private static string UuidOf(JsonObject row) => (string)row["uuid"]!;

    // The list without its prefix, from the first text to before the second.
    private static KeyValuePair<string, JsonNode?> Range(string list, string from, string to) =>
        new(list[(list.IndexOf('_', StringComparison.Ordinal) + 1)..], new JsonArray(from, to));
}
