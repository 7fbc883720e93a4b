namespace VtepLab.Ovsdb;

/// <summary>Rows by UUID, walked in the order of their slots: 12 bytes a row beside the bytes of the row itself.</summary>
/// <remarks>
/// A slot that a deletion frees is taken by the next insertion, so the order depends on history only, never on hashes. A row is bytes in
/// <see cref="RowPages"/>; while a transaction changes it, and for as long as its values do not fit there, it is one <see cref="Row"/>
/// object that the table keeps, to which all other objects of the same row look.
/// </remarks>
internal sealed class RowTable(Table table)
{
    private const int Free = int.MinValue;

    private readonly int _width = table.Schema.Columns.Count - 1;
    private RowPages? _pages;
    private KeptRows? _kept;
    private int[] _places = []; // Of a slot: an address in the pages, or the complement of a place among the kept rows, or Free.
    private int[] _next = []; // Of a used slot: the next one of its bucket; of a free one: the next free one.
    private int[] _buckets = [];
    private int[] _references = []; // Of a slot; too short while no row of the table was ever referred to.
    private int _free = -1;

    public int Count { get; private set; }

    /// <summary>One more than the highest slot that was ever used.</summary>
    public int SlotCount { get; private set; }

    private RowPages Pages => _pages ??= new RowPages(_width);

    private KeptRows Kept => _kept ??= new KeptRows();

    /// <summary>Whether a row is in a slot.</summary>
    public bool IsUsed(int slot) => _places[slot] != Free;

    /// <summary>The row in a slot, or null.</summary>
    public Row? AtSlot(int slot)
    {
        var place = _places[slot];
        return place >= 0 ? new Row(table, Pages.UuidAt(place), slot) : place == Free ? null : Kept[~place];
    }

    public Row? Find(Uuid uuid) => SlotOf(uuid) is >= 0 and var slot ? AtSlot(slot) : null;

    /// <summary>The slot of a row, or -1 when it is not in the table.</summary>
    public int Locate(Row row)
    {
        if (row.Slot < 0 || row.Slot >= SlotCount || !IsUsed(row.Slot) || UuidAt(row.Slot) != row.Uuid)
        {
            row.Slot = SlotOf(row.Uuid);
        }

        return row.Slot;
    }

    /// <summary>A value of the row in a slot.</summary>
    public Datum Read(int slot, ColumnSchema column)
    {
        var place = _places[slot];
        return column.Index == ColumnSchema.UuidIndex ? UuidAt(slot)
            : place >= 0 ? Pages.Read(place, column.Index - 1) : ValuesOf(Kept[~place])[column.Index - 1];
    }

    /// <summary>A value of a row that is in the table, or was until it was deleted.</summary>
    public Datum Read(Row row, ColumnSchema column) =>
        column.Index == ColumnSchema.UuidIndex ? row.Uuid
        : Locate(row) is >= 0 and var slot ? Read(slot, column) : ValuesOf(row)[column.Index - 1];

    /// <summary>All values of a row, not to be written to; in an array of the caller's unless the row has one of its own.</summary>
    public Datum[] ReadAll(Row row, ref Datum[]? scratch)
    {
        var slot = Locate(row);
        if (slot < 0 || _places[slot] < 0)
        {
            return ValuesOf(slot < 0 ? row : Kept[~_places[slot]]);
        }

        scratch ??= new Datum[_width];
        Pages.Read(_places[slot], scratch);
        return scratch;
    }

    /// <summary>What the transaction under way does to a row, or null.</summary>
    public RowChange? ChangeOf(Row row) =>
        Locate(row) is >= 0 and var slot && _places[slot] < 0 ? Kept[~_places[slot]].State as RowChange : null;

    /// <summary>Begins to change a row: from now on the table keeps an object of it.</summary>
    /// <returns>The change, with the values before.</returns>
    public RowChange Open(Row row)
    {
        var slot = Locate(row);
        if (slot < 0)
        {
            throw new InvalidOperationException($"{row} does not exist");
        }

        RowChange change;
        if (_places[slot] is < 0 and var kept)
        {
            row = Kept[~kept];
            change = new RowChange(row, ValuesOf(row), null);
        }
        else
        {
            Datum[]? values = null;
            change = new RowChange(row, ReadAll(row, ref values), null) { StoredAt = _places[slot] };
            _places[slot] = ~Kept.Add(row);
        }

        row.State = change;
        return change;
    }

