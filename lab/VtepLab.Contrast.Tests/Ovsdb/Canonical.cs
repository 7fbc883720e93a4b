using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Makes a message comparable: members, sets, maps and selected rows sorted, UUIDs replaced by common names.</summary>
internal sealed partial class Canonical(RowBook rows, bool real)
{
    private readonly Dictionary<string, (string Last, int Count)> _versions = [];

    /// <summary>The text that must be equal on both sides.</summary>
    public string Of(string message) => Write(JsonNode.Parse(message), null);

    /// <summary>Counts the versions of some rows from 1 again: not all of them were seen.</summary>
    public void ForgetVersions(IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            _versions.Remove(name);
        }
    }

    /// <summary>
    /// The text without what an error at commit says of the culprit. Where there are several ovsdb-server names that which its hash
    /// tables bring first, so nobody can say which.
    /// </summary>
    public static string WithoutCulprit(string canonical) => Culprits().Replace(canonical, "$1$2$3$4");

    private string Write(JsonNode? node, string? row)
    {
        switch (node)
        {
            case null:
                return "null";
            case JsonArray array:
                return WriteArray(array, row);
            case JsonObject members:
                // "old" before "new": versions are numbered as they appear.
                var inner = members["_uuid"] is JsonArray uuid ? Name((string)uuid[1]!) : row;
                var written = members.OrderByDescending(member => member.Key == "old").ThenBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => (Key: Name(member.Key), Text: WriteMember(member.Key, member.Value, inner)))
                    .OrderBy(member => member.Key, StringComparer.Ordinal).ThenBy(member => member.Text, StringComparer.Ordinal);
                return $"{{{string.Join(',', written.Select(member => $"{member.Key}:{member.Text}"))}}}";
            default:
                return node.GetValueKind() == System.Text.Json.JsonValueKind.String ? $"\"{Text((string)node!)}\"" : node.ToJsonString();
        }
    }

    private string WriteMember(string key, JsonNode? value, string? row)
    {
        if (key == "_version" && value is JsonArray { Count: 2 } version && row is not null)
        {
            return Version(row, (string)version[1]!);
        }

        if (key == "rows" && value is JsonArray rowsFound)
        {
            return $"[{string.Join(',', rowsFound.Select(found => Write(found, null)).Order(StringComparer.Ordinal))}]";
        }

        return Write(value, IsUuid().IsMatch(key) ? Name(key) : row);
    }

    private string WriteArray(JsonArray array, string? row)
    {
        if (array.Count == 2 && array[0] is JsonValue first && array[1] is JsonArray members
            && first.GetValueKind() == System.Text.Json.JsonValueKind.String && (string)first! is "set" or "map")
        {
            return $"[{(string)array[0]!},{string.Join(',', members.Select(member => Write(member, row)).Order(StringComparer.Ordinal))}]";
        }

        var written = array.Select(element => Write(element, row)).ToArray();
        if (Array.IndexOf(written, "\"_Server\"") >= 0)
        {
            Array.Sort(written, StringComparer.Ordinal); // What list_dbs says.
        }

        return $"[{string.Join(',', written)}]";
    }

    private string Version(string row, string version)
    {
        if (row == "?")
        {
            return "v?";
        }

        if (!_versions.TryGetValue(row, out var seen) || seen.Last != version)
        {
            seen = (version, seen.Count + 1);
            _versions[row] = seen;
        }

        return $"v{seen.Count}";
    }

    private string Name(string uuid) => IsUuid().IsMatch(uuid) ? rows.Find(real, uuid) ?? "?" : uuid;

    private string Text(string text)
    {
        // Index violations name two rows; which is called first is not defined.
        var match = TwoRows().Match(text);
        if (match.Success)
        {
            var both = new[] { match.Groups[2].Value, match.Groups[3].Value }.Select(Replace).Order(StringComparer.Ordinal);
            return Replace(match.Groups[1].Value) + string.Join(" / ", both);
        }

        return Replace(text);
    }

    private string Replace(string text)
    {
        var replaced = new StringBuilder(AnyUuid().Replace(text, found => rows.Find(real, found.Value) ?? "?"));
        return replaced.Length < 2_000 ? replaced.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"{replaced.ToString(0, 2_000)}... {replaced.Length} characters");
    }

    [GeneratedRegex("^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
    private static partial Regex IsUuid();

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    internal static partial Regex AnyUuid();

    [GeneratedRegex("^(.*)First row, (.*)  Second row, (.*)$", RegexOptions.Singleline)]
    private static partial Regex TwoRows();

    // What is left of an error at commit when the culprit, its table, its values and their origin are taken out.
    [GeneratedRegex(
        "(?<=\\{details:\"Transaction )(causes multiple rows in )\"[^\"]*\" table to have identical values .*(?=\",error:\"constraint violation\")"
        + "|(?<=\\{details:\")Table [^ ]* column [^ ]* row [^ ]* (references nonexistent row) [^ ]* in table [^ ]*\\.(?=\",error:\"referential integrity violation\")"
        + "|(?<=\\{details:\")(?:Weak reference column|Deletion of [0-9]+ weak reference).*(caused )(?:a constraint volation|this column).*?empty(?: column)?\\.(?=\",error:\"constraint violation\")"
        + "|(?<=\\{details:\")(cannot delete )[^ ]* row [^ ]* because of [0-9]+ remaining reference\\(s\\)(?=\",error:\"referential integrity violation\")",
        RegexOptions.Singleline)]
    private static partial Regex Culprits();
}
