using System.Text.Json.Nodes;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>The messages of one exchange in which transactions that waited were woken, so that they can be compared.</summary>
/// <remarks>
/// ovsdb-server tells sessions older than the one whose transaction woke another one of both at once, the younger ones of each; RFC 7047
/// leaves that open. So the updates of a monitor are put together. That is exact for rows that one of the transactions touched. Of
/// rows that several touched the in-between values may be told or not: they are left out here, and compared by their final values.
/// </remarks>
internal static class MergedUpdates
{
    /// <summary>One update for each monitor, then everything else in its order.</summary>
    /// <param name="messages">What a session was sent.</param>
    /// <param name="isLeftOut">Whether a row was touched by several transactions.</param>
    public static List<string> Of(IEnumerable<string> messages, Func<string, bool> isLeftOut)
    {
        var merged = new SortedDictionary<string, JsonNode>(StringComparer.Ordinal);
        var others = new List<string>();
        foreach (var text in messages)
        {
            var message = JsonNode.Parse(text)!;
            if ((string?)message["method"] is not ("update" or "update2" or "update3"))
            {
                others.Add(text);
                continue;
            }

            var parameters = message["params"]!.AsArray();
            var id = parameters[0]!.ToJsonString();
            var updates = parameters[^1]!.AsObject();
            foreach (var (name, rows) in updates.ToArray())
            {
                foreach (var row in rows!.AsObject().Select(row => row.Key).Where(isLeftOut).ToArray())
                {
                    rows!.AsObject().Remove(row);
                }
            }

            if (merged.TryGetValue(id, out var first))
            {
                Add(first["params"]!.AsArray()[^1]!.AsObject(), updates);
            }
            else
            {
                merged.Add(id, message);
            }
        }

        foreach (var message in merged.Values)
        {
            var updates = message["params"]!.AsArray()[^1]!.AsObject();
            foreach (var empty in updates.Where(table => table.Value!.AsObject().Count == 0).Select(table => table.Key).ToArray())
            {
                updates.Remove(empty);
            }
        }

        return [.. merged.Values.Where(message => message["params"]!.AsArray()[^1]!.AsObject().Count > 0).Select(message => message.ToJsonString()), .. others];
    }

    /// <summary>Whether no monitor was told more often on one side than on the other, which tells of each transaction.</summary>
    public static bool AreNoMore(List<string> messages, List<string> ofEach)
    {
        var most = ofEach.Select(MonitorOf).OfType<string>().CountBy(id => id).ToDictionary();
        return messages.Select(MonitorOf).OfType<string>().CountBy(id => id).All(told => told.Value <= most.GetValueOrDefault(told.Key));
    }

    private static string? MonitorOf(string text) => JsonNode.Parse(text) is { } message && (string?)message["method"] is "update" or "update2" or "update3"
        ? message["params"]![0]!.ToJsonString() : null;

    private static void Add(JsonObject to, JsonObject more)
    {
        foreach (var (name, rows) in more)
        {
            if (to[name] is not JsonObject table)
            {
                to[name] = table = [];
            }

            foreach (var (row, change) in rows!.AsObject())
            {
                table.Add(row, change!.DeepClone()); // A row that comes twice would be a mistake, and throws.
            }
        }
    }
}
