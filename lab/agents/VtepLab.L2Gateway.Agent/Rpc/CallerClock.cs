namespace VtepLab.L2Gateway.Agent;

/// <summary>How old a request is, although neither its sender's clock nor ours is right.</summary>
/// <remarks>
/// Ages are taken on our monotonic clock, so a step of our own wall clock does not count; the youngest of the last requests of a sender
/// tells how far its clock is off. Our plugins name each of their lives, and their clocks do not step in one; after a step of another
/// sender's clock a few requests are misjudged, then all are right again.
/// </remarks>
internal sealed class CallerClock(TimeProvider time)
{
    private const int Remembered = 16;

    private readonly DateTimeOffset _wallAtStart = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();
    private readonly List<(string Sender, Queue<TimeSpan> Ages)> _senders = [];

    /// <summary>The age of a request that has just arrived.</summary>
    /// <param name="sent">When it was sent, by its sender's clock.</param>
    /// <param name="sender">Names the sender's life; empty for all that have no name.</param>
    public TimeSpan AgeOf(DateTimeOffset sent, string sender)
    {
        var apparent = _wallAtStart + time.GetElapsedTime(_start) - sent;
        var ages = AgesOf(sender);
        ages.Enqueue(apparent);
        if (ages.Count > Remembered)
        {
            ages.Dequeue();
        }

        return apparent - ages.Min();
    }

    private Queue<TimeSpan> AgesOf(string sender)
    {
        var at = _senders.FindIndex(s => s.Sender == sender);
        if (at < 0)
        {
            _senders.Add((sender, new Queue<TimeSpan>()));
            at = _senders.Count - 1;
            if (at == Remembered)
            {
                _senders.RemoveAt(0);
                at--;
            }
        }

        return _senders[at].Ages;
    }
}
