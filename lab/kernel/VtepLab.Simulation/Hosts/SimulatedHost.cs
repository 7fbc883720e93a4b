using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>How a host goes down.</summary>
public enum CrashKind
{
    /// <summary>The process dies: its operating system lives on and closes its streams.</summary>
    Process,

    /// <summary>The machine dies: peers hear nothing, and what was not flushed to the disk is torn.</summary>
    Power,
}

/// <summary>A machine of the simulation, as the one who runs the experiment sees it.</summary>
public sealed class SimulatedHost
{
    private readonly Dictionary<string, IFramePort> _ports = new(StringComparer.Ordinal);
    private Func<IHost, Task>? _program;
    private HostLife _life;

    internal SimulatedHost(SimulatedWorld simulation, string name, IReadOnlyList<string> addresses, HostContext context)
    {
        (Simulation, Name, Addresses, Id) = (simulation, name, addresses, context.Host);
        Clock = new HostClock(this, simulation.Options.StartsAt.UtcTicks);
        Entropy = new HostEntropy(simulation, name);
        Disk = new MemoryStore(this, simulation.Random($"host/{name}/disk"));
        Logs = new TracingLoggers(simulation, name);
        _life = new HostLife(this, context);
    }

    /// <summary>The host's name; other hosts reach it under its name and its addresses.</summary>
    public string Name { get; }

    /// <summary>The host's IP addresses.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>What the code on the host is given; another object after each crash or restart.</summary>
    public IHost Services => _life;

    /// <summary>True from the start, or restart, until a crash or the end of a stop.</summary>
    public bool IsUp { get; private set; } = true;

    /// <summary>True while it is paused.</summary>
    public bool IsPaused => Kernel.IsPaused(Id);

    /// <summary>How often it was started again.</summary>
    public uint Lives => _life.Context.Life;

    /// <summary>How far the wall clock is stepped from true time; the monotonic clock does not notice.</summary>
    public TimeSpan ClockOffset
    {
        get => Clock.Offset;
        set => Clock.Offset = value;
    }

    /// <summary>By how many parts per billion both clocks run fast.</summary>
    public long ClockDrift
    {
        get => Clock.Drift;
        set => Clock.Drift = value;
    }

    /// <summary>True: writes to the store fail as on a full disk.</summary>
    public bool DiskIsFull
    {
        get => Disk.IsFull;
        set => Disk.IsFull = value;
    }

    /// <summary>The names of spawned work that has not ended.</summary>
    public IEnumerable<string> Running => _life.Running;

    internal SimulatedWorld Simulation { get; }

    internal Kernel Kernel => Simulation.Kernel;

    internal int Id { get; }

    internal HostContext Context => _life.Context;

    internal HostClock Clock { get; }

    internal HostEntropy Entropy { get; }

    internal MemoryStore Disk { get; }

    internal TracingLoggers Logs { get; }

    internal IReadOnlyDictionary<string, IFramePort> PortsByName => _ports;

    /// <summary>Starts the host's program; it is started again at every <see cref="Restart"/>.</summary>
    public SimulatedHost Start(Func<IHost, Task> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        _program = program;
        Boot();
        return this;
    }

    /// <summary>The host goes down at once: none of its code runs again, no <c>finally</c>, no cancellation.</summary>
    public void Crash(CrashKind kind = CrashKind.Process)
    {
        if (!IsUp)
        {
            return;
        }

        Simulation.Note(kind == CrashKind.Power ? "power-loss" : "crash", Name);
        Simulation.Network.Disturb();
        IsUp = false;
        Simulation.Network.HostWentDown(this, silently: kind == CrashKind.Power);
        if (kind == CrashKind.Power)
        {
            Disk.LosePower();
        }

        _life = new HostLife(this, Kernel.NextLife(Id));
        foreach (var port in _ports.Values.OfType<SimulatedPort>())
        {
            port.Forget();
        }
    }

    /// <summary>Starts the host again, with what its store kept; crashes it first if it is up.</summary>
    public void Restart(CrashKind kind = CrashKind.Process)
    {
        Crash(kind);
        Simulation.Note("restart", Name);
        IsUp = true;
        if (_program is not null)
        {
            Boot();
        }
    }

    /// <summary>Asks the host to stop in good order and waits until its work has ended; after the grace it is taken down.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        var life = _life;
        Simulation.Note("stop", Name);
        var ended = new TaskCompletionSource();
        life.Ended = () => ended.TrySetResult();
        life.Spawn("stop", _ =>
        {
            life.RequestStop();
            return Task.CompletedTask;
        });
        using (Simulation.At(grace, () => ended.TrySetResult()))
        {
            if (!life.HasEnded)
            {
                await ended.Task;
            }
        }

        if (ReferenceEquals(life, _life))
        {
            Crash();
        }
    }

    /// <summary>Stops the host's code where it is, as a long collection or a suspended machine does; time and network go on.</summary>
    public void Pause()
    {
        Simulation.Note("pause", Name);
        Simulation.Network.Disturb();
        Kernel.Pause(Id);
    }

    /// <summary>Lets a paused host go on: what happened meanwhile reaches it now, in order.</summary>
    public void Resume()
    {
        Simulation.Note("resume", Name);
        Kernel.Resume(Id);
    }

    /// <summary>Adds a network interface that carries frames; see <see cref="SimulatedWorld.Link"/>.</summary>
    public SimulatedPort AddPort(string name, int mtu = 1500)
    {
        var port = new SimulatedPort(this, name, mtu);
        _ports.Add(name, port);
        return port;
    }

    /// <summary>The kernel's own wait, in true time: allocates nothing and keeps nanoseconds.</summary>
    public SleepAwaitable Sleep(TimeSpan delay) => new(Context, VirtualTime.After(Kernel.Now, delay));

    /// <summary>The host's name.</summary>
    public override string ToString() => Name;

    internal void FailedBy(string work, Exception e, uint life)
    {
        if (life == Lives)
        {
            Simulation.HostFailed(this, work, e);
        }
    }

    private void Boot() => _life.Spawn("program", async _ =>
    {
        await _life.YieldAsync(); // It starts as an event of its own, after what is ready now.
        await _program!(_life);
    });
}