    /// <summary>Ends the change of a row that stays: its values are what the transaction has made of them, or again what they were.</summary>
    public void Close(RowChange change, bool isUndone)
    {
        var row = change.Row;
        var slot = Locate(row);
        var kept = ~_places[slot];
        if (!isUndone)
        {
            GiveUp(change);
        }

        var address = !isUndone ? Pages.Add(row.Uuid, change.New!) : change.StoredAt;
        if (address < 0)
        {
            row.State = isUndone ? change.Old : change.New;
            return;
        }

        _places[slot] = address;
        Kept.Remove(kept);
        row.State = null;
    }

    /// <summary>Ends the change of a row that was deleted; whoever has its object can still read the last values.</summary>
    public void Bury(RowChange change)
    {
        GiveUp(change);
        change.Row.State = change.Old;
    }

    /// <summary>Wins room back where it is worth it. No transaction may be under way.</summary>
    public void Tidy()
    {
        if (_pages is not { IsWasteful: true } old)
        {
            return;
        }

        _pages = new RowPages(_width);
        for (var slot = 0; slot < SlotCount; slot++)
        {
            if (_places[slot] >= 0)
            {
                _places[slot] = _pages.Add(old, _places[slot]);
            }
        }
    }

    /// <summary>Puts a row into the table, with the change that is made to it.</summary>
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
            if (SlotCount == _places.Length)
            {
                Grow();
            }

            slot = SlotCount++;
        }

        _places[slot] = ~Kept.Add(row);
        row.Slot = slot;
        ref var bucket = ref _buckets[Bucket(row.Uuid)];
        _next[slot] = bucket;
        bucket = slot;
        Count++;
        if (row.ReferencesOutside > 0)
        {
            SetReferences(row, row.ReferencesOutside);
            row.ReferencesOutside = 0;
        }
    }

    /// <summary>Takes a row that is being changed out of the table.</summary>
    public void Remove(Row row)
    {
        var slot = Locate(row);
        var references = References(row);
        SetReferences(row, 0);
        ref var link = ref _buckets[Bucket(row.Uuid)];
        while (link != slot)
        {
            link = ref _next[link];
        }

        link = _next[slot];
        Kept.Remove(~_places[slot]);
        _places[slot] = Free;
        _next[slot] = _free;
        _free = slot;
        row.Slot = -1;
        row.ReferencesOutside = references;
        Count--;
    }

    /// <summary>How many strong references other rows hold to a row; of a deleted one, as long as the transaction is under way.</summary>
    public int References(Row row) =>
        Locate(row) is >= 0 and var slot ? slot < _references.Length ? _references[slot] : 0 : Outside(row).ReferencesOutside;

    /// <summary>Sets it.</summary>
    public void SetReferences(Row row, int count)
    {
        var slot = Locate(row);
        if (slot < 0)
        {
            Outside(row).ReferencesOutside = count;
        }
        else if (slot < _references.Length)
        {
            _references[slot] = count;
        }
        else if (count != 0)
        {
            Array.Resize(ref _references, _places.Length);
            _references[slot] = count;
        }
    }

    private static Datum[] ValuesOf(Row row) => row.State switch
    {
        Datum[] values => values,
        RowChange change => change.New ?? change.Old!,
        _ => throw new InvalidOperationException($"{row} does not exist any more"),
    };

    private Row Outside(Row row) => table.Deleted.GetValueOrDefault(row.Uuid) ?? row;

    private void GiveUp(RowChange change)
    {
        if (change.StoredAt >= 0)
        {
            Pages.GiveUp(change.StoredAt);
        }
    }

    private Uuid UuidAt(int slot) => _places[slot] is >= 0 and var address ? Pages.UuidAt(address) : Kept[~_places[slot]].Uuid;

    private int SlotOf(Uuid uuid)
    {
        if (Count == 0)
        {
            return -1;
        }

        var slot = _buckets[Bucket(uuid)];
        while (slot >= 0 && UuidAt(slot) != uuid)
        {
            slot = _next[slot];
        }

        return slot;
    }

    private int Bucket(Uuid uuid) => uuid.GetHashCode() & (_buckets.Length - 1);

    private void Grow()
    {
        var size = Math.Max(1, _places.Length * 2);
        Array.Resize(ref _places, size);
        Array.Resize(ref _next, size);
        _buckets = new int[size];
        Array.Fill(_buckets, -1);
        for (var slot = 0; slot < SlotCount; slot++) // Only called when no slot is free.
        {
            ref var bucket = ref _buckets[Bucket(UuidAt(slot))];
            _next[slot] = bucket;
            bucket = slot;
        }
    }
}
