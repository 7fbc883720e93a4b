namespace VtepLab.Ovsdb;

/// <summary>Finds rows in <see cref="RowPages"/> by their UUIDs: their addresses, each at the place that follows from its UUID or at one of the next.</summary>
internal sealed class RowIndex(RowPages pages)
{
    private const int None = -1;
    private const int Least = 8;

    private int[] _places = []; // A power of two, never full.

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>The addresses, in an order that follows from what was added and removed.</summary>
    public IEnumerable<int> Addresses => _places.Where(address => address != None);

    /// <summary>The address of a row, or -1.</summary>
    public int Find(Uuid uuid) => PlaceOf(uuid) is >= 0 and var place ? _places[place] : None;

    /// <summary>Adds a row that is not there.</summary>
    public void Add(Uuid uuid, int address)
    {
        if (Count + 1 > _places.Length * 3 / 4)
        {
            Resize(Math.Max(Least, _places.Length * 2));
        }

        Put(uuid, address);
        Count++;
    }

    /// <summary>Removes a row.</summary>
    /// <returns>Its address; -1 when it is not there.</returns>
    public int Remove(Uuid uuid)
    {
        var hole = PlaceOf(uuid);
        if (hole < 0)
        {
            return None;
        }

        // What stands behind it moves up, as far as it would have been put there.
        var found = _places[hole];
        for (var next = Next(hole); _places[next] != None; next = Next(next))
        {
            var wanted = Wanted(pages.UuidAt(_places[next]));
            if (((next - wanted) & (_places.Length - 1)) >= ((next - hole) & (_places.Length - 1)))
            {
                _places[hole] = _places[next];
                hole = next;
            }
        }

        _places[hole] = None;
        Count--;
        if (_places.Length > Least && Count < _places.Length / 8)
        {
            Resize(_places.Length / 2);
        }

        return found;
    }

    private int PlaceOf(Uuid uuid)
    {
        if (Count == 0)
        {
            return None;
        }

        var place = Wanted(uuid);
        while (_places[place] != None && pages.UuidAt(_places[place]) != uuid)
        {
            place = Next(place);
        }

        return _places[place] == None ? None : place;
    }

    private void Put(Uuid uuid, int address)
    {
        var place = Wanted(uuid);
        while (_places[place] != None)
        {
            place = Next(place);
        }

        _places[place] = address;
    }

    private void Resize(int size)
    {
        var old = _places;
        _places = new int[size];
        Array.Fill(_places, None);
        foreach (var address in old.Where(address => address != None))
        {
            Put(pages.UuidAt(address), address);
        }
    }

    private int Wanted(Uuid uuid) => uuid.GetHashCode() & (_places.Length - 1);

    private int Next(int place) => (place + 1) & (_places.Length - 1);
}
