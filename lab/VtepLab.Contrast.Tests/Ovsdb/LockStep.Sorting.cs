using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>The order of the rows of a select with <c>sort</c>, which the comparison of replies leaves out.</content>
internal sealed partial class LockStep
{
    private readonly Dictionary<int, List<(int Operation, string[] Columns)>> _sorted = []; // By request.

    /// <summary>Keeps which selects of a transaction sort their rows, where the order can be compared: UUIDs are not the same on both sides.</summary>
    private void NoteSorting(int id, string parameters)
    {
        if (!parameters.Contains("\"sort\"", StringComparison.Ordinal))
        {
            return;
        }

        // Read by our parser: requests may name a member twice.
        var all = JsonText.Parse(Encoding.UTF8.GetBytes($"[{parameters}]")).Root;
        var schema = _schemas.Single(candidate => candidate.Name == all[0].GetString());
        for (var i = 1; i < all.Count; i++)
        {
            if (all[i].Kind == JsonKind.Object && all[i].Member("sort"u8) is { Kind: JsonKind.Array } sort
                && all[i].Member("table"u8) is { Kind: JsonKind.String } name && schema.Find(name.GetString()) is { } table)
            {
                var keys = Enumerable.Range(0, sort.Count).Select(key => sort[key].GetString()).ToArray();
                if (keys.All(key => table.Find(key) is { } column && !HasUuids(column.Type)))
                {
                    (_sorted.TryGetValue(id, out var list) ? list : _sorted[id] = []).Add((i - 1, keys));
                }
            }
        }
    }

    private void CompareSorting(int session, JsonNode real, JsonNode ours)
    {
        if (!int.TryParse(real["id"]?.ToJsonString(), out var id) || !_sorted.Remove(id, out var selects) || real["result"] is not JsonArray)
        {
            return;
        }

        foreach (var (operation, columns) in selects)
        {
            var (a, b) = (Keys(real, operation, columns), Keys(ours, operation, columns));
            Check(a == b, session, a, b);
            _totals.Sorted += a.Contains('\n', StringComparison.Ordinal) ? 1 : 0;
        }
    }

    /// <summary>What the rows of a select are sorted by, in the order they came; those of its columns that it shows.</summary>
    private static string Keys(JsonNode reply, int operation, string[] columns) =>
        reply["result"]!.AsArray().ElementAtOrDefault(operation)?["rows"] is JsonArray rows && rows.All(row => columns.All(row!.AsObject().ContainsKey))
            ? string.Join('\n', rows.Select(row => NegativeZero().Replace(string.Join(' ', columns.Select(column => row![column]!.ToJsonString())), "0")))
            : "";

    private static bool HasUuids(ColumnType type) => type.Key.Type == AtomType.Uuid || type.Value?.Type == AtomType.Uuid;

    // To the order 0 and -0 are equal.
    [GeneratedRegex("(?<![0-9e])-0(?![0-9.])")]
    private static partial Regex NegativeZero();
}
