namespace VtepLab.Simulation;

/// <summary>Something that was said to the broker and that the broker has not answered for yet.</summary>
/// <param name="line">What is sent, again after each reconnect.</param>
/// <param name="key">The queue or topic that it is for.</param>
/// <param name="patience">Until when it is sent again although no queue is there for it, by the sender's monotonic clock.</param>
internal sealed class BusPublication(byte[] line, string key, long patience)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private TimeSpan _wait = TimeSpan.FromMilliseconds(250);

    public byte[] Line { get; } = line;

    public string Key { get; } = key;

    public long Patience { get; } = patience;

    public TaskCompletionSource Confirmed { get; } = new();

    /// <summary>How long to wait after a refusal before it is sent again: 250 ms, then twice as long each time, up to 8 s.</summary>
    public TimeSpan NextWait()
    {
        var wait = _wait;
        _wait = _wait * 2 < LongestWait ? _wait * 2 : LongestWait;
        return wait;
    }
}
