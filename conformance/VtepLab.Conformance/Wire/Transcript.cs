using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VtepLab.Results;

namespace VtepLab.Conformance.Wire;

/// <summary>The conversation with the device: every message of every connection, numbered in the order in which it was seen.</summary>
/// <remarks>Belongs to the host's thread, as everything of a run does.</remarks>
/// <param name="time">The clock of the world.</param>
public sealed class Transcript(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly List<WireMessage> _messages = [];
    private readonly Dictionary<string, List<long>> _byCheck = [];

    /// <summary>Since the start of the run.</summary>
    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>All messages so far.</summary>
    public IReadOnlyList<WireMessage> Messages => _messages;

    /// <summary>Writes one message down.</summary>
    /// <returns>Its number, from 1.</returns>
    public long Add(string connection, WireDirection direction, string text, string? check)
    {
        var sequence = _messages.Count + 1;
        _messages.Add(new WireMessage(sequence, Now, connection, direction, Abridged(text), check));
        if (check is not null)
        {
            if (!_byCheck.TryGetValue(check, out var own))
            {
                _byCheck.Add(check, own = []);
            }

            own.Add(sequence);
        }

        return sequence;
    }

    // Messages are kept as they were, but for the one or two that are megabytes of one letter.
    private static string Abridged(string text) => text.Length <= 1 << 20 ? text : string.Create(
        CultureInfo.InvariantCulture,
        $"{text[..2000]} ... ({text.Length} characters, SHA-256 {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}) ... {text[^200..]}");

    /// <summary>Numbers, ascending, of the messages that belong to a check.</summary>
    public ImmutableArray<long> EvidenceOf(string check) => _byCheck.TryGetValue(check, out var own) ? [.. own] : [];

    /// <summary>First and last number of a check's messages after a number; zeros when there is none.</summary>
    public (long First, long Last) RangeSince(string check, long after)
    {
        if (!_byCheck.TryGetValue(check, out var own) || own[^1] <= after)
        {
            return (0, 0);
        }

        var found = own.BinarySearch(after + 1);
        return (own[found < 0 ? ~found : found], own[^1]);
    }
}
