namespace VtepLab.Simulation;

/// <summary>The future event set as a ladder queue: what is far stays unsorted, what is near is spread over buckets, only the nearest few are sorted.</summary>
/// <remarks>
/// After Tang, Goh and Thng (2005). <em>Top</em> takes what lies beyond the ladder, without order. When the ladder is used up, Top becomes its first
/// rung: buckets of equal width, a power of two, about one event each. The first bucket that is not empty is sorted into <em>Bottom</em>, from
/// whose end events are taken; a crowded bucket becomes a rung of its own first. Constant time on average whatever the distribution.
/// </remarks>
internal sealed class LadderQueue : EventQueue
{
    private const int Crowded = 48; // More than this in a bucket, or in Bottom, and it becomes a rung.
    private const int Few = 12; // No more than this in Top, and it is sorted right away.
    private const int MostRungs = 10;

    private readonly Rung[] _rungs = new Rung[MostRungs];
    private int _rungCount;
    private QueueEntry[] _top = new QueueEntry[64];
    private int _topCount;
    private long _topStart = long.MinValue; // What is at this time or later goes to Top.
    private long _topLeast = long.MaxValue;
    private long _topMost = long.MinValue;
    private QueueEntry[] _bottom = new QueueEntry[64]; // The latest first.
    private int _bottomCount;
    private Node[] _nodes = new Node[64];
    private int _used;
    private int _free = -1;
    private int _count;

    public override int Count => _count;

    public override void Add(long at, ulong key)
    {
        _count++;
        if (at >= _topStart)
        {
            AddToTop(at, key);
            return;
        }

        for (var i = 0; i < _rungCount; i++)
        {
            ref var rung = ref _rungs[i];
            if (at >= rung.Next)
            {
                AddToRung(ref rung, at, key);
                return;
            }
        }

        if (_bottomCount > Crowded && _rungCount < MostRungs && SpreadBottom())
        {
            _count--;
            Add(at, key);
            return;
        }

        AddToBottom(new QueueEntry(at, key));
    }

    public override bool TryPeek(out QueueEntry first)
    {
        if (_bottomCount == 0 && !Refill())
        {
            first = default;
            return false;
        }

        first = _bottom[_bottomCount - 1];
        return true;
    }

    public override QueueEntry Take()
    {
        _count--;
        return _bottom[--_bottomCount];
    }

    public override void Keep(Func<QueueEntry, bool> keep)
    {
        var all = new List<QueueEntry>(_count);
        all.AddRange(_bottom.AsSpan(0, _bottomCount));
        for (var i = 0; i < _rungCount; i++)
        {
            ref var rung = ref _rungs[i];
            for (var b = rung.Current; b < rung.Buckets; b++)
            {
                for (var n = rung.Heads[b]; n >= 0; n = _nodes[n].Link)
                {
                    all.Add(_nodes[n].Entry);
                }

                rung.Heads[b] = -1;
            }
        }

        all.AddRange(_top.AsSpan(0, _topCount));
        (_rungCount, _bottomCount, _topCount, _count, _used, _free) = (0, 0, 0, 0, 0, -1);
        (_topStart, _topLeast, _topMost) = (long.MinValue, long.MaxValue, long.MinValue);
        foreach (var entry in all)
        {
            if (keep(entry))
            {
                Add(entry.At, entry.Key);
            }
        }
    }

    private void AddToTop(long at, ulong key)
    {
        if (_topCount == _top.Length)
        {
            Array.Resize(ref _top, _topCount * 2);
        }

        _top[_topCount++] = new QueueEntry(at, key);
        _topLeast = Math.Min(_topLeast, at);
        _topMost = Math.Max(_topMost, at);
    }

    private void AddToRung(ref Rung rung, long at, ulong key)
    {
        var node = _free;
        if (node >= 0)
        {
            _free = _nodes[node].Link;
        }
        else
        {
            node = _used++;
            if (node == _nodes.Length)
            {
                Array.Resize(ref _nodes, node * 2);
            }
        }

        ref var head = ref rung.Heads[(int)((at - rung.Start) >> rung.Shift)];
        _nodes[node] = new Node { Entry = new QueueEntry(at, key), Link = head };
        head = node;
        rung.Count++;
    }

    private void AddToBottom(in QueueEntry entry)
    {
        if (_bottomCount == _bottom.Length)
        {
            Array.Resize(ref _bottom, _bottomCount * 2);
        }

        var bottom = _bottom;
        var i = _bottomCount++;
        while (i > 0 && bottom[i - 1].IsBefore(entry))
        {
            bottom[i] = bottom[i - 1];
            i--;
        }

        bottom[i] = entry;
    }

