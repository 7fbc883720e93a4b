using System.Numerics;

namespace VtepLab.Simulation;

/// <summary>A stream of random numbers for one purpose: xoshiro256**, seeded from the run's seed and a path.</summary>
/// <remarks>The numbers depend on seed and path alone, so a new stream or a new draw elsewhere does not move them.</remarks>
public sealed class RandomStream
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Makes the stream of a path.</summary>
    public RandomStream(ulong seed, string path)
    {
        unchecked
        {
            // FNV-1a over the path, then SplitMix64 to fill the state.
            var state = seed ^ 0xCBF29CE484222325;
            foreach (var c in path)
            {
                state = (state ^ c) * 0x100000001B3;
            }

            state ^= seed * 0x9E3779B97F4A7C15;
            (_s0, _s1, _s2, _s3) = (SplitMix(ref state), SplitMix(ref state), SplitMix(ref state), SplitMix(ref state));
        }
    }

    /// <summary>64 bits that depend on a seed and two numbers alone, and on no draw before.</summary>
    internal static ulong At(ulong seed, ulong one, ulong other)
    {
        unchecked
        {
            var state = seed ^ (one * 0x100000001B3);
            state = SplitMix(ref state) ^ other;
            return SplitMix(ref state);
        }
    }

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        unchecked
        {
            var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
            var t = _s1 << 17;
            _s2 ^= _s0;
            _s3 ^= _s1;
            _s1 ^= _s2;
            _s0 ^= _s3;
            _s2 ^= t;
            _s3 = BitOperations.RotateLeft(_s3, 45);
            return result;
        }
    }

    /// <summary>An even draw from <paramref name="minimum"/> up to, not including, <paramref name="end"/>; the minimum when they are equal.</summary>
    public long Next(long minimum, long end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minimum, end);
        return minimum + (long)Math.BigMul(NextUInt64(), (ulong)(end - minimum), out _);
    }

    /// <summary>True with a probability from 0 to 1.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>An even draw from 0 up to, not including, 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>An even draw of a time.</summary>
    public TimeSpan Next(TimeSpan minimum, TimeSpan end) => TimeSpan.FromTicks(Next(minimum.Ticks, end.Ticks));

    /// <summary>One of a list, evenly.</summary>
    public T Pick<T>(IReadOnlyList<T> items) => items[(int)Next(0, items.Count)];

    /// <summary>A version 4 UUID.</summary>
    public Guid NextUuid()
    {
        var (high, low) = (NextUInt64(), NextUInt64());
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, (high & ~0xF000UL) | 0x4000UL);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], (low & ~(3UL << 62)) | (2UL << 62));
        return new Guid(bytes, bigEndian: true);
    }

    private static ulong SplitMix(ref ulong state)
    {
        unchecked
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
