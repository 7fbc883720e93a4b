using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Conformance.Wire;

/// <summary>Writes JSON without white space and without needless escapes.</summary>
public static class WireJson
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1100 };

    /// <summary>The text of a value.</summary>
    public static string Write(JsonNode? node) => node?.ToJsonString(Plain) ?? "null";
}
