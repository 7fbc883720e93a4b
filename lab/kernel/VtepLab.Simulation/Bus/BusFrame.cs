using System.Text.Json;

namespace VtepLab.Simulation;

/// <summary>What one line between a broker and a client says; which members it has depends on <see cref="Op"/>.</summary>
/// <remarks>
/// A message travels as the bytes that its sender wrote, and is the last member of its line: the broker does not look into it.
/// <see cref="BusLines"/> writes the lines.
/// </remarks>
internal sealed class BusFrame
{
    private static readonly string[] Ops =
        ["confirm", "ack", "deliver", "publish", "ping", "pong", "return", "nack", "consume", "cancel", "blocked", "unblocked", "closed", "cancelled"];

    /// <summary>What is said; empty for a word that is not known here.</summary>
    public string Op { get; private set; } = "";

    /// <summary>Of a publication, a declaration or a consumer; null where there is none.</summary>
    public long? Id { get; private set; }

    /// <summary>The delivery.</summary>
    public long Tag { get; private set; }

    /// <summary>Where a publication goes: a queue, or the topic of a fanout.</summary>
    public string Key { get; private set; } = "";

    /// <summary>Whether a publication is for all.</summary>
    public bool IsFanout { get; private set; }

    /// <summary>After how many milliseconds a publication is worth nothing; null for never.</summary>
    public long? Expires { get; private set; }

    /// <summary>What is consumed.</summary>
    public IReadOnlyList<string> Queues { get; private set; } = [];

    /// <summary>The topic whose fanout is consumed.</summary>
    public string? Fanout { get; private set; }

    /// <summary>The queue for it.</summary>
    public string? FanoutQueue { get; private set; }

    /// <summary>How many bytes the broker takes in a message, where a publication was larger.</summary>
    public long? Largest { get; private set; }

    /// <summary>Why something ended.</summary>
    public string? Reason { get; private set; }

    /// <summary>The queue that has gone.</summary>
    public string? Queue { get; private set; }

    /// <summary>The JSON text of what is published or delivered.</summary>
    public ReadOnlyMemory<byte> Message { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static BusFrame Read(ReadOnlySpan<byte> line)
    {
        var frame = new BusFrame();
        var reader = new Utf8JsonReader(line);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message"u8))
            {
                frame.Message = line[(int)reader.BytesConsumed..^1].ToArray(); // Without the brace that ends the line.
                break;
            }

            frame.ReadMember(ref reader);
        }

        return frame;
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("op"u8))
        {
            reader.Read();
            Op = KnownOp(ref reader);
        }
        else if (reader.ValueTextEquals("id"u8))
        {
            reader.Read();
            Id = reader.GetInt64();
        }
        else if (reader.ValueTextEquals("tag"u8))
        {
            reader.Read();
            Tag = reader.GetInt64();
        }
        else if (reader.ValueTextEquals("key"u8))
        {
            reader.Read();
            Key = reader.GetString()!;
        }
        else if (reader.ValueTextEquals("expires"u8))
        {
            reader.Read();
            Expires = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
        }
        else if (reader.ValueTextEquals("fanout"u8))
        {
            reader.Read();
            (IsFanout, Fanout) = (reader.TokenType == JsonTokenType.True, reader.TokenType == JsonTokenType.String ? reader.GetString() : null);
        }
        else
        {
            ReadRareMember(ref reader);
        }
    }

    private void ReadRareMember(ref Utf8JsonReader reader)
    {
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "queues":
                var queues = new List<string>();
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    queues.Add(reader.GetString()!);
                }

                Queues = queues;
                break;
            case "fanoutQueue":
                FanoutQueue = reader.GetString();
                break;
            case "largest":
                Largest = reader.GetInt64();
                break;
            case "reason":
                Reason = reader.GetString();
                break;
            case "queue":
                Queue = reader.GetString();
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static string KnownOp(ref Utf8JsonReader reader)
    {
        foreach (var op in Ops)
        {
            if (reader.ValueTextEquals(op))
            {
                return op;
            }
        }

        return "";
    }
}
