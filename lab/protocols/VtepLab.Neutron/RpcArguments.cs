using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>The arguments of a call are not what the method takes; the message names the member and what was expected.</summary>
public sealed class RpcArgumentException(string message) : FormatException(message);

/// <summary>Reads the members of an RPC's JSON object and says exactly what is wrong with one.</summary>
internal readonly struct RpcArguments(JsonObject json, string place)
{
    public static RpcArguments Of(JsonNode? node, string place) =>
        node is JsonObject json ? new RpcArguments(json, place) : throw Wrong(place, "an object", node);

    public string Text(string name) =>
        TextOrNull(name) ?? throw Wrong(Place(name), "a string", null);

    public string? TextOrNull(string name) => json[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw Wrong(Place(name), "a string", other),
    };

    public Guid? Uuid(string name) => TextOrNull(name) switch
    {
        null or "" => null,
        var text => Guid.TryParseExact(text, "D", out var uuid) ? uuid : throw Wrong(Place(name), "a UUID or null", json[name]),
    };

    public Guid RequiredUuid(string name) => Uuid(name) ?? throw Wrong(Place(name), "a UUID", null);

    // A number of the model may arrive as text: segmentation ids do.
    public long? Number(string name) => json[name] switch
    {
        null => null,
        JsonArray { Count: 2 } unset when unset[1] is JsonArray { Count: 0 } => null, // ["set", []]
        JsonValue value when value.GetValueKind() == JsonValueKind.Number
            // Through the text, since a number that was never serialised keeps the type it was made of.
            && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        JsonValue value when value.GetValueKind() == JsonValueKind.String
            && long.TryParse(value.GetValue<string>(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        var other => throw Wrong(Place(name), "an integer", other),
    };

    public RpcArguments Object(string name) => Of(json[name], Place(name));

    public JsonObject? ObjectOrNull(string name) => json[name] as JsonObject;

    public bool IsTrue(string name) => json[name]?.GetValueKind() == System.Text.Json.JsonValueKind.True;

    public bool IsEmptyObject(string name) => json[name] is null or JsonObject { Count: 0 };

    public IEnumerable<RpcArguments> Objects(string name)
    {
        var outer = Place(name);
        return Items(name).Select((item, i) => Of(item, $"{outer}[{i}]"));
    }

    public IReadOnlyList<JsonNode?> Items(string name) => json[name] switch
    {
        null => [],
        JsonArray array => [.. array],
        var other => throw Wrong(Place(name), "a list", other),
    };

    /// <summary>The members of an object whose names are data, in the order in which they came.</summary>
    public IEnumerable<(string Name, IReadOnlyList<RpcArguments> Items)> Lists(string name)
    {
        var inner = Object(name);
        return inner.Names().Select(n => (n, (IReadOnlyList<RpcArguments>)[.. inner.Objects(n)]));
    }

    public RpcArgumentException Wrong(string name, string expected) => Wrong(Place(name), expected, json[name]);

    private static RpcArgumentException Wrong(string place, string expected, JsonNode? found)
    {
        var text = found?.ToJsonString() ?? "nothing";
        return new($"{place}: expected {expected}, found {(text.Length > 80 ? text[..80] + "..." : text)}");
    }

    private string[] Names() => [.. json.Select(m => m.Key)];

    private string Place(string name) => place.Length == 0 ? name : $"{place}.{name}";
}
