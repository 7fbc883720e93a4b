namespace VtepLab.Simulation;

/// <summary>A pending event: when, and its key.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Key">The sequence number in the high bits, the slot of the event's record in the low ones: unique, growing with every schedule.</param>
internal readonly record struct QueueEntry(long At, ulong Key)
{
    public bool IsBefore(in QueueEntry other) => At < other.At || (At == other.At && Key < other.Key);
}

/// <summary>The events to come, in the order of time and key.</summary>
internal abstract class EventQueue
{
    public abstract int Count { get; }

    public abstract void Add(long at, ulong key);

    /// <summary>The first entry; false when there is none.</summary>
    public abstract bool TryPeek(out QueueEntry first);

    /// <summary>Takes the entry that <see cref="TryPeek"/> has just shown.</summary>
    public abstract QueueEntry Take();

    /// <summary>Drops the entries that a predicate does not keep.</summary>
    public abstract void Keep(Func<QueueEntry, bool> keep);
}

/// <summary>The future event set as a 4-ary heap: the plain form, against which faster ones are proved.</summary>
internal sealed class HeapQueue : EventQueue
{
    private QueueEntry[] _heap = new QueueEntry[64];
    private int _count;

    public override int Count => _count;

    public override void Add(long at, ulong key)
    {
        if (_count == _heap.Length)
        {
            Array.Resize(ref _heap, _count * 2);
        }

        var entry = new QueueEntry(at, key);
        var heap = _heap;
        var i = _count++;
        while (i > 0)
        {
            var parent = (i - 1) >> 2;
            if (!entry.IsBefore(heap[parent]))
            {
                break;
            }

            heap[i] = heap[parent];
            i = parent;
        }

        heap[i] = entry;
    }

    public override bool TryPeek(out QueueEntry first)
    {
        first = _count > 0 ? _heap[0] : default;
        return _count > 0;
    }

    public override QueueEntry Take()
    {
        var heap = _heap;
        var first = heap[0];
        var last = heap[--_count];
        if (_count > 0)
        {
            Sink(heap, _count, 0, last);
        }

        return first;
    }

    public override void Keep(Func<QueueEntry, bool> keep)
    {
        var count = 0;
        for (var i = 0; i < _count; i++)
        {
            if (keep(_heap[i]))
            {
                _heap[count++] = _heap[i];
            }
        }

        _count = count;
        for (var i = (count - 2) >> 2; i >= 0; i--)
        {
            Sink(_heap, count, i, _heap[i]);
        }
    }

    private static void Sink(QueueEntry[] heap, int count, int i, in QueueEntry entry)
    {
        var moving = entry;
        while (true)
        {
            var child = (i << 2) + 1;
            if (child >= count)
            {
                break;
            }

            var best = child;
            var end = Math.Min(child + 4, count);
            for (var c = child + 1; c < end; c++)
            {
                if (heap[c].IsBefore(heap[best]))
                {
                    best = c;
                }
            }

            if (!heap[best].IsBefore(moving))
            {
                break;
            }

            heap[i] = heap[best];
            i = best;
        }

        heap[i] = moving;
    }
}
