using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Faults of rows that belong to no single switch: where several share a database, a row shows what any of them found.</summary>
internal sealed class SharedFaults
{
    private readonly Dictionary<(Uuid Row, string Switch), FaultSet> _found = [];

    /// <summary>Notes what one switch found of a row.</summary>
    /// <returns>What all of them found.</returns>
    public FaultSet Merge(Uuid row, string finder, FaultSet faults)
    {
        _found.Remove((row, finder));
        var all = faults;
        foreach (var ((other, _), found) in _found)
        {
            all = other == row ? all.With(found) : all;
        }

        if (!faults.IsEmpty)
        {
            _found[(row, finder)] = faults;
        }

        return all;
    }

    /// <summary>Forgets rows that are gone.</summary>
    public void Forget(Func<Uuid, bool> isGone)
    {
        foreach (var gone in _found.Keys.Where(k => isGone(k.Row)).ToList())
        {
            _found.Remove(gone);
        }
    }
}
