namespace VtepLab.Ovsdb;

/// <summary>The rows of a table that are objects for now, each at a place of its own.</summary>
internal sealed class KeptRows
{
    private const int Small = 64;

    private readonly Stack<int> _free = [];
    private readonly List<Row?> _rows = [];

    /// <summary>The row at a place.</summary>
    public Row this[int place] => _rows[place]!;

    /// <summary>Keeps a row; the result is its place.</summary>
    public int Add(Row row)
    {
        if (_free.TryPop(out var place))
        {
            _rows[place] = row;
            return place;
        }

        _rows.Add(row);
        return _rows.Count - 1;
    }

    /// <summary>Keeps it no more.</summary>
    public void Remove(int place)
    {
        _rows[place] = null;
        _free.Push(place);
        if (_free.Count == _rows.Count)
        {
            _rows.Clear();
            _free.Clear();
            if (_rows.Capacity > Small)
            {
                _rows.Capacity = 0; // What a transaction of many rows needed.
                _free.TrimExcess();
            }
        }
    }
}
