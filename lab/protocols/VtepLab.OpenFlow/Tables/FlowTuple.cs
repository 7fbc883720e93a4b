using VtepLab.OpenFlow.Fields;

namespace VtepLab.OpenFlow.Tables;

/// <summary>The flows of one table that share a mask, in a hash table over the words the mask has bits in.</summary>
internal sealed class FlowTuple
{
    private readonly int[] _words;
    private FlowKey _mask;
    private Flow?[] _buckets = new Flow?[4];

    public FlowTuple(in FlowKey mask)
    {
        _mask = mask;
        var words = new List<int>();
        for (var i = 0; i < FlowKey.WordCount; i++)
        {
            if (mask[i] != 0)
            {
                words.Add(i);
            }
        }

        _words = [.. words];
    }

    public ref readonly FlowKey Mask => ref _mask;

    public int Count { get; private set; }

    public int MaxPriority { get; private set; } = -1;

    public Flow? Find(ref FlowKey key)
    {
        for (var flow = _buckets[BucketOf(ref key)]; flow is not null; flow = flow.NextWithSameKey)
        {
            if (Fits(flow, ref key))
            {
                // Flows of one bucket stand in the order of their priority, so the first that fits is the best.
                return flow;
            }
        }

        return null;
    }

    public Flow? FindExact(ref FlowKey key, int priority)
    {
        for (var flow = _buckets[BucketOf(ref key)]; flow is not null; flow = flow.NextWithSameKey)
        {
            if (flow.Priority == priority && Fits(flow, ref key))
            {
                return flow;
            }
        }

        return null;
    }

    public void Add(Flow flow)
    {
        if (Count == _buckets.Length)
        {
            Grow();
        }

        Insert(flow);
        Count++;
        MaxPriority = Math.Max(MaxPriority, flow.Priority);
    }

    public void Remove(Flow flow)
    {
        var key = flow.Match.Value;
        var bucket = BucketOf(ref key);
        if (_buckets[bucket] == flow)
        {
            _buckets[bucket] = flow.NextWithSameKey;
        }
        else
        {
            var before = _buckets[bucket];
            while (before!.NextWithSameKey != flow)
            {
                before = before.NextWithSameKey;
            }

            before.NextWithSameKey = flow.NextWithSameKey;
        }

        flow.NextWithSameKey = null;
        Count--;
        if (flow.Priority == MaxPriority)
        {
            FindMaxPriority();
        }
    }

    private void FindMaxPriority()
    {
        MaxPriority = -1;
        foreach (var head in _buckets)
        {
            // The head of a bucket has the bucket's highest priority.
            MaxPriority = Math.Max(MaxPriority, head?.Priority ?? -1);
        }
    }

    private void Grow()
    {
        var old = _buckets;
        _buckets = new Flow?[old.Length * 2];
        foreach (var head in old)
        {
            for (var flow = head; flow is not null;)
            {
                var next = flow.NextWithSameKey;
                Insert(flow);
                flow = next;
            }
        }
    }

    private void Insert(Flow flow)
    {
        var key = flow.Match.Value;
        ref var at = ref _buckets[BucketOf(ref key)];
        if (at is null || at.Priority < flow.Priority)
        {
            flow.NextWithSameKey = at;
            at = flow;
            return;
        }

        var before = at;
        while (before.NextWithSameKey is { } next && next.Priority >= flow.Priority)
        {
            before = next;
        }

        flow.NextWithSameKey = before.NextWithSameKey;
        before.NextWithSameKey = flow;
    }

    private bool Fits(Flow flow, ref FlowKey key)
    {
        ref readonly var value = ref flow.Match.Value;
        foreach (var word in _words)
        {
            if ((key[word] & _mask[word]) != value[word])
            {
                return false;
            }
        }

        return true;
    }

    private int BucketOf(ref FlowKey key)
    {
        ulong hash = 0;
        foreach (var word in _words)
        {
            hash = unchecked((hash ^ (key[word] & _mask[word])) * 0x9E37_79B9_7F4A_7C15UL);
            hash ^= hash >> 29;
        }

        return (int)(hash & (uint)(_buckets.Length - 1));
    }
}
