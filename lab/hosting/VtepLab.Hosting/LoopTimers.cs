using System.Diagnostics;

namespace VtepLab.Hosting;

/// <summary>What a loop is to do later, ordered by when.</summary>
internal sealed class LoopTimers
{
    private readonly SortedSet<Entry> _entries = new(Comparer<Entry>.Create((a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Order.CompareTo(b.Order)));
    private long _order;

    /// <summary>Milliseconds until something is due, rounded up so that nothing is early; -1 when nothing is.</summary>
    public int UntilNext => _entries.Min is not { } first ? -1
        : (int)Math.Clamp(Math.Ceiling((first.Due - Stopwatch.GetTimestamp()) * 1000.0 / Stopwatch.Frequency), 0, int.MaxValue);

    /// <summary>Has something done after a time.</summary>
    public Entry Add(TimeSpan delay, Action action)
    {
        var entry = new Entry(Stopwatch.GetTimestamp() + (long)Math.Ceiling(Math.Max(0, delay.TotalSeconds) * Stopwatch.Frequency), _order++, action);
        _entries.Add(entry);
        return entry;
    }

    /// <summary>Takes it back; nothing happens when it was done or taken back already.</summary>
    public void Remove(Entry? entry)
    {
        if (entry is not null)
        {
            _entries.Remove(entry);
        }
    }

    /// <summary>What has been due longest at a time, taken out; null when nothing is.</summary>
    /// <param name="now">A timestamp of <see cref="Stopwatch"/>.</param>
    public Action? TakeDue(long now)
    {
        if (_entries.Min is not { } first || first.Due > now)
        {
            return null;
        }

        _entries.Remove(first);
        return first.Action;
    }

    /// <summary>One thing to do.</summary>
    internal sealed record Entry(long Due, long Order, Action Action);
}
