namespace VtepLab.Simulation;

// The events to come: how they get in, and how they are cancelled.
internal sealed partial class Kernel
{
    /// <summary>True while something is ready to run at this instant.</summary>
    public bool HasReady => _readyCount > 0;

    /// <summary>Runs something once everything that is ready now has had its turn.</summary>
    public void Enqueue(HostContext owner, object fn, object? state) => EnqueueWork(new Work(fn, state, owner.Host, owner.Life, _cause));

    /// <summary>Runs something at a time; a time in the past is now.</summary>
    public EventHandle Schedule(long at, HostContext owner, object fn, object? state)
    {
        if (IsForeign)
        {
            ThrowIfGivenUp();
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

    private void EnqueueWork(in Work work)
    {
        if (IsForeign)
        {
            ThrowIfGivenUp();
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
