using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron.Rest;

/// <summary>What the query of a list asks for: filters by equality, fields, sorting and pages.</summary>
public sealed class CollectionQuery
{
    private readonly List<KeyValuePair<string, string>> _filters = [];
    private readonly List<string> _fields = [];
    private readonly List<(string Key, bool IsDescending)> _sort = [];
    private readonly int? _limit;
    private readonly string? _marker;
    private readonly bool _isReversed;

    /// <summary>Reads a query.</summary>
    /// <param name="query">Names and values.</param>
    /// <param name="sortKeys">The attributes that may be sorted by.</param>
    /// <exception cref="NeutronException">It asks for what is not offered.</exception>
    public CollectionQuery(IReadOnlyList<KeyValuePair<string, string>> query, params IReadOnlyList<string> sortKeys)
    {
        List<string> keys = [], directions = [];
        foreach (var (name, value) in query)
        {
            switch (name)
            {
                case "fields":
                    _fields.Add(value);
                    break;
                case "limit":
                    _limit = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
                        ? limit == 0 ? null : limit
                        : throw NeutronException.BadRequest($"Limit must be an integer 0 or greater and not '{value}'");
                    break;
                case "marker":
                    _marker = value;
                    break;
                case "page_reverse":
                    _isReversed = value.Equals("true", StringComparison.OrdinalIgnoreCase);
                    break;
                case "sort_key":
                    keys.Add(value);
                    break;
                case "sort_dir":
                    directions.Add(value is "asc" or "desc" ? value : throw NeutronException.BadRequest(
                        $"Invalid sort direction '{value}': expected asc or desc"));
                    break;
                default:
                    _filters.Add(new(name, value));
                    break;
            }
        }

        var wrong = keys.Where(k => !sortKeys.Contains(k)).ToList();
        if (wrong.Count > 0)
        {
            throw NeutronException.BadRequest($"[{string.Join(", ", wrong.Select(k => $"'{k}'"))}] is invalid attribute for sort_keys");
        }

        _sort.AddRange(keys.Select((key, i) => (key, i < directions.Count && directions[i] == "desc")));
    }

    /// <summary>A resource with only the fields that were asked for.</summary>
    public JsonObject Select(JsonObject resource) => _fields.Count == 0
        ? resource
        : new JsonObject(resource.Where(m => _fields.Contains(m.Key)).Select(m => KeyValuePair.Create(m.Key, m.Value?.DeepClone())));

    /// <summary>The list's body.</summary>
    /// <param name="collection">The collection's name in the body, such as <c>l2_gateways</c>.</param>
    /// <param name="resources">All that the caller may see.</param>
    /// <param name="address">The collection's whole address, for links.</param>
    public JsonObject Page(string collection, IEnumerable<JsonObject> resources, string address)
    {
        var found = Sort(resources.Where(Matches)).ToList();
        if (_isReversed)
        {
            found.Reverse();
        }

        if (_marker is not null)
        {
            found = [.. found.SkipWhile(r => (string?)r["id"] != _marker).Skip(1)];
        }

        var isCut = _limit is { } limit && found.Count >= limit;
        var page = _limit is { } most ? found.Take(most).ToList() : found;
        if (_isReversed)
        {
            page.Reverse();
        }

        var body = new JsonObject { [collection] = new JsonArray([.. page.Select(r => (JsonNode)Select(r))]) };
        if (_limit is not null && page.Count > 0)
        {
            var links = new JsonArray();
            if (isCut || _isReversed)
            {
                links.Add(Link("next", page[^1], address, isBackward: false));
            }

            if (isCut || !_isReversed)
            {
                links.Add(Link("previous", page[0], address, isBackward: true));
            }

            body[$"{collection}_links"] = links;
        }

        return body;
    }

    private JsonObject Link(string rel, JsonObject at, string address, bool isBackward)
    {
        var filters = string.Concat(_filters.Select(f => $"{Uri.EscapeDataString(f.Key)}={Uri.EscapeDataString(f.Value)}&"));
        var fields = string.Concat(_fields.Select(f => $"fields={Uri.EscapeDataString(f)}&"));
        return new()
        {
            ["rel"] = rel,
            ["href"] = $"{address}?{filters}{fields}limit={_limit}&marker={(string?)at["id"]}{(isBackward ? "&page_reverse=True" : "")}",
        };
    }

    // Several values of one name are alternatives; different names must all hold. Of names that no resource has, Neutron takes no notice.
    private bool Matches(JsonObject resource) =>
        _filters.GroupBy(f => f.Key).All(g => !resource.ContainsKey(g.Key) || g.Any(f => IsEqual(resource[g.Key], f.Value)));

    private static bool IsEqual(JsonNode? value, string text) => value?.GetValueKind() switch
    {
        null => text.Length == 0,
        JsonValueKind.String => value.GetValue<string>() == text,
        JsonValueKind.True or JsonValueKind.False => value.ToJsonString().Equals(text, StringComparison.OrdinalIgnoreCase),
        _ => value.ToJsonString() == text,
    };

    private IEnumerable<JsonObject> Sort(IEnumerable<JsonObject> resources)
    {
        var sorted = resources.OrderBy(_ => 0);
        foreach (var (key, isDescending) in _sort)
        {
            sorted = isDescending
                ? sorted.ThenByDescending(r => r[key]?.ToString() ?? "", StringComparer.Ordinal)
                : sorted.ThenBy(r => r[key]?.ToString() ?? "", StringComparer.Ordinal);
        }

        return sorted.ThenBy(r => (string?)r["id"], StringComparer.Ordinal);
    }
}
