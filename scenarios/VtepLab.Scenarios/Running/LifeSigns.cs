using System.Text.Json;
using VtepLab.Neutron;

namespace VtepLab.Scenarios;

/// <summary>Knows what agents, switches and the broker say to each other only to show that they live.</summary>
/// <remarks>
/// OVSDB's echo and its reply; the broker's pings, and its confirms and acknowledgements, which follow what was said; the reports of agents, and
/// the replies to calls. What changes anything is none of these.
/// </remarks>
public static class LifeSigns
{
    private static readonly JsonReaderOptions Several = new() { AllowMultipleValues = true };

    /// <summary>True for a segment of complete JSON texts that are life signs, all of them.</summary>
    public static bool AreAll(ReadOnlySpan<byte> segment)
    {
        var reader = new Utf8JsonReader(segment, Several);
        try
        {
            while (reader.Read())
            {
                using var text = JsonDocument.ParseValue(ref reader);
                if (text.RootElement.ValueKind != JsonValueKind.Object || !Is(text.RootElement))
                {
                    return false;
                }
            }
        }
        catch (JsonException)
        {
            return false; // A part of something longer.
        }

        return true;
    }

    private static bool Is(JsonElement said) => Text(said, "op") switch
    {
        "ping" or "pong" or "confirm" or "ack" => true,
        "publish" or "deliver" => said.GetProperty("message") is { ValueKind: JsonValueKind.Object } message && IsReportOrReply(message),
        null => Text(said, "method") == "echo" || (Text(said, "id") == "echo" && said.TryGetProperty("result", out _)),
        _ => false,
    };

    private static bool IsReportOrReply(JsonElement message) => message.TryGetProperty("method", out var method)
        ? method.ValueKind == JsonValueKind.String && method.GetString() is L2GatewayRpc.ReportState or L2GatewayRpc.NotifyOvsdbStates
        : message.TryGetProperty("result", out _);

    private static string? Text(JsonElement said, string member) =>
        said.TryGetProperty(member, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
