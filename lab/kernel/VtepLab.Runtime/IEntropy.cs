namespace VtepLab.Runtime;

/// <summary>A host's source of chance. In the simulation every purpose has a stream of its own, derived from the run's seed.</summary>
public interface IEntropy
{
    /// <summary>The next 64 bits of the stream of a purpose.</summary>
    /// <param name="purpose">A stable name such as <c>backoff</c>; draws for one purpose do not disturb another.</param>
    ulong NextUInt64(string purpose);

    /// <summary>A random (version 4) UUID.</summary>
    Guid NewUuid();
}

/// <summary>Draws that are common enough to have a name.</summary>
public static class EntropyExtensions
{
    /// <summary>An even draw from <paramref name="minimum"/> up to, not including, <paramref name="end"/>.</summary>
    public static int Next(this IEntropy entropy, string purpose, int minimum, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(minimum, end);
        var span = (ulong)((long)end - minimum);
        return (int)(minimum + (long)Math.BigMul(entropy.NextUInt64(purpose), span, out _));
    }

    /// <summary>An even draw from 0 up to, not including, 1.</summary>
    public static double NextDouble(this IEntropy entropy, string purpose) => (entropy.NextUInt64(purpose) >> 11) * (1.0 / (1UL << 53));
}
