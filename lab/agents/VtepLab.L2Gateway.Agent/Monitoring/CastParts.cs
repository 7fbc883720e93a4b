using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Cuts what there is to tell of a switch into messages of bounded size: a broker takes none that is too large.</summary>
/// <remarks>
/// Only addresses are so many. Of a dump in parts the first has everything else; each further one has the addresses of a table whose UUIDs,
/// as text, lie in a range, all of them. So the plugin sees after each part alone what has vanished in its range, and no part undoes another.
/// A plugin of the original kind has emptied its tables at the first part, and takes the others for changes.
/// </remarks>
internal static class CastParts
{
    private const string Ranges = L2GatewayRpc.RangesMember;
    private const string AfterAll = "g"; // As text after every UUID.

    /// <summary>Cuts the data of a cast.</summary>
    /// <param name="data">The lists; is used up.</param>
    /// <param name="activity">0 for all that the switch holds, 1 for a change.</param>
    /// <param name="mostRows">The most addresses in one message.</param>
    /// <param name="hasRanges">True where the plugin understands ranges.</param>
    /// <returns>The arguments of the casts, in their order.</returns>
    public static IReadOnlyList<JsonObject> Cut(JsonObject data, int activity, int mostRows, bool hasRanges)
    {
        var lists = data.Where(d => d.Key.EndsWith("_macs", StringComparison.Ordinal)).Select(d => (Name: d.Key, Rows: d.Value!.AsArray())).ToList();
        if (lists.Sum(l => l.Rows.Count) <= mostRows)
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
        foreach (var (name, array) in lists)
        {
            var rows = array.Select(r => r!.AsObject()).ToList();
            array.Clear();
            if (isRanged)
            {
                rows.Sort((a, b) => string.CompareOrdinal(UuidOf(a), UuidOf(b)));
            }

            for (var start = 0; start < rows.Count; start += mostRows)
            {
                var end = Math.Min(start + mostRows, rows.Count);
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

    private static JsonObject Cast(int activity, JsonObject data) => new() { ["activity"] = activity, ["ovsdb_data"] = data };

    private static string UuidOf(JsonObject row) => (string)row["uuid"]!;

    // The list without its prefix, from the first text to before the second.
    private static KeyValuePair<string, JsonNode?> Range(string list, string from, string to) =>
        new(list[(list.IndexOf('_', StringComparison.Ordinal) + 1)..], new JsonArray(from, to));
}
