using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>What a simulated world is like. Times are virtual.</summary>
public sealed record SimulationOptions
{
    /// <summary>The wall clock at the start of every run.</summary>
    public DateTimeOffset StartsAt { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>How many events may follow each other at one instant before the run fails.</summary>
    public int EventsWithoutProgress { get; init; } = 1_000_000;

    /// <summary>In which order events of one instant run that belong to different hosts.</summary>
    public EventOrder Order { get; init; } = EventOrder.AsScheduled;

    /// <summary>The shortest time a packet takes from one host to another.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(200);

    /// <summary>What is added to it at random, evenly from zero.</summary>
    public TimeSpan LatencyJitter { get; init; } = TimeSpan.FromMicroseconds(100);

    /// <summary>Bytes a second from one host to another; a stream's segments wait for those before them.</summary>
    public long Bandwidth { get; init; } = 1_250_000_000;

    /// <summary>True: reads return random cuts of what has arrived, so that bugs in framing show at once.</summary>
    public bool RandomSegmentation { get; init; } = true;

    /// <summary>Smallest and largest bytes that a stream's direction takes before its writer has to wait; drawn for every connection.</summary>
    public (int Smallest, int Largest) Window { get; init; } = (4 << 10, 256 << 10);

    /// <summary>The first wait before a lost segment is sent again; doubles up to a minute.</summary>
    public TimeSpan RetransmissionTimeout { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a segment is sent again before the stream is given up.</summary>
    public TimeSpan StreamGivesUpAfter { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a connection attempt without an answer goes on.</summary>
    public TimeSpan ConnectGivesUpAfter { get; init; } = TimeSpan.FromSeconds(127);

    /// <summary>Whether the first identity's authority has signed the second's certificate; null: always.</summary>
    public Func<TlsIdentity, TlsIdentity, bool>? Trusts { get; init; }

    /// <summary>True: an exception that leaves a host's code fails the run; false: it only crashes the host.</summary>
    public bool CrashFailsRun { get; init; } = true;

    /// <summary>True: the run fails, naming the culprit, when its code queues work to the thread pool or sleeps.</summary>
    public bool WatchThreadPool { get; init; } = true;

    /// <summary>How long, of real time, a thread may sleep in one event before the run fails and the thread is woken.</summary>
    public TimeSpan SleepLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long, of its thread's processor time (of real time where the system does not tell), one event may take before <see cref="Stuck"/> is called.</summary>
    public TimeSpan EventLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Called, on a thread of its own, when a host's code does not come back from an event; null: nobody looks. The run is given up then: it ends when the code next
    /// looks at a clock or schedules something. Code that only loops cannot be stopped.
    /// </summary>
    public Action<StuckEvent>? Stuck { get; init; }

    /// <summary>The event that an earlier run of the same did not come back from: this run ends before it and says whose code it is. Null: none.</summary>
    public long? StuckIn { get; init; }

    /// <summary>How long, in virtual time, the body of <see cref="SimulatedWorld.Run(Func{Task})"/> may go on before the run fails as <see cref="Explorer.Endless"/>; null: for ever.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Ends a run from outside, before its next event, as <see cref="Explorer.Interrupted"/>.</summary>
    public CancellationToken Interrupt { get; init; }

    /// <summary>How many records the trace that is always on keeps, a power of two; 0 for none.</summary>
    public int TraceRecords { get; init; } = 4096;

    /// <summary>Knows the segments of streams that only say that both ends live; null: there are none. See <see cref="SimulatedWorld.RunUntilQuiet"/>.</summary>
    public KeepAlive? IsKeepAlive { get; init; }

    /// <summary>What becomes of the probes of idle connections. Default: they are carried like everything else.</summary>
    public IdleEchoes IdleEchoes { get; init; }

    /// <summary>Where the hosts' logs go; null for nowhere.</summary>
    public ILoggerFactory? Logs { get; init; }
}

/// <summary>An event that a host's code does not come back from.</summary>
/// <param name="Number">Which of the run's events it is; the first is 1.</param>
/// <param name="Message">Seed, host and how long it has taken.</param>
public sealed record StuckEvent(long Number, string Message);

/// <summary>The order of events of one instant. Those of one host always run in the order they were scheduled in.</summary>
public enum EventOrder
{
    /// <summary>As they were scheduled, whichever hosts they belong to: one of the orders that are possible.</summary>
    AsScheduled,

    /// <summary>The seed decides, event for event, whose turn it is.</summary>
    Shuffled,

    /// <summary>The seed decides between the two for the whole run, so that many seeds see both.</summary>
    Drawn,
}

/// <summary>What becomes of the probes by which the ends of an idle connection learn that both live (<see cref="IIdleStream"/>), and of their replies.</summary>
public enum IdleEchoes
{
    /// <summary>They are carried, and draw from the chance of the network like everything else.</summary>
    Carried,

    /// <summary>They are carried, and how long they take and where they are cut depends on nothing but the seed, the stream and the time.</summary>
    DrawnApart,

    /// <summary>
    /// They are left out wherever nothing would come of them; everything else happens as in <see cref="DrawnApart"/>, to the nanosecond. Not in a
    /// world whose order is shuffled, where an echo is one more event to choose from, nor while somebody waits for quiet. The trace lacks them too.
    /// </summary>
    LeftOut,
}

/// <summary>True for a segment, all that was written in one instant, that changes nothing at its receiver, such as an echo request.</summary>
public delegate bool KeepAlive(ReadOnlySpan<byte> segment);
