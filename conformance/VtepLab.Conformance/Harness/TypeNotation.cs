using System.Globalization;
using System.Text.Json;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Harness;

/// <summary>Writes a column type of RFC 7047 section 3.2 in the notation of the published schema, so that two can be compared by meaning.</summary>
public static class TypeNotation
{
    /// <summary>The type; a text that fits nothing when it cannot be read.</summary>
    public static string Of(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.String)
        {
            return Base(type);
        }

        if (type.Member("key") is not { } key)
        {
            return "no type";
        }

        var minimum = type.Member("min") is { ValueKind: JsonValueKind.Number } min ? min.GetRawText() : "1";
        var maximum = type.Member("max") is { } max ? max.ValueKind == JsonValueKind.Number ? max.GetRawText() : "*" : "1";
        var value = type.Member("value") is { } v ? Base(v) : null;
        return (value, minimum, maximum) switch
        {
            (null, "1", "1") => Base(key),
            (null, "0", "1") => $"optional {Base(key)}",
            (null, "0", "*") => $"set {Base(key)}",
            (null, "1", "*") => $"some {Base(key)}",
            ({ }, "0", "*") => $"map {Base(key)} {value}",
            _ => $"{minimum}..{maximum} {Base(key)} {value}",
        };
    }

    /// <summary>True for a type whose default value its own constraints allow, so that an insert may leave it out.</summary>
    public static bool HasUsableDefault(string type) =>
        !type.StartsWith("some ", StringComparison.Ordinal) && !type.StartsWith("ref(", StringComparison.Ordinal)
        && !type.StartsWith("string(", StringComparison.Ordinal);

    private static string Base(JsonElement type)
    {
        if (type.ValueKind == JsonValueKind.String)
        {
            return type.GetString()!;
        }

        var name = type.Member("type")?.Text() ?? "no type";
        if (type.Member("refTable")?.Text() is { } table)
        {
            return type.Member("refType")?.Text() == "weak" ? $"weak({table})" : $"ref({table})";
        }

        if (type.Member("enum") is { } values)
        {
            return $"{name}({string.Join('|', values.Members().Select(m => m.Text() ?? m.GetRawText()).Order(StringComparer.Ordinal))})";
        }

        var limits = new[] { ("minInteger", "maxInteger"), ("minReal", "maxReal"), ("minLength", "maxLength") }
            .Select(l => (From: Limit(type, l.Item1), To: Limit(type, l.Item2))).Where(l => l.From.Length + l.To.Length > 0);
        return limits.Select(l => string.Create(CultureInfo.InvariantCulture, $"{name}({l.From}..{l.To})")).FirstOrDefault(name);
    }

    private static string Limit(JsonElement type, string member) =>
        type.Member(member) is { ValueKind: JsonValueKind.Number } limit ? limit.GetRawText() : "";
}
