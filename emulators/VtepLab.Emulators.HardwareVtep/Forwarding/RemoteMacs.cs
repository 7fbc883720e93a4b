using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Where the addresses of one network live behind tunnels: what the switch's table says, and what a quirk adds to it.</summary>
/// <param name="table">The table; null for none.</param>
/// <param name="network">The network's number in it.</param>
internal sealed class RemoteMacs(RemoteMacTable? table, int network)
{
    private Dictionary<MacAddress, HardwareLocator>? _more;

    /// <summary>The far ends of the addresses that the table does not have.</summary>
    public IEnumerable<HardwareLocator> More => _more?.Values ?? Enumerable.Empty<HardwareLocator>();

    /// <summary>Where an address lives.</summary>
    public bool TryGetValue(MacAddress mac, out HardwareLocator locator)
    {
        locator = default;
        return (_more is not null && _more.TryGetValue(mac, out locator)) || (table is not null && table.TryGet(network, mac, out locator));
    }

    /// <summary>Whether it is known where an address lives.</summary>
    public bool Contains(MacAddress mac) => TryGetValue(mac, out _);

    /// <summary>Says where an address lives, whatever the table says.</summary>
    public void Set(MacAddress mac, HardwareLocator locator) => (_more ??= [])[mac] = locator;
}
