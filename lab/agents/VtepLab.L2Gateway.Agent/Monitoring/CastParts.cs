using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Cuts what there is to tell of a switch into messages of bounded size: a broker takes none that is too large.</summary>
/// <remarks>
/// Addresses are many; where the rest is too much as well (ports with thousands of VLANs, a locator for every hypervisor) it is cut like them, but for
/// the switches, which everything is about. Of a dump in parts the first has what is not cut; each further one has the rows of a table whose UUIDs,
/// as text, lie in a range, all of them. So the plugin sees after each part alone what has vanished in its range, and no part undoes another.
/// A plugin of the original kind has emptied its tables at the first part, and takes the others for changes. Each is made when it is sent:
/// what waits are rows.
/// </remarks>
internal static class CastParts
{
    private const string Ranges = L2GatewayRpc.RangesMember;
    private const string AfterAll = "g"; // As text after every UUID.

    /// <summary>Cuts the data of a cast.</summary>
    /// <param name="identifier">The switch.</param>
    /// <param name="lists">The lists that have rows, in their order; the rows of each in the order of their UUIDs.</param>
    /// <param name="activity">0 for all that the switch holds, 1 for a change.</param>
    /// <param name="mostRows">The most rows in one message; a few VLANs of a port are as much as one.</param>
    /// <param name="hasRanges">True where the plugin understands ranges.</param>
    /// <returns>What makes the arguments of the casts, in their order; each to be called once.</returns>
    public static IReadOnlyList<Func<JsonObject>> Cut(string identifier, IReadOnlyList<CastList> lists, int activity, int mostRows, bool hasRanges)
    {
        var rest = lists.Where(l => !IsOfAddresses(l)).Sum(l => l.Weight);
        var cut = lists.Where(l => IsOfAddresses(l) || (rest > mostRows && !l.Name.EndsWith("_physical_switches", StringComparison.Ordinal))).ToList();
        if (cut.Sum(l => l.Weight) <= mostRows)
        {
            return [() => Cast(activity, Data(identifier, lists))];
        }

        var isRanged = hasRanges && activity == 0;
        var parts = new List<Func<JsonObject>>
        {
            () =>
            {
                var data = Data(identifier, lists.Except(cut));
                if (isRanged)
                {
                    data[Ranges] = new JsonObject(cut.Select(l => Range(l.Name, "", "")));
                }

                return Cast(activity, data);
            },
        };
        foreach (var list in cut)
        {
            for (int next = 0, after; next < list.Count; next = after)
            {
                after = EndOfPart(list, next, mostRows);
                var (start, end) = (next, after);
                var isLast = list == cut[^1] && end == list.Count;
                parts.Add(() =>
                {
                    var part = new JsonObject { ["ovsdb_identifier"] = identifier, [list.Name] = list.Items(start, end) };
                    if (isRanged)
                    {
                        part[Ranges] = new JsonObject(
                            [Range(list.Name, start == 0 ? "" : list.UuidAt(start), end == list.Count ? AfterAll : list.UuidAt(end))]);
                        if (isLast)
                        {
                            part[L2GatewayRpc.LastPartMember] = true;
                        }
                    }

                    return Cast(1, part);
                });
            }
        }

        return parts;
    }

    private static bool IsOfAddresses(CastList list) => list.Name.EndsWith("_macs", StringComparison.Ordinal);

    private static int EndOfPart(CastList list, int start, int most)
    {
        var end = start + 1; // One row is sent whatever it weighs.
        for (var weight = list.WeightAt(start); end < list.Count && (weight += list.WeightAt(end)) <= most; end++)
        {
        }

        return end;
    }

    private static JsonObject Data(string identifier, IEnumerable<CastList> lists)
    {
        var data = new JsonObject { ["ovsdb_identifier"] = identifier };
        foreach (var list in lists)
        {
            data[list.Name] = list.Items(0, list.Count);
        }

        return data;
    }

    private static JsonObject Cast(int activity, JsonObject data) => new() { ["activity"] = activity, ["ovsdb_data"] = data };

    // The list without its prefix, from the first text to before the second.
    private static KeyValuePair<string, JsonNode?> Range(string list, string from, string to) =>
        new(list[(list.IndexOf('_', StringComparison.Ordinal) + 1)..], new JsonArray(from, to));
}
