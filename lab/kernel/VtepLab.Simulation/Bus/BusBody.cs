using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>Reads what came out of a queue: anybody may have put it there.</summary>
internal static class BusBody
{
    /// <summary>A request, with what tells a repeat of it and where its answer goes.</summary>
    /// <exception cref="FormatException">It is none; says what was expected.</exception>
    public static BusCall ReadRequest(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException($"a request is a JSON object, found {Found(Parse(body))}");
        }

        string? method = null, scope = null, version = null, uniqueId = null, messageId = null, replyQueue = null;
        JsonObject? arguments = null, context = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("args"u8))
            {
                arguments = Object(ref reader, "args");
            }
            else if (reader.ValueTextEquals("context"u8))
            {
                context = Object(ref reader, "context");
            }
            else if (reader.ValueTextEquals("method"u8))
            {
                method = Text(ref reader, "method");
            }
            else if (reader.ValueTextEquals("_unique_id"u8))
            {
                uniqueId = Text(ref reader, "_unique_id");
            }
            else if (reader.ValueTextEquals("_msg_id"u8))
            {
                messageId = Text(ref reader, "_msg_id");
            }
            else if (reader.ValueTextEquals("_reply_q"u8))
            {
                replyQueue = Text(ref reader, "_reply_q");
            }
            else if (reader.ValueTextEquals("namespace"u8))
            {
                scope = Text(ref reader, "namespace");
            }
            else if (reader.ValueTextEquals("version"u8))
            {
                version = Text(ref reader, "version");
            }
            else
            {
                reader.Skip();
            }
        }

        return new BusCall(
            new BusRequest(method ?? throw new FormatException("no request: expected a method"), arguments ?? [], context ?? [], scope, version ?? "1.0"),
            uniqueId, messageId, replyQueue);
    }

    /// <summary>A reply: it says to which call, and its failure, if it has one, has a class and a message.</summary>
    /// <exception cref="FormatException">It is none; says what was expected.</exception>
    public static JsonObject ReadReply(ReadOnlyMemory<byte> body)
    {
        var message = Object(Parse(body), "a reply");
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

    // Poison may be anything but is JSON: the broker has looked for its end.
    private static JsonNode? Parse(ReadOnlyMemory<byte> body) => JsonNode.Parse(body.Span);

    // By itself, so that whoever gets it may put it elsewhere.
    private static JsonObject? Object(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return JsonNode.Parse(ref reader) switch
        {
            null => null,
            JsonObject found => found,
            var other => throw new FormatException($"{name} of a request is a JSON object, found {Found(other)}"),
        };
    }

    private static string? Text(ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => null,
            JsonTokenType.String => reader.GetString(),
            _ => throw new FormatException($"{name} of a request is a string, found {Found(JsonNode.Parse(ref reader))}"),
        };
    }

    private static string? Text(JsonObject message, string name, string of) => message[name] switch
    {
        null => null,
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        var other => throw new FormatException($"{name} of {of} is a string, found {Found(other)}"),
    };

    private static string Found(JsonNode? node) => node is null ? "nothing" : node.ToJsonString() is var text && text.Length <= 80 ? text : $"{text[..80]}…";
}

/// <summary>A request as it came out of a queue.</summary>
/// <param name="Request">What is asked.</param>
/// <param name="UniqueId">By which a repeat of it is known; null when it has none.</param>
/// <param name="MessageId">By which the caller knows its answer.</param>
/// <param name="ReplyQueue">Where the answer goes; null for a cast.</param>
internal sealed record BusCall(BusRequest Request, string? UniqueId, string? MessageId, string? ReplyQueue);
