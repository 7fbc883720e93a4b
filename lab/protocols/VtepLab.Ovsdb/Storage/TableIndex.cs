namespace VtepLab.Ovsdb;

/// <summary>A set of columns whose values no two rows share: which row has given ones.</summary>
/// <remarks>The values are the rows' own, and not kept here: a row is taken out before it changes and put in again afterwards.</remarks>
internal sealed class TableIndex(Table table, IReadOnlyList<ColumnSchema> columns)
{
    private Entry[] _entries = [];
    private int[] _buckets = [];
    private int _used;
    private int _free = -1;

    /// <summary>The columns, in the schema's order.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; } = columns;

    /// <summary>The row with the same values in the columns, or null.</summary>
    public Row? Find(Datum[] fields)
    {
        if (_buckets.Length == 0)
        {
            return null;
        }

        var hash = Hash(fields);
        for (var at = _buckets[hash & (_buckets.Length - 1)]; at >= 0; at = _entries[at].Next)
        {
            if (_entries[at].Hash == hash && table.Find(_entries[at].Row) is { } row && Has(row, fields))
            {
                return row;
            }
        }

        return null;
    }

    /// <summary>Puts a row in, with the values it has.</summary>
    public void Add(Datum[] fields, Row row)
    {
        if (_free < 0 && _used == _entries.Length)
        {
            Grow();
        }

        var at = _free;
        if (at >= 0)
        {
            _free = _entries[at].Next;
        }
        else
        {
            at = _used++;
        }

        var hash = Hash(fields);
        ref var bucket = ref _buckets[hash & (_buckets.Length - 1)];
        _entries[at] = new Entry(row.Uuid, hash) { Next = bucket };
        bucket = at;
    }

    /// <summary>Takes a row out that was put in with some values.</summary>
    public void Remove(Datum[] fields, Row row)
    {
        if (_buckets.Length == 0)
        {
            return;
        }

        ref var link = ref _buckets[Hash(fields) & (_buckets.Length - 1)];
        while (link >= 0 && _entries[link].Row != row.Uuid)
        {
            link = ref _entries[link].Next;
        }

        if (link >= 0)
        {
            var at = link;
            link = _entries[at].Next;
            _entries[at] = new Entry { Next = _free };
            _free = at;
        }
    }

    private bool Has(Row row, Datum[] fields)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (!row[Columns[i]].IsIdentical(fields[Columns[i].Index - 1]))
            {
                return false;
            }
        }

        return true;
    }

    private int Hash(Datum[] fields)
    {
        var hash = 0;
        for (var i = 0; i < Columns.Count; i++)
        {
            hash = unchecked((hash * 397) ^ fields[Columns[i].Index - 1].GetHashCode());
        }

        return hash;
    }

    private void Grow()
    {
        Array.Resize(ref _entries, Math.Max(1, _entries.Length * 2));
        _buckets = new int[_entries.Length];
        Array.Fill(_buckets, -1);
        for (var at = 0; at < _used; at++) // Only called when no entry is free.
        {
            ref var bucket = ref _buckets[_entries[at].Hash & (_buckets.Length - 1)];
            _entries[at].Next = bucket;
            bucket = at;
        }
    }

    private record struct Entry(Uuid Row, int Hash)
    {
        public int Next; // Of its bucket, or of the free ones; -1 ends.
    }
}
