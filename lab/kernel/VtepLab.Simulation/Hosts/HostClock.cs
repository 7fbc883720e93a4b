namespace VtepLab.Simulation;

/// <summary>A host's clocks over virtual time: a wall clock that can be wrong and stepped, and a monotonic clock; both can drift.</summary>
/// <remarks>One object a host: its clocks go on when the host restarts. Timers belong to the life that made them.</remarks>
internal sealed class HostClock(SimulatedHost host, long startTicks) : TimeProvider
{
    private const long NanosecondsPerSecond = 1_000_000_000;
    private readonly Kernel _kernel = host.Kernel;
    private long _since; // Kernel time of the last change of the drift.
    private long _elapsed; // The host's own nanoseconds at that time.
    private long _offsetTicks; // Steps of the wall clock.
    private long _drift; // Parts per billion that this clock runs fast.

    public override long TimestampFrequency => NanosecondsPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How far the wall clock was stepped.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(_offsetTicks);
        set => _offsetTicks = value.Ticks;
    }

    /// <summary>How much both clocks run fast, in parts per billion.</summary>
    public long Drift
    {
        get => _drift;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, -NanosecondsPerSecond);
            host.Simulation.Network.Disturb();
            (_elapsed, _since) = (GetTimestamp(), _kernel.Now);
            _drift = value;
        }
    }

    public override long GetTimestamp()
    {
        _kernel.ThrowIfGivenUp();
        return TimestampAt(_kernel.Now);
    }

    /// <summary>The timestamp at a time of the kernel, unless the drift changes before.</summary>
    public long TimestampAt(long at) => _elapsed + Own(at - _since);

    public override DateTimeOffset GetUtcNow() => new(startTicks + _offsetTicks + (GetTimestamp() / 100), TimeSpan.Zero);

    /// <summary>The kernel's time after a wait of some of this clock's nanoseconds.</summary>
    public long After(long nanoseconds)
    {
        var now = _kernel.Now;
        var wait = _drift == 0 ? nanoseconds : (Int128)nanoseconds * NanosecondsPerSecond / (NanosecondsPerSecond + _drift);
        return wait > long.MaxValue - now ? long.MaxValue : now + (long)wait; // A slow clock makes "for ever" longer than there is.
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new HostTimer(host.Context, this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private long Own(long kernelNanoseconds) =>
        _drift == 0 ? kernelNanoseconds : kernelNanoseconds + (long)((Int128)kernelNanoseconds * _drift / NanosecondsPerSecond);

    private sealed class HostTimer(HostContext owner, HostClock clock, TimerCallback callback, object? state) : EventTarget, ITimer
    {
        // The library's own timers (delays, time-outs) end waits and run as sources do, without a context; a host's callback is its
        // code and runs under its context, like everything else it does.
        private readonly SynchronizationContext? _context =
            (callback.Target?.GetType() ?? callback.Method.DeclaringType)?.Assembly == typeof(TimerCallback).Assembly ? null : owner;

        private EventHandle _event;
        private bool _armed;
        private bool _disposed;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_disposed)
            {
                return false;
            }

            Disarm();
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                Arm(dueTime);
            }

            return true;
        }

        public override void Fire(object? _)
        {
            _armed = false;
            if (_period > TimeSpan.Zero)
            {
                Arm(_period);
            }

            if (_context is not null)
            {
                SynchronizationContext.SetSynchronizationContext(_context);
            }

            callback(state);
        }

        public override string ToString() => $"a timer's {Culprit.Name(callback, state)}";

        public void Dispose()
        {
            _disposed = true;
            Disarm();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Arm(TimeSpan due)
        {
            _event = owner.Kernel.Schedule(clock.After(VirtualTime.Nanoseconds(due)), owner, this, null);
            _armed = true;
        }

        private void Disarm()
        {
            if (_armed)
            {
                owner.Kernel.Cancel(_event);
                _armed = false;
            }
        }
    }
}
