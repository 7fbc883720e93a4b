namespace VtepLab.Ovsdb;

/// <summary>Rows by UUID, walked in the order of their slots: 16 bytes a row beside the row itself.</summary>
/// <remarks>A slot that a deletion frees is taken by the next insertion, so the order depends on history only, never on hashes.</remarks>
internal sealed class RowTable
{
    private Row?[] _rows = [];
    private int[] _next = []; // Of a used slot: the next one of its bucket; of a free one: the next free one.
    private int[] _buckets = [];
    private int _used;
    private int _free = -1;

    public int Count { get; private set; }

    /// <summary>One more than the highest slot that was ever used.</summary>
    public int SlotCount => _used;

    public Row? AtSlot(int slot) => _rows[slot];

    public Row? Find(Uuid uuid)
    {
        if (Count == 0)
        {
            return null;
        }

        for (var slot = _buckets[Bucket(uuid)]; slot >= 0; slot = _next[slot])
        {
            if (_rows[slot]!.Uuid == uuid)
            {
                return _rows[slot];
            }
        }

        return null;
    }

    public void Add(Row row)
    {
        int slot;
        if (_free >= 0)
        {
            slot = _free;
            _free = _next[slot];
        }
        else
        {
            if (_used == _rows.Length)
            {
                Grow();
            }

            slot = _used++;
        }

        _rows[slot] = row;
        row.Slot = slot;
        ref var bucket = ref _buckets[Bucket(row.Uuid)];
        _next[slot] = bucket;
        bucket = slot;
        Count++;
    }

    public void Remove(Row row)
    {
        ref var link = ref _buckets[Bucket(row.Uuid)];
        while (link != row.Slot)
        {
            link = ref _next[link];
        }

        link = _next[row.Slot];
        _rows[row.Slot] = null;
        _next[row.Slot] = _free;
        _free = row.Slot;
        row.Slot = -1;
        Count--;
    }

    private int Bucket(Uuid uuid) => uuid.GetHashCode() & (_buckets.Length - 1);

    private void Grow()
    {
        var size = Math.Max(4, _rows.Length * 2);
        Array.Resize(ref _rows, size);
        Array.Resize(ref _next, size);
        _buckets = new int[size];
        Array.Fill(_buckets, -1);
        for (var slot = 0; slot < _used; slot++) // Only called when no slot is free.
        {
            ref var bucket = ref _buckets[Bucket(_rows[slot]!.Uuid)];
            _next[slot] = bucket;
            bucket = slot;
        }
    }
}
