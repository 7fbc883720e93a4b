namespace VtepLab.Ovsdb;

/// <summary>Tells a peer that is silent from one that is gone: probes it after an interval of silence, and gives it up after another one without a byte.</summary>
/// <remarks>
/// As Open vSwitch's <c>reconnect</c>: any byte is a sign of life. One timer serves the whole connection; a byte that arrives only moves the time
/// that it looks at when it is due. What is nearly an interval (a fiftieth less, at most) counts as one, or the answer to a probe would
/// put off the next look by its own delay. For the same reason a look that the peer has made needless by itself is put off by a hundredth of
/// the interval more: of two ends with the same interval, one then probes and the other hears of it in time, instead of both.
/// </remarks>
public sealed class InactivityProbe
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Action _probe;
    private readonly TaskCompletionSource _gone = new();
    private ITimer? _timer;
    private long _lastReceived;
    private long _willReceive = long.MaxValue; // Known beforehand; none.
    private long _probedAfter = -1; // What was the last byte when the probe left.

    /// <summary>Begins with a connection that has just shown life.</summary>
    /// <param name="time">The host's clock.</param>
    /// <param name="interval">Silence before a probe; zero for never.</param>
    /// <param name="probe">Sends a probe. An exception that leaves it comes out of <see cref="RunAsync"/>.</param>
    public InactivityProbe(TimeProvider time, TimeSpan interval, Action probe) =>
        (_time, _interval, _probe, _lastReceived) = (time, interval, probe, time.GetTimestamp());

    /// <summary>The timestamp of the last byte of the peer.</summary>
    public long LastReceived
    {
        get
        {
            if (_willReceive != long.MaxValue && _willReceive <= _time.GetTimestamp())
            {
                (_lastReceived, _willReceive) = (_willReceive, long.MaxValue);
            }

            return _lastReceived;
        }
    }

    /// <summary>Asked in the place of a probe, where the stream can tell what would come of one; true: it need not be sent.</summary>
    public Func<bool>? LeavesOut { get; set; }

    /// <summary>From the last byte to now.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(LastReceived);

    /// <summary>True while a probe waits for any sign of life.</summary>
    public bool IsWaiting => _probedAfter == LastReceived;

    /// <summary>A byte has arrived.</summary>
    public void Heard() => (_lastReceived, _willReceive) = (_time.GetTimestamp(), long.MaxValue);

    /// <summary>The next byte arrives at a timestamp, without <see cref="Heard"/>.</summary>
    public void WillHear(long timestamp)
    {
        _ = LastReceived;
        _willReceive = timestamp;
    }

    /// <summary>What <see cref="WillHear"/> told, of a time that is still to come, does not hold.</summary>
    public void Unhear() => _willReceive = long.MaxValue;

    /// <summary>Watches until the peer is given up, which ends the task without an error.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        if (_interval > TimeSpan.Zero)
        {
            _timer = _time.CreateTimer(static probe => ((InactivityProbe)probe!).Look(), this, Due(_interval - Silence), Timeout.InfiniteTimeSpan);
        }

        try
        {
            await _gone.Task.WaitAsync(cancel);
        }
        finally
        {
            _timer?.Dispose();
        }
    }

    private void Look()
    {
        var silence = Silence;
        if (silence < _interval - (_interval / 50))
        {
            _timer!.Change(Due(_interval - silence + (_interval / 100)), Timeout.InfiniteTimeSpan);
        }
        else if (IsWaiting && silence < 2 * _interval)
        {
            _timer!.Change(Due((2 * _interval) - silence), Timeout.InfiniteTimeSpan);
        }
        else if (IsWaiting)
        {
            _gone.TrySetResult();
        }
        else
        {
            _probedAfter = LastReceived;
            try
            {
                if (LeavesOut is null || !LeavesOut())
                {
                    _probe();
                }

                _timer!.Change(Due(_interval), Timeout.InfiniteTimeSpan);
            }
            catch (Exception e)
            {
                _gone.TrySetException(e); // A timer has no caller who could take it.
            }
        }
    }

    // Whole milliseconds: a real timer counts them, and one that is due at once would never let time pass.
    private static TimeSpan Due(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
}
