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

    // What a wait that need not wait is told when not a millisecond has gone by, and when one has.
    private const string FailedAtOnce = "\"where\" clause test failed";
    private const string FailedLater = "\"wait\" timed out after 1 ms";

    /// <summary>The text with names and numbers taken out of its error details, which may name one culprit of several.</summary>
    public static string Loosen(string canonical) => Details().Replace(
        canonical.Replace(FailedAtOnce, FailedLater, StringComparison.Ordinal), details => Numbers().Replace(Names().Replace(Culprits().Replace(details.Value, "$1$2$3$4"), "U"), "#"));

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
                    .OrderBy(member => member.Key, StringComparer.Ordinal);
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

        return $"[{string.Join(',', array.Select(element => Write(element, row)))}]";
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

    // What is left of an error when the culprit, its table, its values and their origin are taken out.
    [GeneratedRegex(
        "(causes multiple rows in )\"[^\"]*\" table to have identical values .*(?=\",error:\")"
        + "|Table [^ ]* column [^ ]* row [^ ]* (references nonexistent row) [^ ]* in table [^ ]*\\."
        + "|(?:Weak reference column|Deletion of [0-9]+ weak reference).*(caused )(?:a constraint volation|this column).*?empty(?: column)?\\."
        + "|(cannot delete )[^ ]* row [^ ]* because of",
        RegexOptions.Singleline)]
    private static partial Regex Culprits();

    [GeneratedRegex("details:\".*?\",error:\"", RegexOptions.Singleline)]
    private static partial Regex Details();

    [GeneratedRegex("§[0-9]+§|\\?")]
    private static partial Regex Names();

    [GeneratedRegex("-?[0-9]+(\\.[0-9]+)?(e[-+][0-9]+)?")]
    private static partial Regex Numbers();
}
