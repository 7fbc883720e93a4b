namespace VtepLab.L2Gateway.Agent;

/// <summary>How old a request is, although neither its sender's clock nor ours is right.</summary>
/// <remarks>
/// Ages are taken on our monotonic clock, so a step of our own wall clock does not count; the youngest of the last requests tells how
/// far the sender's clock is off. After a step of the sender's clock a few requests are misjudged, then all are right again.
/// </remarks>
internal sealed class CallerClock(TimeProvider time)
{
    private const int Remembered = 16;

    private readonly DateTimeOffset _wallAtStart = time.GetUtcNow();
    private readonly long _start = time.GetTimestamp();
    private readonly Queue<TimeSpan> _ages = new();

    /// <summary>The age of a request that has just arrived.</summary>
    /// <param name="sent">When it was sent, by its sender's clock.</param>
    public TimeSpan AgeOf(DateTimeOffset sent)
    {
        var apparent = _wallAtStart + time.GetElapsedTime(_start) - sent;
        _ages.Enqueue(apparent);
        if (_ages.Count > Remembered)
        {
            _ages.Dequeue();
        }

        return apparent - _ages.Min();
    }
}
