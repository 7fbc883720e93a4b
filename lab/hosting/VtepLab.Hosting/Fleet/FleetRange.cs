namespace VtepLab.Hosting;

/// <summary>Seeds that one worker runs at a time.</summary>
/// <param name="First">The first.</param>
/// <param name="Count">How many, one after the other.</param>
public readonly record struct FleetRange(ulong First, int Count)
{
    /// <summary>The last seed.</summary>
    public ulong Last => unchecked(First + (ulong)Count - 1);

    /// <summary>Cuts the range into pieces of so many seeds, the last one shorter where it does not come out even.</summary>
    public IReadOnlyList<FleetRange> Split(int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var pieces = new List<FleetRange>();
        for (var done = 0; done < Count; done += Math.Min(size, Count - done))
        {
            pieces.Add(new FleetRange(unchecked(First + (ulong)done), Math.Min(size, Count - done)));
        }

        return pieces;
    }

    /// <summary>The range as users write it.</summary>
    public override string ToString() => FormattableString.Invariant($"{First}..{Last}");
}
