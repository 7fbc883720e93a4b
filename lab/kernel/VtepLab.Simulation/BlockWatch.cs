using System.Globalization;

namespace VtepLab.Simulation;

/// <summary>Looks from outside whether a simulation's thread sleeps in the middle of an event, and wakes it so that the run can say so.</summary>
/// <remarks>
/// Most ways to block go through the host's context, which refuses them at once (<see cref="HostContext.Wait"/>); sleeping does not, nor what
/// blocks where no context is. A thread that works, that waits for a processor, or for a lock which another run has for a while (a schema
/// that both read first), is never taken for one that sleeps. It changes nothing of a run that does not block.
/// </remarks>
internal sealed class BlockWatch : IDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LockLimit = TimeSpan.FromMinutes(1); // Who holds it may wait for a processor, with many more in the queue.
    private static readonly Lock Gate = new();
    private static readonly List<BlockWatch> Watched = [];
    private static bool s_runs;

    private readonly Kernel _kernel;
    private readonly SimulationOptions _options;
    private readonly Func<string> _where;
#pragma warning disable RS0030 // It watches real threads, in real time.
    private readonly Thread _thread = Thread.CurrentThread;
    private readonly string _statistics;
    private long _event = -1;
    private int _asleep;
    private int _looks;
    private TimeSpan _workedBefore;
    private bool _isStuck;

    private BlockWatch(Kernel kernel, SimulationOptions options, Func<string> where) =>
        (_kernel, _options, _where, _statistics) = (kernel, options, where, options.Stuck is null ? "" : StatisticsOfThisThread());

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

        if (++_looks == 1 && _options.Stuck is not null)
        {
            _workedBefore = Worked();
        }

        _asleep = (_thread.ThreadState & ThreadState.WaitSleepJoin) != 0 ? _asleep + 1 : 0;
        var limit = _kernel.WaitsForLock && _options.SleepLimit < LockLimit ? LockLimit : _options.SleepLimit;
        if (_asleep * LookEvery >= limit)
        {
            _kernel.Break($"{_where()} blocks the only thread: it has slept for {limit.TotalSeconds} s of real time in one event", "blocked");
            _asleep = 0;
            _thread.Interrupt();
        }
        else if (!_isStuck && _options.Stuck is { } told && Worked() - _workedBefore >= _options.EventLimit)
        {
            _isStuck = true;
            told(new StuckEvent(now, $"{_where()} has been in one event for {_options.EventLimit.TotalSeconds} s: an endless loop?"));
            _kernel.GiveUp();
        }
    }

    /// <summary>The processor time of the watched thread; where the system does not tell, the real time of the event so far.</summary>
    /// <remarks>On a busy machine an honest event may wait long for a processor.</remarks>
    private TimeSpan Worked()
    {
        if (_statistics.Length == 0)
        {
            return _looks * LookEvery;
        }

        try
        {
            // Behind the name in brackets, from the state on (proc_pid_stat(5)): utime and stime are fields 14 and 15, in hundredths of a second.
            var text = File.ReadAllText(_statistics);
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return TimeSpan.FromMilliseconds(10 * (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return _looks * LookEvery;
        }
    }

    private static string StatisticsOfThisThread()
    {
        const string Own = "/proc/thread-self/stat";
        return File.Exists(Own) ? $"/proc/self/task/{File.ReadAllText(Own).Split(' ')[0]}/stat" : "";
    }
#pragma warning restore RS0030
}