    /// <summary>Fills Bottom from the innermost rung, or the ladder from Top.</summary>
    private bool Refill()
    {
        while (true)
        {
            if (_rungCount == 0)
            {
                if (_topCount == 0)
                {
                    return false;
                }

                if (_topCount <= Few)
                {
                    for (var i = 0; i < _topCount; i++)
                    {
                        AddToBottom(_top[i]);
                    }

                    EmptyTop(_topMost == long.MaxValue ? long.MaxValue : _topMost + 1);
                    return true;
                }

                SpreadTop();
            }

            ref var rung = ref _rungs[_rungCount - 1];
            if (rung.Count == 0)
            {
                _rungCount--;
                continue;
            }

            while (rung.Heads[rung.Current] < 0)
            {
                rung.Current++;
            }

            var node = rung.Heads[rung.Current];
            rung.Heads[rung.Current] = -1;
            var start = rung.Start + ((long)rung.Current << rung.Shift);
            rung.Current++;
            rung.Next = After(start, rung.Shift);
            if (TryCrowd(node, out var count) && rung.Shift > 0 && _rungCount < MostRungs)
            {
                rung.Count -= count;
                SpreadBucket(node, start, rung.Shift, count);
                continue;
            }

            rung.Count -= count;
            while (node >= 0)
            {
                AddToBottom(_nodes[node].Entry);
                node = FreeNode(node);
            }

            return true;
        }
    }

    private bool TryCrowd(int node, out int count)
    {
        count = 0;
        for (; node >= 0; node = _nodes[node].Link)
        {
            count++;
        }

        return count > Crowded;
    }

    private void SpreadTop()
    {
        ref var rung = ref NewRung(_topLeast, _topMost, _topCount);
        var (top, count) = (_top, _topCount);
        EmptyTop(After(rung.Start + ((long)(rung.Buckets - 1) << rung.Shift), rung.Shift));
        for (var i = 0; i < count; i++)
        {
            AddToRung(ref rung, top[i].At, top[i].Key);
        }
    }

    private void SpreadBucket(int node, long start, int shift, int count)
    {
        ref var rung = ref NewRung(start, start > long.MaxValue - (1L << shift) ? long.MaxValue : start + (1L << shift) - 1, count);
        while (node >= 0)
        {
            var entry = _nodes[node].Entry;
            node = FreeNode(node);
            AddToRung(ref rung, entry.At, entry.Key);
        }
    }

    /// <summary>Turns a Bottom that has grown too long into a rung; false when all of it is at one time.</summary>
    private bool SpreadBottom()
    {
        var least = _bottom[_bottomCount - 1].At;
        var end = _rungCount > 0 ? _rungs[_rungCount - 1].Next : _topStart;
        var most = Math.Max(end - 1, _bottom[0].At); // At the end of time they may be equal.
        if (most <= least)
        {
            return false;
        }

        ref var rung = ref NewRung(least, most, _bottomCount);
        var count = _bottomCount;
        _bottomCount = 0;
        for (var i = 0; i < count; i++)
        {
            AddToRung(ref rung, _bottom[i].At, _bottom[i].Key);
        }

        return true;
    }

    /// <summary>A rung whose buckets cover the times from the least to the most, both included.</summary>
    private ref Rung NewRung(long least, long most, int events)
    {
        var span = (ulong)unchecked(most - least);
        var shift = 0;
        while ((span >> shift) >= (ulong)(2 * events))
        {
            shift++;
        }

        ref var rung = ref _rungs[_rungCount++];
        rung.Start = rung.Next = least;
        rung.Shift = shift;
        rung.Current = 0;
        rung.Count = 0;
        rung.Buckets = (int)(span >> shift) + 1;
        var old = rung.Heads?.Length ?? 0;
        if (old < rung.Buckets)
        {
            Array.Resize(ref rung.Heads, Math.Max(rung.Buckets, 2 * old));
            rung.Heads.AsSpan(old).Fill(-1);
        }

        return ref rung;
    }

    private void EmptyTop(long start)
    {
        (_topCount, _topStart, _topLeast, _topMost) = (0, start, long.MaxValue, long.MinValue);
    }

    private int FreeNode(int node)
    {
        var next = _nodes[node].Link;
        _nodes[node].Link = _free;
        _free = node;
        return next;
    }

    /// <summary>The time one bucket later; the end of time where that cannot be counted.</summary>
    private static long After(long start, int shift) => start > long.MaxValue - (1L << shift) ? long.MaxValue : start + (1L << shift);

    private struct Node
    {
        public QueueEntry Entry;
        public int Link;
    }

    private struct Rung
    {
        public long Start;
        public long Next; // The start of the first bucket that was not taken.
        public int Shift;
        public int Current;
        public int Buckets;
        public int Count;
        public int[] Heads;
    }
}
