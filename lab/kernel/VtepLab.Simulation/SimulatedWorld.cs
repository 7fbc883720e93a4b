using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A world in virtual time: hosts, the network between them, and everything that happens, decided by one seed.</summary>
/// <remarks>
/// It runs on the thread that calls one of the Run methods, one event at a time. The same program with the same seed does the
/// same, event for event; <see cref="Digest"/> says so. Code that runs in it uses plain awaits and the host's ports only.
/// </remarks>
public sealed class SimulatedWorld
{
    private readonly SortedDictionary<string, SimulatedHost> _hosts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, FrameLink> _links = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _marks = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];
    private readonly List<SimulatedHost> _byId = [];
    private readonly Stack<DelaySource> _delays = new();
    private SimulatedHost? _broker;
    private SimulationException? _failure;
    private long _lastActivity;
    private int _quietAwaited;

    /// <summary>Makes an empty world.</summary>
    /// <param name="seed">Decides everything that chance decides.</param>
    /// <param name="options">What the world is like; null for the defaults.</param>
    public SimulatedWorld(ulong seed, SimulationOptions? options = null)
    {
        (Seed, Options) = (seed, options ?? new SimulationOptions());
        Kernel = new Kernel(Options.EventsWithoutProgress, trace: Options.TraceRecords > 0 ? new TraceRing(Options.TraceRecords) : null)
        {
            Unhandled = (host, e) => HostFailed(_byId[host - 1], "a callback", e),
            HostName = NameOf,
            StuckIn = Options.StuckIn ?? -1,
            Chance = IsShuffled() ? Random("kernel/order") : null,
        };
        Invariants = new Invariants(this);
        Network = new SimulatedNetwork(this);
        Bus = new BusFaults(seed);
        Yields = new YieldSource(Kernel);
        Logs = Options.Logs ?? NullLoggerFactory.Instance;
    }

    /// <summary>The seed.</summary>
    public ulong Seed { get; }

    /// <summary>What the world is like.</summary>
    public SimulationOptions Options { get; }

    /// <summary>The network between the hosts, and what can go wrong with it.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>What goes wrong with the message bus.</summary>
    public BusFaults Bus { get; }

    /// <summary>
    /// How the systems in this world do the faults that the simulation cannot do itself, by kind: begins one; disposing the result ends it. True
    /// in the tuple: it hit something in progress.
    /// </summary>
    public IDictionary<string, Func<FaultCommand, (IDisposable? Scope, bool Hit)>> SystemFaults { get; } =
        new Dictionary<string, Func<FaultCommand, (IDisposable? Scope, bool Hit)>>(StringComparer.Ordinal);

    /// <summary>The faults that stand for a while, so that those that overlap do not end each other.</summary>
    public StandingFaults Standing { get; } = new();

    /// <summary>The hosts, by name.</summary>
    public IReadOnlyDictionary<string, SimulatedHost> Hosts => _hosts;

    /// <summary>The links of frames, by name.</summary>
    public IReadOnlyDictionary<string, FrameLink> Links => _links;

    /// <summary>What must hold while the world runs.</summary>
    public Invariants Invariants { get; }

    /// <summary>What was reached and how often; what was expected and not reached has 0.</summary>
    public IReadOnlyDictionary<string, long> Marks => _marks;

    /// <summary>The last records of the trace that is always on; null when none are kept.</summary>
    public TraceRing? Recent => Kernel.Trace;

    /// <summary>The full trace, while one is written.</summary>
    public TraceWriter? Trace { get; set; }

    /// <summary>Captures the links that are made from now on; null for no capture, which costs nothing.</summary>
    public FrameCapture? Capture { get; set; }

    /// <summary>Takes the digest after every event, to compare two runs; null for no journal.</summary>
    public DigestJournal? Journal { get; set; }

    /// <summary>Virtual time since the start.</summary>
    public TimeSpan Now => VirtualTime.Span(Kernel.Now);

    /// <summary>Events run so far.</summary>
    public long Events => Kernel.Events;

    /// <summary>A hash of all that has happened so far.</summary>
    public ulong Digest => Kernel.Digest;

    /// <summary>What the experimenter is at, for the message of a run that does not end; empty: that is not said.</summary>
    public string Activity { get; set; } = "";

    internal Kernel Kernel { get; }

    /// <summary>True while somebody waits until nothing happens: only then what happens is looked at.</summary>
    internal bool IsQuietAwaited => _quietAwaited > 0;

    internal YieldSource Yields { get; }

    internal ILoggerFactory Logs { get; }

    /// <summary>Adds a host; it is up and runs nothing until <see cref="SimulatedHost.Start"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="addresses">Its IP addresses; none for one that is made up.</param>
    public SimulatedHost AddHost(string name, params string[] addresses)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_hosts.ContainsKey(name))
        {
            throw new ArgumentException($"there is a host '{name}' already", nameof(name));
        }

        var number = _byId.Count + 1;
        var given = addresses.Length > 0 ? addresses : [string.Create(CultureInfo.InvariantCulture, $"10.{number >> 16}.{(number >> 8) & 255}.{number & 255}")];
        var host = new SimulatedHost(this, name, given, Kernel.AddHost());
        _hosts.Add(name, host);
        _byId.Add(host);
        Network.Register(host);
        return host;
    }

    /// <summary>Adds a message broker and attaches every host to it; it is a host like others and can be crashed, paused and cut off.</summary>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public SimulatedHost AddBroker(string name = "broker", params string[] addresses)
    {
        if (_broker is not null)
        {
            throw new InvalidOperationException($"there is a broker already: {_broker.Name}");
        }

        _broker = AddHost(name, addresses);
        return _broker.Start(host => BusBroker.RunAsync(host, Bus));
    }

    /// <summary>A stream of random numbers for a purpose of the experiment itself.</summary>
    /// <param name="path">A stable name; the stream depends on it and the seed alone.</param>
    public RandomStream Random(string path) => new(Seed, path);

    /// <summary>Connects two ports by a link.</summary>
    public FrameLink Link(SimulatedPort one, SimulatedPort other, FrameLinkOptions? options = null)
    {
        var link = new FrameLink(this, one, other, options ?? new FrameLinkOptions());
        _links.Add(link.Name, link);
        Capture?.Add(link);
        return link;
    }

    /// <summary>Notes that something worth having tested has happened.</summary>
    public void Mark(string name) => _marks[name] = _marks.GetValueOrDefault(name) + 1;

    /// <summary>Says that something ought to be marked in one run of an exploration at least.</summary>
    public void Expect(string name) => _marks.TryAdd(name, 0);

    /// <summary>The last records of the trace as text, with the notes among them, the oldest first.</summary>
    public IEnumerable<string> DescribeRecent() => (Recent?.Recent ?? []).Select(r => string.Create(
        CultureInfo.InvariantCulture,
        $"{r.Number,10} {VirtualTime.Span(r.Record.At):c} {NameOf(r.Record.Host),-16} {r.Record.Kind,-8} "
        + $"<- {r.Record.Cause,10} {(r.Record.Kind == TraceKind.Note ? _notes[(int)r.Record.A] : $"{r.Record.A} {r.Record.B}")}"));

    /// <summary>Runs a body, as the experimenter, until it has ended.</summary>
    /// <exception cref="SimulationException">Nothing is left to happen and the body still waits; it goes on beyond the limit of the options; or a host crashed.</exception>
    public void Run(Func<Task> body) => Run(async () =>
    {
        await body();
        return true;
    });

    /// <summary>As the other one, with the body's result.</summary>
    public T Run<T>(Func<Task<T>> body)
    {
        Task<T>? task = null;
        Kernel.Enqueue(Kernel.World, (SendOrPostCallback)(_ => task = body()), null);
        var until = Options.TimeLimit is { } limit ? VirtualTime.After(Kernel.Now, limit) : long.MaxValue;
        RunEvents(until, () => task is { IsCompleted: true });
        if (task is not { IsCompleted: true })
        {
            if (Kernel.Pending > 0)
            {
                Kernel.Advance(until);
                throw Failed($"not over after {Options.TimeLimit:c} of virtual time{(Activity.Length > 0 ? $", in {Activity}" : "")}: does it wait for ever?", Explorer.Endless);
            }

            throw Failed(
                "nothing is left to happen, and the body still waits; suspended: "
                + string.Join(", ", _byId.SelectMany(h => h.Running.Select(r => $"{h.Name}/{r}")).DefaultIfEmpty("nothing")),
                "deadlock");
        }

        return task.GetAwaiter().GetResult();
    }

    /// <summary>Runs until a condition holds.</summary>
    /// <exception cref="SimulationTimeoutException">It does not hold within that time.</exception>
    public void RunUntil(Func<bool> condition, TimeSpan within, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        if (condition())
        {
            return;
        }

        var until = VirtualTime.After(Kernel.Now, within);
        if (!RunEvents(until, condition))
        {
            Kernel.Advance(until);
            throw new SimulationTimeoutException(Located($"not within {within}: {what}"), what);
        }
    }

    /// <summary>Runs until nothing has happened for a time but keep-alives: nothing else arrived over a stream or a link, nothing was held up, no fault began or ended.</summary>
    /// <exception cref="SimulationTimeoutException">It does not become quiet within that time.</exception>
    public void RunUntilQuiet(TimeSpan quiet, TimeSpan within) => Run(() => UntilQuietAsync(quiet, within));

    /// <summary>The same, as the experimenter's own wait.</summary>
    public async Task UntilQuietAsync(TimeSpan quiet, TimeSpan within)
    {
        Active();
        var until = VirtualTime.After(Kernel.Now, within);
        Network.Disturb();
        _quietAwaited++;
        try
        {
            while (VirtualTime.After(_lastActivity, quiet) is var target && target > Kernel.Now)
            {
                if (Kernel.Now >= until)
                {
                    throw new SimulationTimeoutException(
                        Located($"not quiet for {quiet} within {within}: something happened at {VirtualTime.Span(_lastActivity):c}"), "quiet");
                }

                await Delay(Kernel.World, Math.Min(target, until), CancellationToken.None);
            }
        }
        finally
        {
            _quietAwaited--;
        }
    }

    /// <summary>Runs for a time.</summary>
    public void RunFor(TimeSpan time)
    {
        var until = VirtualTime.After(Kernel.Now, time);
        RunEvents(until, null);
        Kernel.Advance(until);
    }

    /// <summary>The experimenter's own wait.</summary>
    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default) =>
        Delay(Kernel.World, VirtualTime.After(Kernel.Now, delay), cancel);

    /// <summary>Does something later, as the experimenter; disposing the result cancels it.</summary>
    public IDisposable At(TimeSpan fromNow, Action action)
    {
        var handle = Kernel.Schedule(VirtualTime.After(Kernel.Now, fromNow), Kernel.World, (SendOrPostCallback)(_ => action()), null);
        return new Scope(() => Kernel.Cancel(handle));
    }

    internal IMessageBus? ConnectBus(HostLife life) =>
        _broker is null ? null : new BusClient(life, new Endpoint(EndpointScheme.Tcp, _broker.Name, BusBroker.Port));

    internal ValueTask Delay(HostContext owner, long at, CancellationToken cancel)
    {
        if (cancel.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancel);
        }

        if (!_delays.TryPop(out var source))
        {
            source = new DelaySource(_delays);
        }

        return source.Start(owner, at, cancel);
    }

    internal void HostFailed(SimulatedHost host, string work, Exception e)
    {
        Note("crashed", host.Name);
        if (e is SimulationException || (e is ThreadInterruptedException && Kernel.IsBroken))
        {
            _failure ??= new SimulationException(Located($"{host.Name}: {e.Message}\n{e.StackTrace}"), (e as SimulationException)?.Kind ?? "blocked", e);
        }
        else if (Options.CrashFailsRun)
        {
            _failure ??= new SimulationException(Located($"{host.Name} crashed: '{work}' let out {e.GetType().Name}: {e.Message}"), $"crash {host.Name} {work} {e.GetType().Name}", e);
        }

        host.Crash();
    }

    /// <summary>Something happens that is more than a sign of life.</summary>
    internal void Active() => _lastActivity = Kernel.Now;

    internal void Note(string kind, string subject)
    {
        Active();
        foreach (var c in subject)
        {
            Kernel.Mix(c);
        }

        if (Kernel.Trace is not null)
        {
            Kernel.WriteTrace(TraceKind.Note, Kernel.Current, _notes.Count, 0);
            _notes.Add($"{kind} {subject}");
        }

        Trace?.Note(Kernel.Now, kind, subject);
    }

    private string NameOf(int host) => host == 0 ? "world" : _byId[host - 1].Name;

    private bool IsShuffled() =>
        Options.Order == EventOrder.Shuffled || (Options.Order == EventOrder.Drawn && Random("kernel/is-shuffled").Chance(0.5));

    private bool RunEvents(long until, Func<bool>? done)
    {
        Kernel.Rehome();
        var before = Options.WatchThreadPool ? PoolWatch.Watch(Leaked) : null;
        using var interrupt = Options.Interrupt.Register(() => Kernel.Break("interrupted", Explorer.Interrupted));
        using var blocking = Options.WatchThreadPool ? BlockWatch.Watch(Kernel, Options, () => $"seed {Seed}: {NameOf(Kernel.Current)}") : null;
        try
        {
            var ended = Kernel.Run(until, () =>
            {
                Journal?.Add(Kernel.Now, Kernel.Current, NameOf(Kernel.Current), Kernel.Digest);
                if (!Invariants.IsEmpty)
                {
                    Invariants.Check();
                }

                return _failure is not null || (done is not null && done());
            });
            return _failure is null ? ended : throw _failure;
        }
        catch (SimulationException e) when (_failure is null && e.Kind is "blocked" or "foreign-thread" or "zeno" or "too-many-events" or Explorer.Stuck or Explorer.Interrupted)
        {
            throw _failure = new SimulationException(Located(e.Message), e.Kind, e); // What the kernel says, with the place; a broken run stays so.
        }
        finally
        {
            if (Options.WatchThreadPool)
            {
                PoolWatch.Watch(before);
            }
        }
    }

    private void Leaked(string stack) =>
        _failure ??= new SimulationException(Located($"work was queued to the thread pool, where its moment is random\n{stack}"), "thread-pool");

    private SimulationException Failed(string message, string kind) => new(Located(message), kind);

    internal string Located(string message) =>
        string.Create(CultureInfo.InvariantCulture, $"{message}{(message.EndsWith('?') ? "" : ".")} Seed {Seed}, virtual time {Now:c}.");

    private sealed class Scope(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
