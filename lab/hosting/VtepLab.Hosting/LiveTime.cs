namespace VtepLab.Hosting;

/// <summary>The system's clocks, with timers that fire on a host's loop.</summary>
internal sealed class LiveTime(EventLoop loop) : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new LoopTimer(loop, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class LoopTimer(EventLoop loop, TimerCallback callback, object? state) : ITimer
    {
        private LoopTimers.Entry? _entry;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (!loop.IsCurrent)
            {
                // A cancellation may come from any thread; the loop's timers are the loop's.
                loop.Post(_ => Change(dueTime, period), null);
                return true;
            }

            loop.Timers.Remove(_entry);
            _entry = dueTime == Timeout.InfiniteTimeSpan ? null : loop.Timers.Add(dueTime, () => Elapsed(period));
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Elapsed(TimeSpan period)
        {
            _entry = period > TimeSpan.Zero ? loop.Timers.Add(period, () => Elapsed(period)) : null;
            callback(state);
        }
    }
}
