namespace VtepLab.Emulators.ComputeNode;

/// <summary>The local VLANs of a node: 1 to 4094, one to a network, the lowest free one next, usable again when the network is gone.</summary>
public sealed class LocalVlans
{
    private readonly SortedSet<int> _free = [.. Enumerable.Range(1, 4094)];

    /// <summary>How many are left.</summary>
    public int Free => _free.Count;

    /// <summary>Takes one; null when none is left.</summary>
    public int? Take()
    {
        if (_free.Count == 0)
        {
            return null;
        }

        var vlan = _free.Min;
        _free.Remove(vlan);
        return vlan;
    }

    /// <summary>Takes a certain one, as a restarted agent does with those its ports carry.</summary>
    /// <returns>False when it is in use.</returns>
    public bool TryTake(int vlan) => _free.Remove(vlan);

    /// <summary>Gives one back.</summary>
    public void Return(int vlan) => _free.Add(vlan);
}
