namespace VtepLab.Hosting;

/// <summary>The system's clocks, with timers that fire on a host's loop.</summary>
internal sealed class LiveTime(EventLoop loop) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        return new LoopTimer(loop, callback, state, dueTime, period);
    }

    private sealed class LoopTimer : ITimer
    {
        private readonly EventLoop _loop;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly ITimer _timer;
        private int _arming; // Counts Change and Dispose: a firing that was posted before one of them is stale.

        public LoopTimer(EventLoop loop, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_loop, _callback, _state) = (loop, callback, state);
            // Without the flow of the execution context: the loop's own context is installed when the callback runs.
            using (ExecutionContext.SuppressFlow())
            {
                _timer = System.CreateTimer(static t => ((LoopTimer)t!).Elapsed(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            _timer.Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Increment(ref _arming);
            return _timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            Interlocked.Increment(ref _arming);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Elapsed()
        {
            var arming = Volatile.Read(ref _arming);
            _loop.Post(
                _ =>
                {
                    if (arming == Volatile.Read(ref _arming))
                    {
                        _callback(_state);
                    }
                },
                null);
        }
    }
}
