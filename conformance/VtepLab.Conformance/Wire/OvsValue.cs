using System.Text.Json;

namespace VtepLab.Conformance.Wire;

/// <summary>Reads OVSDB values as they came, and compares them by meaning.</summary>
public static class OvsValue
{
    /// <summary>The member of an object, or null when there is none or this is no object.</summary>
    public static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    /// <summary>True for JSON null.</summary>
    public static bool IsNull(this JsonElement element) => element.ValueKind == JsonValueKind.Null;

    /// <summary>The text of a string, or null for anything else.</summary>
    public static string? Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    /// <summary>The UUID of <c>["uuid","..."]</c>, or null for anything else.</summary>
    public static string? Uuid(this JsonElement element) =>
        IsTagged(element, "uuid") && element[1].ValueKind == JsonValueKind.String ? element[1].GetString() : null;

    /// <summary>The members of a set in either notation.</summary>
    public static IReadOnlyList<JsonElement> Members(this JsonElement element) =>
        IsTagged(element, "set") && element[1].ValueKind == JsonValueKind.Array ? [.. element[1].EnumerateArray()] : [element];

    /// <summary>The pairs of a map; none when this is no map.</summary>
    public static IReadOnlyList<(JsonElement Key, JsonElement Value)> Pairs(this JsonElement element) =>
        IsTagged(element, "map") && element[1].ValueKind == JsonValueKind.Array
            ? [.. element[1].EnumerateArray().Where(p => p.ValueKind == JsonValueKind.Array && p.GetArrayLength() == 2).Select(p => (p[0], p[1]))]
            : [];

    /// <summary>A text that two values share exactly when they mean the same: sets and maps sorted, one-member sets bare.</summary>
    public static string Canonical(this JsonElement element)
    {
        if (IsTagged(element, "set"))
        {
            var members = element.Members().Select(Canonical).Order(StringComparer.Ordinal).ToList();
            return members.Count == 1 ? members[0] : $"[\"set\",[{string.Join(',', members)}]]";
        }

        if (IsTagged(element, "map"))
        {
            var pairs = element.Pairs().Select(p => $"[{p.Key.Canonical()},{p.Value.Canonical()}]").Order(StringComparer.Ordinal);
            return $"[\"map\",[{string.Join(',', pairs)}]]";
        }

        return element.ValueKind switch
        {
            JsonValueKind.Array => $"[{string.Join(',', element.EnumerateArray().Select(Canonical))}]",
            JsonValueKind.Object => $"{{{string.Join(',', element.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal)
                .Select(p => $"{JsonSerializer.Serialize(p.Name)}:{p.Value.Canonical()}"))}}}",
            JsonValueKind.String => JsonSerializer.Serialize(element.GetString()),
            _ => element.GetRawText(),
        };
    }

    /// <summary>Reads JSON text of our own making.</summary>
    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static bool IsTagged(JsonElement element, string tag) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2
        && element[0].ValueKind == JsonValueKind.String && element[0].ValueEquals(tag);
}
