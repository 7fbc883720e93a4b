using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>The messages of oslo.messaging 14 as they stand in an AMQP body: an envelope of version 2.0 around a JSON string.</summary>
/// <remarks>Pure functions; which queues the messages travel through is the bus's affair.</remarks>
public static class OsloMessage
{
    private const string ContextPrefix = "_context_";
    private const int PieceBytes = 16 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The body of a request.</summary>
    /// <param name="target">Its namespace and version go into the message.</param>
    /// <param name="method">The method.</param>
    /// <param name="arguments">Its named arguments.</param>
    /// <param name="context">The caller's context, a member a field.</param>
    /// <param name="uniqueId">32 hex digits, new for every message.</param>
    /// <param name="call">The message id (32 hex digits) and the reply queue of a call; null for a cast.</param>
    public static byte[] Request(
        BusTarget target, string method, JsonObject arguments, JsonObject? context, string uniqueId, (string MessageId, string ReplyQueue)? call)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(arguments);
        return Envelope(json =>
        {
            json.WriteString("method", method);
            json.WritePropertyName("args");
            arguments.WriteTo(json);
            json.WriteString("version", target.Version);
            if (target.Namespace is { } name)
            {
                json.WriteString("namespace", name);
            }

            foreach (var (field, value) in context ?? [])
            {
                Write(json, ContextPrefix + field, value);
            }

            if (call is var (id, queue))
            {
                json.WriteString("_msg_id", id);
                json.WriteString("_reply_q", queue);
                json.WriteNull("_timeout");
            }

            json.WriteString("_unique_id", uniqueId);
        });
    }

    /// <summary>The body of the reply to a call.</summary>
    /// <param name="messageId">The call's message id.</param>
    /// <param name="uniqueId">32 hex digits, new for every message.</param>
    /// <param name="result">What the method returned.</param>
    /// <param name="failure">What it raised instead; null for success.</param>
    public static byte[] Reply(string messageId, string uniqueId, JsonNode? result, BusRemoteException? failure) => Envelope(json =>
    {
        json.WriteString("_msg_id", messageId);
        json.WriteString("_unique_id", uniqueId);
        Write(json, "result", failure is null ? result : null);
        json.WriteString("failure", failure is null ? null : Failure(failure).ToJsonString());
        json.WriteBoolean("ending", true);
    });

    /// <summary>Opens a body; also one without the envelope, which oslo.messaging accepts.</summary>
    /// <exception cref="FormatException">It is no message; says what was expected.</exception>
    public static JsonObject Open(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var outer = JsonDocument.Parse(body, Strict);
            if (outer.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new FormatException("expected a JSON object");
            }

            if (!outer.RootElement.TryGetProperty("oslo.message"u8, out var inner) || inner.ValueKind == JsonValueKind.Null)
            {
                return JsonNode.Parse(body.Span, documentOptions: Strict)!.AsObject();
            }

            var message = JsonNode.Parse(Unescaped(inner), documentOptions: Strict) as JsonObject ?? throw new FormatException("expected a JSON object in oslo.message");
            _ = message.Count; // A name that is no text shows when the members are first asked for.
            return message;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"no oslo.messaging message: {e.Message}", e);
        }
    }

    /// <summary>The request in an opened message.</summary>
    /// <exception cref="FormatException">It is none: says which member is missing or of the wrong kind.</exception>
    public static BusRequest ReadRequest(JsonObject message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var member in (string[])["_unique_id", "_msg_id", "_reply_q"])
        {
            _ = Text(message, member);
        }

        var context = new JsonObject();
        foreach (var (field, value) in message)
        {
            if (field.StartsWith(ContextPrefix, StringComparison.Ordinal))
            {
                context[field[ContextPrefix.Length..]] = value?.DeepClone();
            }
        }

        return new BusRequest(
            Text(message, "method") ?? throw new FormatException("no oslo.messaging request: expected a method"),
            message["args"] is null or JsonObject
                ? message["args"]?.DeepClone().AsObject() ?? []
                : throw new FormatException($"args of an oslo.messaging request: expected a JSON object, found {message["args"]!.ToJsonString()}"),
            context,
            Text(message, "namespace"),
            Text(message, "version") ?? "1.0");
    }

    /// <summary>The failure in an opened reply; null when there is none.</summary>
    /// <remarks>One that cannot be read is a failure all the same: the call did not succeed.</remarks>
    public static BusRemoteException? ReadFailure(JsonObject reply)
    {
        ArgumentNullException.ThrowIfNull(reply);
        if (reply["failure"] is not { } node)
        {
            return null;
        }

        try
        {
            var failure = JsonNode.Parse(Text(reply, "failure")!) as JsonObject ?? [];
            return new BusRemoteException(Text(failure, "class") ?? "RemoteError", Text(failure, "message") ?? "");
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            return new BusRemoteException("RemoteError", $"a failure that cannot be read: {node.ToJsonString()}");
        }
    }

    /// <summary>A member of a message that is text; null when it is absent or null.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    internal static string? Text(JsonObject message, string member)
    {
        try
        {
            return message[member] switch
            {
                null => null,
                JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
                var other => throw new FormatException($"{member} of an oslo.messaging message: expected a string, found {other.ToJsonString()}"),
            };
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException($"{member} of an oslo.messaging message: {e.Message}", e); // Half of a surrogate pair.
        }
    }

    // Bytes all the way: what a text of UTF-16 would take is twice as much as a message that holds all of a switch.
    private static ReadOnlySpan<byte> Unescaped(JsonElement text)
    {
        if (text.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"expected a JSON object as a string in oslo.message, found {text.ValueKind}");
        }

        var escaped = JsonMarshal.GetRawUtf8Value(text);
        var reader = new Utf8JsonReader(escaped);
        reader.Read();
        var bytes = new byte[escaped.Length];
        return bytes.AsSpan(0, reader.CopyString(bytes));
    }

    private static JsonObject Failure(BusRemoteException e) => new()
    {
        ["class"] = e.RemoteClass,
        ["module"] = "vteplab",
        ["message"] = e.Message,
        ["tb"] = new JsonArray($"{e.RemoteClass}: {e.Message}\n"),
        ["args"] = new JsonArray(e.Message),
        ["kwargs"] = new JsonObject(),
    };

    private static void Write(Utf8JsonWriter json, string name, JsonNode? value)
    {
        json.WritePropertyName(name);
        if (value is null)
        {
            json.WriteNullValue();
        }
        else
        {
            value.WriteTo(json);
        }
    }

    // Straight into bytes, and the string within the string piece by piece: a message may hold all of a switch, and the writer reserves
    // six times the length of what it is given to escape.
    private static byte[] Envelope(Action<Utf8JsonWriter> members)
    {
        var inner = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(inner))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        var outer = new ArrayBufferWriter<byte>(inner.WrittenCount + 64);
        using (var json = new Utf8JsonWriter(outer))
        {
            json.WriteStartObject();
            json.WriteString("oslo.version", "2.0");
            json.WritePropertyName("oslo.message");
            var rest = inner.WrittenSpan;
            for (; rest.Length > PieceBytes; rest = rest[PieceBytes..])
            {
                json.WriteStringValueSegment(rest[..PieceBytes], isFinalSegment: false);
            }

            json.WriteStringValueSegment(rest, isFinalSegment: true);
            json.WriteEndObject();
        }

        return outer.WrittenSpan.ToArray();
    }
}
