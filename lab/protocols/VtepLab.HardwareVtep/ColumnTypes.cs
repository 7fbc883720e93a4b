using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.HardwareVtep;

/// <summary>The column types that the hardware_vtep schema is made of, in the normalised notation that get_schema answers with.</summary>
internal static class ColumnTypes
{
    public static JsonNode Text() => "string";

    public static JsonNode Integer() => "integer";

    public static JsonNode Boolean() => "boolean";

    public static JsonNode OptionalText() => Sized("string", 0, 1);

    public static JsonNode OptionalInteger() => Sized("integer", 0, 1);

    public static JsonNode Texts() => Sized("string", 0, "unlimited");

    /// <summary>A map from string to string.</summary>
    public static JsonNode Settings() => Map("string", "string");

    /// <summary>An optional integer with a lower bound.</summary>
    public static Func<JsonNode> OptionalAtLeast(long minimum) =>
        () => Sized(new JsonObject { ["type"] = "integer", ["minInteger"] = minimum }, 0, 1);

    /// <summary>Exactly one of some words. The default of a string, "", is not among them, so every insert must give one.</summary>
    public static Func<JsonNode> OneOf(params string[] words) => () => new JsonObject { ["key"] = Enumeration(words) };

    /// <summary>None or one of some words.</summary>
    public static Func<JsonNode> OptionalOneOf(params string[] words) => () => Sized(Enumeration(words), 0, 1);

    /// <summary>Exactly one strong reference.</summary>
    public static Func<JsonNode> Reference(string table) => () => new JsonObject { ["key"] = Uuid(table) };

    /// <summary>A set of strong references with at least <paramref name="minimum"/> members.</summary>
    public static Func<JsonNode> References(string table, int minimum = 0) => () => Sized(Uuid(table), minimum, "unlimited");

    /// <summary>A map from VLAN number to a strong reference; 0 stands for untagged traffic (or the whole port).</summary>
    public static Func<JsonNode> ByVlan(string table) =>
        () => Map(new JsonObject { ["type"] = "integer", ["minInteger"] = 0, ["maxInteger"] = 4095 }, Uuid(table));

    /// <summary>A map from text to a strong reference.</summary>
    public static Func<JsonNode> ByText(string table) => () => Map("string", Uuid(table));

    private static JsonObject Uuid(string table) => new() { ["type"] = "uuid", ["refTable"] = table };

    private static JsonObject Enumeration(string[] words) => new()
    {
        ["type"] = "string",
        ["enum"] = words.Length == 1
            ? words[0]
            : new JsonArray("set", new JsonArray(words.Order(StringComparer.Ordinal).Select(w => (JsonNode?)w).ToArray())),
    };

    private static JsonObject Map(JsonNode key, JsonNode value) =>
        new() { ["key"] = key, ["value"] = value, ["min"] = 0, ["max"] = "unlimited" };

    /// <summary>Left out where it is the default: a minimum of 1, a maximum of 1.</summary>
    private static JsonObject Sized(JsonNode key, int minimum, JsonNode maximum)
    {
        var type = new JsonObject { ["key"] = key };
        if (minimum != 1)
        {
            type["min"] = minimum;
        }

        if (maximum.GetValueKind() == JsonValueKind.String)
        {
            type["max"] = maximum;
        }

        return type;
    }
}
