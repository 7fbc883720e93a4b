using System.Runtime.CompilerServices;

namespace VtepLab.Simulation;

// The loop that takes one event after the other and runs it.
internal sealed partial class Kernel
{
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
            _readyHead = --_readyCount == 0 ? 0 : (_readyHead + 1) & (_ready.Length - 1); // Most of the time the ring is one place, and in the cache.
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
        if (Events == StuckIn)
        {
            ThrowStuck(work);
        }

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

    private void ThrowStuck(in Work work)
    {
        throw new SimulationException($"{NameOf(work.Host)}: {Culprit.Name(work.Fn, work.State)} does not come back from one event: an endless loop without an await?", "stuck");
    }

    private string NameOf(int host) => HostName?.Invoke(host) ?? $"host {host}";

    private void ThrowZeno(in Work next)
    {
        throw new SimulationException($"time stands still: {_eventsWithoutProgress} events at one instant, the next is {Culprit.Name(next.Fn, next.State)} on {NameOf(next.Host)}", "zeno");
    }
}
