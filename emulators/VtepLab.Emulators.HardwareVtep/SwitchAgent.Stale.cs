using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Quirks in which the hardware keeps what the database no longer says.</content>
internal sealed partial class SwitchAgent
{
    private HardwareState WithStale(HardwareState now)
    {
        var before = Hardware;
        var floods = new Dictionary<RowId<LogicalSwitch>, IReadOnlyList<HardwareLocator>>(now.Floods);
        foreach (var (network, members) in before.Floods.Where(f => f.Value.Count > 0 && now.Networks.ContainsKey(f.Key)))
        {
            if (_quirks.Has(SwitchQuirkBook.KeepsFloodList))
            {
                floods[network] = members;
            }
        }

        var bindings = new Dictionary<(string Port, int Vlan), RowId<LogicalSwitch>>(now.Bindings);
        foreach (var (place, network) in before.Bindings.Where(b => bindings.ContainsKey(b.Key) && now.Networks.ContainsKey(b.Value)))
        {
            bindings[place] = _quirks.Has(SwitchQuirkBook.KeepsOldBinding) ? network : bindings[place];
        }

        return now with { Bindings = bindings, Networks = now.Networks.Values.Select(StaleNetwork).ToDictionary(n => n.Id), RemoteMacs = StaleMacs(now), Floods = floods };
    }

    private IReadOnlyDictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator> StaleMacs(HardwareState now)
    {
        if (!_quirks.Has(SwitchQuirkBook.FirstLocatorWins) && !_quirks.Has(SwitchQuirkBook.KeepsDeletedMacs))
        {
            return now.RemoteMacs;
        }

        var macs = new Dictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator>(now.RemoteMacs);
        foreach (var (key, locator) in Hardware.RemoteMacs.Where(m => now.Networks.ContainsKey(m.Key.Network)))
        {
            if (_quirks.Has(macs.ContainsKey(key) ? SwitchQuirkBook.FirstLocatorWins : SwitchQuirkBook.KeepsDeletedMacs))
            {
                macs[key] = locator;
            }
        }

        return macs;
    }

    private HardwareNetwork StaleNetwork(HardwareNetwork now)
    {
        if (!Hardware.Networks.TryGetValue(now.Id, out var before))
        {
            return now;
        }

        var keepsVni = _quirks.Has(before.Vni is null ? SwitchQuirkBook.IgnoresLateTunnelKey : SwitchQuirkBook.KeepsOldVni);
        var keepsMode = _quirks.Has(SwitchQuirkBook.ReadsModeOnce);
        return now with
        {
            Vni = keepsVni ? before.Vni : now.Vni,
            ReplicatesAtSource = keepsMode ? before.ReplicatesAtSource : now.ReplicatesAtSource,
        };
    }
}
