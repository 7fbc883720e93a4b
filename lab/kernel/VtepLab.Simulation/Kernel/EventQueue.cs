namespace VtepLab.Simulation;

/// <summary>A pending event: when, and its key.</summary>
/// <param name="At">Virtual nanoseconds.</param>
/// <param name="Key">The sequence number in the high bits, the slot of the event's record in the low ones: unique, growing with every schedule.</param>
internal readonly record struct QueueEntry(long At, ulong Key)
{
    public bool IsBefore(in QueueEntry other) => At < other.At || (At == other.At && Key < other.Key);
}

/// <summary>The future event set as a 4-ary heap: the plain form, against which faster ones are proved.</summary>
internal sealed class HeapQueue
{
    private QueueEntry[] _heap = new QueueEntry[64];

    public int Count { get; private set; }

    public void Add(long at, ulong key)
    {
        if (Count == _heap.Length)
        {
            Array.Resize(ref _heap, Count * 2);
        }

        var entry = new QueueEntry(at, key);
        var heap = _heap;
        var i = Count++;
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

    public bool TryPeek(out QueueEntry first)
    {
        first = Count > 0 ? _heap[0] : default;
        return Count > 0;
    }

    public QueueEntry Take()
    {
        var heap = _heap;
        var first = heap[0];
        var last = heap[--Count];
        if (Count > 0)
        {
            Sink(heap, Count, 0, last);
        }

        return first;
    }

    /// <summary>Drops the entries that a predicate does not keep.</summary>
    public void Keep(Func<QueueEntry, bool> keep)
    {
        var count = 0;
        for (var i = 0; i < Count; i++)
        {
            if (keep(_heap[i]))
            {
                _heap[count++] = _heap[i];
            }
        }

        Count = count;
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
