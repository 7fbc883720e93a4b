using System.Buffers;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.ClientFraming;

/// <summary>Feeds a reader a stream cut into pieces, the way a pipe does: what is not taken comes again before what is new.</summary>
internal static class StreamPieces
{
    /// <summary>The texts that a reader finds, and the message of the error that ended the stream, if one did.</summary>
    public sealed record Outcome(IReadOnlyList<string> Texts, string? Error, bool IsBetweenTexts);

    /// <summary>Reads a whole stream in pieces of the given lengths, the last of which repeats.</summary>
    public static Outcome Read(byte[] stream, JsonStreamLimits? limits, params int[] lengths)
    {
        var reader = new JsonStreamReader(limits);
        var texts = new List<string>();
        var held = new List<byte[]>();
        try
        {
            for (int at = 0, piece = 0; at < stream.Length; piece++)
            {
                var length = Math.Min(lengths[Math.Min(piece, lengths.Length - 1)], stream.Length - at);
                held.Add(stream.AsSpan(at, length).ToArray());
                at += length;
                var buffer = Sequence(held);
                while (reader.TryRead(ref buffer, out var text))
                {
                    texts.Add(Encoding.Latin1.GetString(text.ToArray()));
                }

                held = buffer.IsEmpty ? [] : [.. Segments(buffer)];
            }
        }
        catch (OvsdbProtocolException error)
        {
            return new Outcome(texts, error.Message, false);
        }

        return new Outcome(texts, null, reader.IsBetweenTexts);
    }

    private static IEnumerable<byte[]> Segments(ReadOnlySequence<byte> buffer)
    {
        foreach (var memory in buffer)
        {
            yield return memory.ToArray();
        }
    }

    private static ReadOnlySequence<byte> Sequence(List<byte[]> pieces)
    {
        var first = new Segment(pieces[0], 0);
        var last = pieces.Skip(1).Aggregate(first, (previous, bytes) => previous.Append(bytes));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, long runningIndex) => (Memory, RunningIndex) = (bytes, runningIndex);

        public Segment Append(byte[] bytes)
        {
            var next = new Segment(bytes, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
