namespace VtepLab.Simulation;

/// <summary>Names a scheduled event, so that it can be cancelled.</summary>
internal readonly record struct EventHandle(int Slot, uint Generation);

/// <summary>Virtual time, the events to come, and the one thread that runs them.</summary>
/// <remarks>
/// The order of events is total: time, then the order of scheduling. Work without delay goes to the ready ring, which is drained before
/// time moves. Every event belongs to one life of a host; those of a dead life are dropped when their turn comes.
/// </remarks>
internal sealed partial class Kernel
{
    private const int SlotBits = 24;
    private const int SlotMask = (1 << SlotBits) - 1;
    private const int MostChoices = 16; // Among more than so many at once, the first ones are enough to choose from.
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private readonly EventQueue _queue;
    private readonly int _eventsWithoutProgress;
    private Record[] _records = new Record[256];
    private HostSlot[] _hosts = new HostSlot[8];
    private Work[] _ready = new Work[256];
    private int _readyHead;
    private int _readyCount;
    private int _used;
    private int _free = -1;
    private int _corpses;
    private bool _waitsForLock;
    private int _home = Environment.CurrentManagedThreadId;
    private ulong _sequence;
    private ulong _enqueued;
    private long _progress;
    private volatile SimulationException? _broken;
    private volatile bool _isGivenUp;
    private uint _cause;
    private int _hostCount;

    /// <summary>Makes a kernel at time zero.</summary>
    /// <param name="eventsWithoutProgress">How many events may follow each other at one instant before the run is given up.</param>
    /// <param name="queue">The events to come; a ladder queue when null.</param>
    /// <param name="trace">Where records of the events go; null for nowhere.</param>
    public Kernel(int eventsWithoutProgress, EventQueue? queue = null, TraceRing? trace = null)
    {
        (_eventsWithoutProgress, _queue, Trace) = (eventsWithoutProgress, queue ?? new LadderQueue(), trace);
        World = AddHost();
    }

    /// <summary>The context of what belongs to no host: links, brokers' wires, the test itself. It never dies.</summary>
    public HostContext World { get; }

    /// <summary>The last records of the run; null when none are kept.</summary>
    public TraceRing? Trace { get; }

    /// <summary>How often anything was scheduled, with or without a delay.</summary>
    public ulong Scheduled => _sequence + _enqueued;

    /// <summary>Virtual nanoseconds since the start.</summary>
    public long Now { get; private set; }

    /// <summary>Events dispatched so far.</summary>
    public long Events { get; private set; }

    /// <summary>A running hash over the times and hosts of all events and what was mixed in beside.</summary>
    public ulong Digest { get; private set; } = 0x6A09E667F3BCC909;

    /// <summary>The host whose event is being run.</summary>
    public int Current { get; private set; }

    /// <summary>Pending events that were not cancelled.</summary>
    public int Pending => _queue.Count - _corpses + _readyCount;

    /// <summary>Decides whose turn it is among events of one instant that belong to different hosts; null: they run as scheduled.</summary>
    public RandomStream? Chance { get; init; }

    /// <summary>The event before which the run ends as one that never comes back from it.</summary>
    public long StuckIn { get; init; } = -1;

    /// <summary>Names a host in messages.</summary>
    public Func<int, string>? HostName { get; init; }

    /// <summary>Called with the host and the exception that its code let out.</summary>
    public Action<int, Exception>? Unhandled { get; set; }

    /// <summary>True on any thread but the one that runs the simulation.</summary>
    public bool IsForeign => Environment.CurrentManagedThreadId != _home;

    /// <summary>True while the thread waits for a lock that another run's holds; read on any thread.</summary>
    public bool WaitsForLock
    {
        get => Volatile.Read(ref _waitsForLock);
        set => Volatile.Write(ref _waitsForLock, value);
    }

    /// <summary>Adds a host and gives the context of its first life.</summary>
    public HostContext AddHost()
    {
        var id = _hostCount++;
        if (id == _hosts.Length)
        {
            Array.Resize(ref _hosts, id * 2);
        }

        var context = new HostContext(this, id, 0);
        _hosts[id].Context = context;
        return context;
    }

    /// <summary>Ends a host's life: nothing it has scheduled, awaits or was posted ever runs. Gives the context of the next life.</summary>
    public HostContext NextLife(int host)
    {
        ref var slot = ref _hosts[host];
        slot.Life++;
        slot.Parked = null;
        slot.Context = new HostContext(this, host, slot.Life);
        return slot.Context;
    }

    /// <summary>Parks a host's events from now on.</summary>
    public void Pause(int host) => _hosts[host].Parked ??= new Queue<Work>();

    /// <summary>Runs a host's parked events, in order, and all that follow.</summary>
    public void Resume(int host)
    {
        var parked = _hosts[host].Parked;
        _hosts[host].Parked = null;
        while (parked is { Count: > 0 })
        {
            var work = parked.Dequeue();
            EnqueueWork(work);
        }
    }

    public bool IsPaused(int host) => _hosts[host].Parked is not null;

    /// <summary>Makes the calling thread the simulation's.</summary>
    public void Rehome() => _home = Environment.CurrentManagedThreadId;

    /// <summary>Folds a value into the digest.</summary>
    public void Mix(ulong value) => Digest = unchecked((Digest ^ value) * Mixer);

    /// <summary>Writes a record of the trace, caused by the event that is being run.</summary>
    public void WriteTrace(TraceKind kind, int host, long a, long b) => Trace?.Write(Now, _cause, host, kind, a, b);

    /// <summary>True when the run cannot go on.</summary>
    public bool IsBroken => _broken is not null;

    /// <summary>Makes the run fail before its next event; only the first reason counts. May be called on any thread.</summary>
    public void Break(string message, string kind) => _broken ??= new SimulationException(message, kind);

    /// <summary>Leaves the run's thread to itself: whatever it asks of the simulation from now on throws. May be called on any thread.</summary>
    public void GiveUp()
    {
        Break("the run was given up: one of its events took too long", "stuck");
        _isGivenUp = true;
        _home = -1; // No thread's any more.
    }

    /// <summary>Ends code that loops and asks the time.</summary>
    public void ThrowIfGivenUp()
    {
        if (_isGivenUp)
        {
            throw _broken!;
        }
    }

    /// <summary>Makes the run fail because of work that came back, or came in, on another thread.</summary>
    public void BreakByForeigner(string name) => Break(
        $"{name} came back on a foreign thread: something waited for real time, real input or the thread pool\n{Environment.StackTrace}", "foreign-thread");

    private struct HostSlot
    {
        public HostContext Context;
        public Queue<Work>? Parked;
        public uint Life;
    }
}
