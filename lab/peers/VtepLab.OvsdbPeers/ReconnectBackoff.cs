namespace VtepLab.OvsdbPeers;

/// <summary>How long to wait before the next attempt to connect, by the rule of Open vSwitch: 1, 2, 4, 8, 8 ... seconds.</summary>
/// <remarks>
/// The wait starts anew only after a connection that was alive for at least the present wait, so a peer that accepts and closes at
/// once is not hammered.
/// </remarks>
/// <param name="maximum">The longest wait; less than the minimum of 1 s makes it the only one.</param>
/// <param name="others">
/// How many more servers there are to turn to. Each is tried without a wait, at first and again after a connection that was alive.
/// </param>
public sealed class ReconnectBackoff(TimeSpan maximum, int others = 0)
{
    private static readonly TimeSpan Minimum = TimeSpan.FromSeconds(1);
    private int _tried;

    /// <summary>The present wait; zero before the first failure.</summary>
    public TimeSpan Current { get; private set; }

    /// <summary>The wait after an attempt that failed, or a connection that ended.</summary>
    /// <param name="aliveFor">From connecting to the last byte received; zero for an attempt that failed.</param>
    public TimeSpan Next(TimeSpan aliveFor)
    {
        var first = Minimum < maximum ? Minimum : maximum;
        if (aliveFor >= (Current > first ? Current : first))
        {
            (_tried, Current) = (0, TimeSpan.Zero);
        }

        if (_tried < others)
        {
            _tried++;
            return TimeSpan.Zero;
        }

        Current = Current == TimeSpan.Zero ? first
            : Current >= maximum / 2 ? maximum
            : Current * 2;
        return Current;
    }
}
