using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>Writes what a broker and its clients say to each other: one JSON object a line, and the messages inside.</summary>
/// <remarks>Whoever has one uses it from one host only. <see cref="BusFrame"/> reads the lines, <see cref="BusBody"/> the messages.</remarks>
#pragma warning disable CA1001 // The writer writes into memory: there is nothing to dispose of.
internal sealed class BusLines
#pragma warning restore CA1001
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;

    public BusLines() => _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { SkipValidation = true });

    /// <summary>A line that says no more than what it is about.</summary>
    public byte[] Say(string op, long? id = null)
    {
        Begin(op, id);
        return EndLine();
    }

    /// <summary>A line with one text more: why, or which queue.</summary>
    public byte[] Say(string op, long? id, string member, string text)
    {
        Begin(op, id);
        _json.WriteString(member, text);
        return EndLine();
    }

    /// <summary>A publication was larger than the broker takes.</summary>
    public byte[] TooLarge(long? id, long largest, string reason)
    {
        Begin("closed", id);
        _json.WriteNumber("largest", largest);
        _json.WriteString("reason", reason);
        return EndLine();
    }

    /// <summary>A consumer has done with a delivery.</summary>
    public byte[] Acknowledge(long consumer, long tag)
    {
        Begin("ack", consumer);
        _json.WriteNumber("tag", tag);
        return EndLine();
    }

    /// <summary>A message for a queue, or for all queues of a topic's fanout.</summary>
    public byte[] Publish(long id, string key, bool fanout, long? expires, ReadOnlyMemory<byte> message)
    {
        Begin("publish", id);
        _json.WriteString("key", key);
        _json.WriteBoolean("fanout", fanout);
        if (expires is { } milliseconds)
        {
            _json.WriteNumber("expires", milliseconds);
        }
        else
        {
            _json.WriteNull("expires");
        }

        return EndLine(message);
    }

    /// <summary>A message for a consumer.</summary>
    public byte[] Deliver(long consumer, long tag, bool redelivered, ReadOnlyMemory<byte> message)
    {
        Begin("deliver", consumer);
        _json.WriteNumber("tag", tag);
        _json.WriteBoolean("redelivered", redelivered);
        return EndLine(message);
    }

    /// <summary>A declaration of queues that are consumed, and of a fanout where there is one.</summary>
    public byte[] Consume(long id, ReadOnlySpan<string> queues, string? fanout = null, string? fanoutQueue = null)
    {
        Begin("consume", id);
        _json.WriteStartArray("queues");
        foreach (var queue in queues)
        {
            _json.WriteStringValue(queue);
        }

        _json.WriteEndArray();
        if (fanout is not null)
        {
            _json.WriteString("fanout", fanout);
            _json.WriteString("fanoutQueue", fanoutQueue);
        }

        return EndLine();
    }

    /// <summary>The message of a request.</summary>
    /// <param name="target">Whom it is for.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="uniqueId">By which a repeat of it is known.</param>
    /// <param name="messageId">By which the answer to a call is known; null for a cast.</param>
    /// <param name="replyQueue">Where the answer goes.</param>
    public byte[] Request(BusTarget target, BusRequest request, string uniqueId, string? messageId = null, string? replyQueue = null)
    {
        _json.WriteStartObject();
        _json.WriteString("method", request.Method);
        _json.WritePropertyName("args");
        request.Arguments.WriteTo(_json);
        _json.WritePropertyName("context");
        request.Context.WriteTo(_json);
        _json.WriteString("namespace", target.Namespace);
        _json.WriteString("version", target.Version);
        _json.WriteString("_unique_id", uniqueId);
        if (messageId is not null)
        {
            _json.WriteString("_msg_id", messageId);
            _json.WriteString("_reply_q", replyQueue);
        }

        _json.WriteEndObject();
        return End();
    }

    /// <summary>The message of a reply.</summary>
    /// <param name="answer">What the call gave, or why it failed.</param>
    /// <param name="messageId">The call.</param>
    public byte[] Reply(BusAnswer answer, string messageId)
    {
        _json.WriteStartObject();
        _json.WritePropertyName("result");
        if (answer.Result is { } result)
        {
            result.WriteTo(_json);
        }
        else
        {
            _json.WriteNullValue();
        }

        if (answer.Failure is { } failure)
        {
            _json.WriteStartObject("failure");
            _json.WriteString("class", failure.Class);
            _json.WriteString("message", failure.Message);
            _json.WriteEndObject();
        }
        else
        {
            _json.WriteNull("failure");
        }

        _json.WriteString("_msg_id", messageId);
        _json.WriteEndObject();
        return End();
    }

    private void Begin(string op, long? id)
    {
        _json.WriteStartObject();
        _json.WriteString("op", op);
        if (id is { } number)
        {
            _json.WriteNumber("id", number);
        }
    }

    private byte[] EndLine(ReadOnlyMemory<byte> message)
    {
        _json.WritePropertyName("message");
        _json.WriteRawValue(message.Span, skipInputValidation: true);
        return EndLine();
    }

    private byte[] EndLine()
    {
        _json.WriteEndObject();
        _json.Flush();
        _bytes.Write("\n"u8);
        return End();
    }

    private byte[] End()
    {
        _json.Flush();
        var bytes = _bytes.WrittenSpan.ToArray();
        _bytes.ResetWrittenCount();
        _json.Reset();
        return bytes;
    }
}

/// <summary>What a handler gave: a result, or a failure.</summary>
/// <param name="Result">What it returned.</param>
/// <param name="Failure">The exception that it let out, by the name of its class and its message.</param>
internal readonly record struct BusAnswer(JsonNode? Result, (string Class, string Message)? Failure = null);
