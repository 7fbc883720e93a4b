namespace VtepLab.Simulation;

/// <summary>The last records of a run. Every record names the one that caused it, so that chains can be followed back.</summary>
public sealed class TraceRing
{
    private readonly TraceRecord[] _records;
    private readonly int _mask;

    /// <summary>Makes a ring.</summary>
    /// <param name="size">How many records it keeps; a power of two.</param>
    public TraceRing(int size)
    {
        if (size < 1 || (size & (size - 1)) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "expected a power of two");
        }

        (_records, _mask) = (new TraceRecord[size], size - 1);
    }

    /// <summary>How many records were ever written.</summary>
    public uint Next { get; private set; }

    /// <summary>The records that are still there, the oldest first.</summary>
    public IEnumerable<(uint Number, TraceRecord Record)> Recent
    {
        get
        {
            var first = Next > (uint)_records.Length ? Next - (uint)_records.Length : 0;
            for (var i = first; i != Next; i++)
            {
                yield return (i, _records[i & _mask]);
            }
        }
    }

    /// <summary>A record and what caused it, back to where the ring ends; the record itself first.</summary>
    public IEnumerable<(uint Number, TraceRecord Record)> Causes(uint number)
    {
        while (Next - number <= (uint)_records.Length && number < Next)
        {
            var record = _records[number & _mask];
            yield return (number, record);
            if (record.Cause >= number)
            {
                yield break;
            }

            number = record.Cause;
        }
    }

    internal uint Write(long at, uint cause, int host, TraceKind kind, long a, long b)
    {
        var number = Next;
        _records[number & _mask] = new TraceRecord(at, cause, (ushort)host, kind, a, b);
        Next = unchecked(number + 1);
        return number;
    }
}
