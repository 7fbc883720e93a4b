using System.Globalization;

namespace VtepLab.Simulation;

/// <summary>The digest after every event of a run, to find where two runs part that should be the same.</summary>
/// <remarks>Give it to <see cref="SimulatedWorld.Journal"/> before the world runs. 24 bytes an event; it changes nothing of the run.</remarks>
public sealed class DigestJournal
{
    private readonly List<(long At, int Host, ulong Digest)> _events = [];
    private readonly SortedDictionary<int, string> _names = [];

    /// <summary>Events so far.</summary>
    public int Count => _events.Count;

    /// <summary>Finds the first event after which two runs are not the same.</summary>
    /// <returns>
    /// Its number from zero, and both events in words: virtual time, host and digest. Null when the runs are the same; a run that is the
    /// beginning of the other one ends with "nothing".
    /// </returns>
    public static (int Event, string One, string Other)? FirstDifference(DigestJournal one, DigestJournal other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        // A digest holds all that went before, so once they differ they differ to the end: halve the distance.
        var (same, end) = (0, Math.Min(one.Count, other.Count));
        while (same < end)
        {
            var middle = same + ((end - same) / 2);
            (same, end) = one._events[middle] == other._events[middle] ? (middle + 1, end) : (same, middle);
        }

        return same == one.Count && same == other.Count ? null : (same, one.Describe(same), other.Describe(same));
    }

    internal void Add(long at, int host, string name, ulong digest)
    {
        _events.Add((at, host, digest));
        _names.TryAdd(host, name);
    }

    private string Describe(int number)
    {
        if (number >= _events.Count)
        {
            return "nothing";
        }

        var (at, host, digest) = _events[number];
        return string.Create(CultureInfo.InvariantCulture, $"at {VirtualTime.Span(at):c} on {_names[host]}, digest {digest:x16}");
    }
}
