using System.Runtime.CompilerServices;

namespace VtepLab.Simulation;

/// <summary>Names a scheduled event, so that it can be cancelled.</summary>
internal readonly record struct EventHandle(int Slot, uint Generation);

/// <summary>Virtual time, the events to come, and the one thread that runs them.</summary>
/// <remarks>
/// The order of events is total: time, then the order of scheduling. Work without delay goes to the ready ring, which is drained before
/// time moves. Every event belongs to one life of a host; those of a dead life are dropped when their turn comes.
/// </remarks>
internal sealed class Kernel
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
    private int _home = Environment.CurrentManagedThreadId;
    private ulong _sequence;
    private ulong _enqueued;
    private long _progress;
    private volatile SimulationException? _broken;
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

    /// <summary>Names a host in messages.</summary>
    public Func<int, string>? HostName { get; init; }

    /// <summary>Called with the host and the exception that its code let out.</summary>
    public Action<int, Exception>? Unhandled { get; set; }

    /// <summary>True on any thread but the one that runs the simulation.</summary>
    public bool IsForeign => Environment.CurrentManagedThreadId != _home;

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

    /// <summary>Runs something once everything that is ready now has had its turn.</summary>
    public void Enqueue(HostContext owner, object fn, object? state) => EnqueueWork(new Work(fn, state, owner.Host, owner.Life, _cause));

    /// <summary>Writes a record of the trace, caused by the event that is being run.</summary>
    public void WriteTrace(TraceKind kind, int host, long a, long b) => Trace?.Write(Now, _cause, host, kind, a, b);

    /// <summary>Runs something at a time; a time in the past is now.</summary>
    public EventHandle Schedule(long at, HostContext owner, object fn, object? state)
    {
        if (IsForeign)
        {
            BreakByForeigner(Culprit.OnTheStack() ?? Culprit.Name(fn, state));
            return default; // Never scheduled: a foreign thread must not touch the queue, and an exception there would end the process.
        }

        var slot = _free;
        if (slot >= 0)
        {
            _free = unchecked((int)_records[slot].LifeOrNext);
        }
        else
        {
            slot = _used++;
            if (slot == _records.Length)
            {
                if (slot > SlotMask)
                {
                    throw new SimulationException($"more than {SlotMask} events are pending", "too-many-events");
                }

                Array.Resize(ref _records, slot * 2);
            }
        }

        ref var record = ref _records[slot];
        record.Fn = fn;
        record.State = state;
        record.Host = owner.Host;
        record.LifeOrNext = owner.Life;
        record.Cause = _cause;
        _queue.Add(Math.Max(at, Now), (_sequence++ << SlotBits) | (uint)slot);
        return new EventHandle(slot, record.Generation);
    }

    /// <summary>Cancels an event; false when it has run or was cancelled before.</summary>
    public bool Cancel(EventHandle handle)
    {
        ref var record = ref _records[handle.Slot];
        if (record.Generation != handle.Generation || record.Fn is null)
        {
            return false;
        }

        record.Fn = null; // The entry stays in the queue as a corpse, for its time to come or the next sweep.
        record.State = null;
        if (++_corpses > 1024 && _corpses > _queue.Count / 2)
        {
            Sweep();
        }

        return true;
    }

    /// <summary>True when the run cannot go on.</summary>
    public bool IsBroken => _broken is not null;

    /// <summary>Makes the run fail before its next event; only the first reason counts. May be called on any thread.</summary>
    public void Break(string message, string kind) => _broken ??= new SimulationException(message, kind);

    /// <summary>Makes the run fail because of work that came back, or came in, on another thread.</summary>
    public void BreakByForeigner(string name) => Break(
        $"{name} came back on a foreign thread: something waited for real time, real input or the thread pool\n{Environment.StackTrace}", "foreign-thread");

    /// <summary>When the next event is due; false when there is none.</summary>
    public bool TryPeek(out long at)
    {
        if (_readyCount > 0)
        {
            at = Now;
            return true;
        }

        while (_queue.TryPeek(out var first))
        {
            if (_records[(int)(first.Key & SlotMask)].Fn is not null)
            {
                at = first.At;
                return true;
            }

            _queue.Take();
            Release((int)(first.Key & SlotMask));
            _corpses--;
        }

        at = 0;
        return false;
    }

    /// <summary>Moves time on without an event.</summary>
    public void Advance(long to) => Now = Math.Max(Now, to);

    /// <summary>Runs events until one is due after a time, none is left, or a condition holds.</summary>
    /// <param name="until">Virtual nanoseconds; events at that time still run.</param>
    /// <param name="done">Asked after every event; null for never.</param>
    /// <returns>False when the run ended because nothing is left to do by <paramref name="until"/>.</returns>
    public bool Run(long until, Func<bool>? done)
    {
        var outer = SynchronizationContext.Current;
        try
        {
            while (true)
            {
                try
                {
                    while (Step(until))
                    {
                        if (done is not null && done())
                        {
                            return true;
                        }
                    }

                    return false;
                }
#pragma warning disable CA1031 // Whatever an event lets out is a crash of the host it belongs to; the kernel's own errors go on.
                catch (Exception e) when (e is not SimulationException && Unhandled is not null && Current != 0)
#pragma warning restore CA1031
                {
                    Unhandled(Current, e);
                }
            }
        }
        finally
        {
            Current = 0;
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    private bool Step(long until)
    {
        if (_broken is not null)
        {
            throw _broken;
        }

        if (_readyCount > 0)
        {
            if (_readyCount > 1 && Chance is not null)
            {
                ShuffleReady(Chance);
            }

            var work = _ready[_readyHead];
            _ready[_readyHead] = default;
            _readyHead = (_readyHead + 1) & (_ready.Length - 1);
            _readyCount--;
            if (Events - _progress > _eventsWithoutProgress)
            {
                ThrowZeno(work);
            }

            Dispatch(work);
            return true;
        }

        while (_queue.TryPeek(out var first) && first.At <= until)
        {
            _queue.Take();
            if (Chance is not null)
            {
                first = PickDue(Chance, first);
            }

            var slot = (int)(first.Key & SlotMask);
            ref var record = ref _records[slot];
            var work = new Work(record.Fn!, record.State, record.Host, record.LifeOrNext, record.Cause);
            Release(slot);
            if (work.Fn is null)
            {
                _corpses--;
                continue;
            }

            if (first.At > Now)
            {
                Now = first.At;
                _progress = Events;
            }
            else if (Events - _progress > _eventsWithoutProgress)
            {
                ThrowZeno(work);
            }

            Dispatch(work);
            return true;
        }

        return false;
    }

    /// <summary>Brings the first event of a host that chance picks to the head of the ready ring.</summary>
    private void ShuffleReady(RandomStream chance)
    {
        var mask = _ready.Length - 1;
        var host = _ready[(_readyHead + (int)chance.Next(0, Math.Min(_readyCount, MostChoices))) & mask].Host;
        var place = 0;
        while (_ready[(_readyHead + place) & mask].Host != host)
        {
            place++;
        }

        var picked = _ready[(_readyHead + place) & mask];
        for (; place > 0; place--)
        {
            _ready[(_readyHead + place) & mask] = _ready[(_readyHead + place - 1) & mask];
        }

        _ready[_readyHead] = picked;
    }

    /// <summary>Takes the first event of a host that chance picks among those that are due at one time; the others stay.</summary>
    private QueueEntry PickDue(RandomStream chance, in QueueEntry first)
    {
        if (!_queue.TryPeek(out var next) || next.At != first.At)
        {
            return first;
        }

        Span<QueueEntry> due = stackalloc QueueEntry[MostChoices];
        due[0] = first;
        var count = 1;
        for (; count < MostChoices && _queue.TryPeek(out next) && next.At == first.At; count++)
        {
            due[count] = _queue.Take();
        }

        var host = HostOf(due[(int)chance.Next(0, count)]);
        var picked = 0;
        while (HostOf(due[picked]) != host)
        {
            picked++;
        }

        for (var i = 0; i < count; i++)
        {
            if (i != picked)
            {
                _queue.Add(due[i].At, due[i].Key);
            }
        }

        return due[picked];

        int HostOf(in QueueEntry entry) => _records[(int)(entry.Key & SlotMask)].Host;
    }

    private void Dispatch(in Work work)
    {
        ref var host = ref _hosts[work.Host];
        if (host.Life != work.Life)
        {
            return; // It crashed meanwhile: its future is erased.
        }

        if (host.Parked is { } parked)
        {
            parked.Enqueue(work);
            return;
        }

        Events++;
        Current = work.Host;
        Digest = unchecked((Digest ^ (((ulong)Now * 31) + (uint)work.Host)) * Mixer);
        var fn = work.Fn;
        if (Trace is { } trace)
        {
            var kind = fn.GetType() == typeof(Action) ? TraceKind.Resumed : fn is EventTarget ? TraceKind.Source : TraceKind.Posted;
            _cause = trace.Write(Now, work.Cause, work.Host, kind, 0, 0);
        }

        if (fn.GetType() == typeof(Action))
        {
            // User code goes on, under the context it was suspended with.
            SynchronizationContext.SetSynchronizationContext(Unsafe.As<SynchronizationContext?>(work.State));
            Unsafe.As<Action>(fn)();
        }
        else if (fn is EventTarget target)
        {
            SynchronizationContext.SetSynchronizationContext(null);
            target.Fire(work.State);
        }
        else if (fn.GetType() == typeof(SendOrPostCallback))
        {
            SynchronizationContext.SetSynchronizationContext(host.Context);
            Unsafe.As<SendOrPostCallback>(fn)(work.State);
        }
        else
        {
            SynchronizationContext.SetSynchronizationContext(host.Context);
            ((Action<object?>)fn)(work.State);
        }
    }

    private void EnqueueWork(in Work work)
    {
        if (IsForeign)
        {
            BreakByForeigner(Culprit.OnTheStack() ?? Culprit.Name(work.Fn, work.State));
            return;
        }

        if (_readyCount == _ready.Length)
        {
            var larger = new Work[_readyCount * 2];
            for (var i = 0; i < _readyCount; i++)
            {
                larger[i] = _ready[(_readyHead + i) & (_ready.Length - 1)];
            }

            (_ready, _readyHead) = (larger, 0);
        }

        _enqueued++;
        _ready[(_readyHead + _readyCount++) & (_ready.Length - 1)] = work;
    }

    private void Release(int slot)
    {
        ref var record = ref _records[slot];
        record.Fn = null;
        record.State = null;
        record.Generation = unchecked(record.Generation + 1);
        record.LifeOrNext = unchecked((uint)_free);
        _free = slot;
    }

    private void Sweep()
    {
        _queue.Keep(e =>
        {
            var slot = (int)(e.Key & SlotMask);
            if (_records[slot].Fn is not null)
            {
                return true;
            }

            Release(slot);
            return false;
        });
        _corpses = 0;
    }

    private void ThrowZeno(in Work next)
    {
        throw new SimulationException($"time stands still: {_eventsWithoutProgress} events at one instant, the next is {Culprit.Name(next.Fn, next.State)} on {HostName?.Invoke(next.Host) ?? $"host {next.Host}"}", "zeno");
    }

    private struct HostSlot
    {
        public HostContext Context;
        public Queue<Work>? Parked;
        public uint Life;
    }

    private struct Record
    {
        public object? Fn;
        public object? State;
        public int Host;
        public uint LifeOrNext; // The life while scheduled, the next free slot while free.
        public uint Generation;
        public uint Cause;
    }

    private readonly record struct Work(object Fn, object? State, int Host, uint Life, uint Cause);
}
