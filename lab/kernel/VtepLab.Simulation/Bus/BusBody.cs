using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>Reads what came out of a queue: anybody may have put it there.</summary>
internal static class BusBody
{
    /// <summary>A request, and the whole message it is in.</summary>
    /// <exception cref="FormatException">It is none; says what was expected.</exception>
    public static (JsonObject Message, BusRequest Request) ReadRequest(JsonNode? body)
    {
        var message = Object(body, "a request");
        foreach (var member in (string[])["namespace", "version", "_unique_id", "_msg_id", "_reply_q"])
        {
            _ = Text(message, member, "a request");
        }

        var request = new BusRequest(
            Text(message, "method", "a request") ?? throw new FormatException("no request: expected a method"),
            Member(message, "args"),
            Member(message, "context"),
            Text(message, "namespace", "a request"),
            Text(message, "version", "a request") ?? "1.0");
        return (message, request);
    }

    /// <summary>A reply: it says to which call, and its failure, if it has one, has a class and a message.</summary>
    /// <exception cref="FormatException">It is none; says what was expected.</exception>
    public static JsonObject ReadReply(JsonNode? body)
    {
        var message = Object(body, "a reply");
        _ = Text(message, "_msg_id", "a reply") ?? throw new FormatException("no reply: expected a _msg_id");
        if (message["failure"] is { } failure)
        {
            var wrong = Object(failure, "a failure");
            _ = Text(wrong, "class", "a failure") ?? throw new FormatException("no failure: expected a class");
            _ = Text(wrong, "message", "a failure") ?? throw new FormatException("no failure: expected a message");
        }

        return message;
    }

    private static JsonObject Object(JsonNode? body, string what) =>
        body as JsonObject ?? throw new FormatException($"{what} is a JSON object, found {Found(body)}");

    private static JsonObject Member(JsonObject message, string name) => message[name] switch
    {
        null => [],
        JsonObject found => found.DeepClone().AsObject(),
        var other => throw new FormatException($"{name} of a request is a JSON object, found {Found(other)}"),
    };

    private static string? Text(JsonObject message, string name, string of) => message[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw new FormatException($"{name} of {of} is a string, found {Found(other)}"),
    };

    private static string Found(JsonNode? node) => node is null ? "nothing" : node.ToJsonString() is var text && text.Length <= 80 ? text : $"{text[..80]}…";
}
