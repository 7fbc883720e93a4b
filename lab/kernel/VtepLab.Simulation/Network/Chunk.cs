using System.Buffers;
using System.Runtime.InteropServices;

namespace VtepLab.Simulation;

/// <summary>Bytes in a rented array, filled at the end, taken from the front.</summary>
internal struct Chunk
{
    // When a thousand probes are under way at once the library's pool is empty; this one is not, and most messages fit.
    private const int SmallBytes = 256;
    private const int MostSmall = 4096;

    [ThreadStatic]
    private static Stack<byte[]>? _small;

    private byte[]? _bytes;
    private int _start;
    private int _end;

    public readonly int Count => _end - _start;

    public readonly ReadOnlyMemory<byte> Memory => new(_bytes, _start, _end - _start);

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Room behind the bytes for so many more at least; <see cref="Advance"/> says how many were written.</summary>
    public Memory<byte> Room(int least)
    {
        if (_bytes is null || _bytes.Length - _end < least)
        {
            var larger = Rent(Math.Max(Count + least, 2 * Count));
            var count = Count;
            Span.CopyTo(larger);
            Return();
            (_bytes, _start, _end) = (larger, 0, count);
        }

        return _bytes.AsMemory(_end);
    }

    public void Advance(int count)
    {
        if ((uint)count > (uint)((_bytes?.Length ?? 0) - _end))
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, "more than there was room for");
        }

        _end += count;
    }

    public void Append(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Room(more.Length).Span);
        _end += more.Length;
    }

    /// <summary>Takes bytes from the front: the array itself when it is all of them.</summary>
    public Chunk Take(int count)
    {
        var taken = default(Chunk);
        if (count == Count)
        {
            taken = this;
            this = default;
            return taken;
        }

        taken.Append(Span[..count]);
        _start += count;
        return taken;
    }

    /// <summary>Lends bytes from the front, fewer than there are: they stay where they are, and are valid until the rest is returned.</summary>
    public ReadOnlyMemory<byte> Lend(int count)
    {
        var lent = Memory[..count];
        _start += count;
        return lent;
    }

    public void Return()
    {
        if (_bytes is { Length: SmallBytes } && (_small ??= []).Count < MostSmall)
        {
            _small.Push(_bytes);
        }
        else if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        this = default;
    }

    public readonly ulong Hash()
    {
        unchecked
        {
            var bytes = Span;
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            var hash = (ulong)Count;
            foreach (var word in words)
            {
                hash = (hash ^ word) * 0x9E3779B97F4A7C15;
                hash ^= hash >> 32;
            }

            foreach (var b in bytes[(words.Length * 8)..])
            {
                hash = (hash ^ b) * 0x100000001B3;
            }

            return hash;
        }
    }

    private static byte[] Rent(int least) =>
        least <= SmallBytes && _small is not null && _small.TryPop(out var small) ? small : ArrayPool<byte>.Shared.Rent(Math.Max(least, SmallBytes));
}
