using System.Text.Json.Nodes;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Which rows and versions of both sides are the same.</content>
internal sealed partial class LockStep
{
    /// <summary>Learns the rows that transactions inserted, those that waited included.</summary>
    private void LearnRows(List<string> real, List<string> ours)
    {
        var ourReplies = ours.Select(message => JsonNode.Parse(message)!).Where(message => message["method"] is null)
            .ToLookup(reply => reply["id"]!.ToJsonString());
        foreach (var reply in real.Select(message => JsonNode.Parse(message)!).Where(message => message["method"] is null))
        {
            if (int.TryParse(reply["id"]!.ToJsonString(), out var id) && _insertedInto.Remove(id, out var tables)
                && reply["result"] is JsonArray realResults
                && ourReplies[reply["id"]!.ToJsonString()].FirstOrDefault()?["result"] is JsonArray ourResults)
            {
                LearnRows(realResults, ourResults, tables);
                LearnVersions(realResults, ourResults);
            }
        }
    }

    private void LearnRows(JsonArray realResults, JsonArray ourResults, List<string?> tables)
    {
        for (var i = 0; i < Math.Min(Math.Min(realResults.Count, ourResults.Count), tables.Count); i++)
        {
            if (tables[i] is { } table && realResults[i]?["uuid"] is JsonArray r && ourResults[i]?["uuid"] is JsonArray o)
            {
                _rows.Learn(table, (string)r[1]!, (string)o[1]!);
            }
        }
    }

    /// <summary>What selects show with its row's name; select by select, for rows of two tables may have the same UUID.</summary>
    private void LearnVersions(JsonArray realResults, JsonArray ourResults)
    {
        foreach (var (real, our) in realResults.Zip(ourResults))
        {
            var ours = Versions(our, real: false).ToDictionary();
            foreach (var (row, version) in Versions(real, real: true))
            {
                if (ours.TryGetValue(row, out var ourVersion))
                {
                    _rows.LearnVersion(row, version, ourVersion);
                }
            }
        }
    }

    private IEnumerable<(string Row, string Version)> Versions(JsonNode? result, bool real) =>
        from row in (result as JsonObject)?["rows"] as JsonArray ?? []
        where row?["_uuid"] is not null && row["_version"] is not null
        let name = _rows.Find(real, (string)row["_uuid"]![1]!)
        where name is not null
        select (name, (string)row["_version"]![1]!);
}
