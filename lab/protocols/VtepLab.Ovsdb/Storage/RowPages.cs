namespace VtepLab.Ovsdb;

/// <summary>Where a table keeps the bytes of its rows: pages that are filled from front to back and never written again.</summary>
/// <remarks>
/// So a text that was read from a page stays what it is whatever becomes of the row; a page lives as long as anybody knows a text of it. Room
/// that rows have left is won back by moving the others to new pages, once there is enough of it (<see cref="IsWasteful"/>).
/// </remarks>
internal sealed class RowPages(int width)
{
    private const int OffsetBits = 16;
    private const int Largest = 1 << OffsetBits; // Bytes; smaller than what the runtime keeps apart as a large object.
    private const int LeastWaste = 1024;

    private byte[][] _pages = [];
    private int _count;
    private int _used; // Of the last page.
    private long _taken; // By rows, those that were given up included.
    private long _waste;

    /// <summary>A good part of what rows take is taken by rows that are no more.</summary>
    public bool IsWasteful => _waste > LeastWaste && _waste > _taken / 3;

    /// <summary>Adds a row.</summary>
    /// <returns>Where it is, at least 0; -1 when it cannot be held here.</returns>
    public int Add(Uuid uuid, Datum[] fields)
    {
        var size = PackedRow.Measure(fields);
        if (size < 0 || !TryReserve(size, out var address))
        {
            return -1;
        }

        PackedRow.Write(At(address), uuid, fields);
        return address;
    }

    /// <summary>Adds a row as it is in other pages of the same table.</summary>
    public int Add(RowPages from, int address)
    {
        var row = from.At(address);
        row = row[..PackedRow.Length(row, width)];
        if (!TryReserve(row.Length, out var here))
        {
            throw new InvalidOperationException("rows that had room in other pages find none here");
        }

        row.CopyTo(At(here));
        return here;
    }

    /// <summary>A row is there no more.</summary>
    public void GiveUp(int address) => _waste += PackedRow.Length(At(address), width);

    /// <summary>The UUID of the row at a place.</summary>
    public Uuid UuidAt(int address) => PackedRow.ReadUuid(At(address));

    /// <summary>The page of the row at a place, and where in it the row begins; what is there stays there.</summary>
    public (byte[] Page, int Start) PlaceOf(int address) => (_pages[address >> OffsetBits], address & (Largest - 1));

    /// <summary>A field of the row at a place.</summary>
    public Datum Read(int address, int index) => PackedRow.Read(_pages[address >> OffsetBits], address & (Largest - 1), width, index);

    /// <summary>All fields of the row at a place.</summary>
    public void Read(int address, Datum[] fields) => PackedRow.Read(_pages[address >> OffsetBits], address & (Largest - 1), fields);

    private Span<byte> At(int address) => _pages[address >> OffsetBits].AsSpan(address & (Largest - 1));

    private bool TryReserve(int size, out int address)
    {
        address = -1;
        if (_count == 0 || _pages[_count - 1].Length - _used < size)
        {
            if (_count > int.MaxValue >> OffsetBits)
            {
                return false;
            }

            if (_count == _pages.Length)
            {
                Array.Resize(ref _pages, Math.Max(1, _count + (_count / 2) + 1));
            }

            // An eighth of what is there at most stands empty: there may be thousands of databases, and most tables hold a row or two.
            _pages[_count++] = new byte[Math.Max(size, (int)Math.Min(_taken / 8, Largest))];
            _used = 0;
        }

        address = ((_count - 1) << OffsetBits) | _used;
        _used += size;
        _taken += size;
        return true;
    }
}
