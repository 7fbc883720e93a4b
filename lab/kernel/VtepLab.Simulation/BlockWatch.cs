namespace VtepLab.Simulation;

/// <summary>Looks from outside whether a simulation's thread sleeps in the middle of an event, and wakes it so that the run can say so.</summary>
/// <remarks>
/// Most ways to block go through the host's context, which refuses them at once (<see cref="HostContext.Wait"/>); sleeping does not, nor what
/// blocks where no context is. A thread that works, or that waits for a processor, is never taken for one that sleeps. It changes nothing
/// of a run that does not block.
/// </remarks>
internal sealed class BlockWatch : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly Lock Gate = new();
    private static readonly List<BlockWatch> Watched = [];
    private static bool s_runs;

    private readonly Kernel _kernel;
    private readonly SimulationOptions _options;
    private readonly Func<string> _where;
#pragma warning disable RS0030 // It watches real threads, in real time.
    private readonly Thread _thread = Thread.CurrentThread;
    private long _event = -1;
    private int _asleep;
    private int _looks;

    private BlockWatch(Kernel kernel, SimulationOptions options, Func<string> where) => (_kernel, _options, _where) = (kernel, options, where);

    /// <summary>Watches the calling thread until the result is disposed.</summary>
    /// <param name="kernel">What it runs.</param>
    /// <param name="options">How long an event may take.</param>
    /// <param name="where">Names the host whose event is being run.</param>
    public static BlockWatch Watch(Kernel kernel, SimulationOptions options, Func<string> where)
    {
        var watch = new BlockWatch(kernel, options, where);
        lock (Gate)
        {
            Watched.Add(watch);
            if (!s_runs)
            {
                s_runs = true;
                new Thread(Look) { IsBackground = true, Name = "simulation watch" }.Start();
            }
        }

        return watch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Gate)
        {
            Watched.Remove(this);
        }

        if (_kernel.IsBroken)
        {
            try
            {
                Thread.Sleep(0); // An interrupt that came too late must not hit what the caller does next.
            }
            catch (ThreadInterruptedException)
            {
                // That was it.
            }
        }
    }

    private static void Look()
    {
        while (true)
        {
            Thread.Sleep(LookEvery);
            lock (Gate)
            {
                if (Watched.Count == 0)
                {
                    s_runs = false;
                    return;
                }

                Watched.ForEach(w => w.LookOnce());
            }
        }
    }

    private void LookOnce()
    {
        var now = _kernel.Events;
        if (now != _event)
        {
            (_event, _asleep, _looks) = (now, 0, 0);
            return;
        }

        _looks++;
        _asleep = (_thread.ThreadState & ThreadState.WaitSleepJoin) != 0 ? _asleep + 1 : 0;
        if (_asleep * LookEvery >= _options.SleepLimit)
        {
            _kernel.Break($"{_where()} blocks the only thread: it has slept for {_options.SleepLimit.TotalSeconds} s of real time in one event", "blocked");
            _asleep = 0;
            _thread.Interrupt();
        }
        else if (_looks * LookEvery == _options.EventLimit)
        {
            _options.Stuck?.Invoke($"{_where()} has been in one event for {_options.EventLimit.TotalSeconds} s of real time: an endless loop?");
        }
    }
#pragma warning restore RS0030
}
