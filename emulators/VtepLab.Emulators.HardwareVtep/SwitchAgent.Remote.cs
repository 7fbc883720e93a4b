using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>What controllers say about the world behind the tunnels: networks, remote addresses, flood lists.</content>
internal sealed partial class SwitchAgent
{
    private readonly Dictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), RowId<UcastMacsRemote>> _installed = [];
    private readonly HashSet<RowId<UcastMacsRemote>> _refused = [];

    private Dictionary<RowId<LogicalSwitch>, HardwareNetwork> ReadNetworks(FaultSet faults)
    {
        var networks = new Dictionary<RowId<LogicalSwitch>, HardwareNetwork>();
        var owners = new Dictionary<Vni, RowId<LogicalSwitch>>();

        // Who has a VNI keeps it; among newcomers the name decides.
        var ordered = _tables.All<LogicalSwitch>()
            .OrderByDescending(n => Hardware.Networks.GetValueOrDefault(n.Id)?.Vni is not null)
            .ThenBy(n => n.Name, StringComparer.Ordinal);
        foreach (var network in ordered)
        {
            var vni = ReadTunnelKey(network.TunnelKey, faults);
            if (vni is { } mine && !owners.TryAdd(mine, network.Id))
            {
                faults.AddUnless(SwitchQuirkBook.SilentSharedTunnelKey, Faults.Unspecified);
                vni = _quirks.Has(SwitchQuirkBook.SilentSharedTunnelKey) ? vni : null;
            }

            var wantsSource = network.ReplicationMode == LogicalSwitch.SourceNode;
            var canSource = _options.ReplicatesAtSource && !_quirks.Has(SwitchQuirkBook.SilentSourceNode);
            if (wantsSource && !canSource)
            {
                faults.AddUnless(SwitchQuirkBook.SilentSourceNode, Faults.UnsupportedSourceNodeReplication);
            }

            networks.Add(network.Id, new HardwareNetwork(network.Id, network.Name, vni, wantsSource && canSource));
        }

        return networks;
    }

    private Vni? ReadTunnelKey(long? key, FaultSet faults)
    {
        // Some controllers set 0 on a network they no longer use; VNI 0 is BFD's.
        if (key is null or 0)
        {
            return null;
        }

        if (Vni.TryFrom(key.Value, out var vni))
        {
            return vni;
        }

        if (_quirks.Has(SwitchQuirkBook.CutsTunnelKey))
        {
            return new Vni((int)(key.Value & Vni.MaxValue));
        }

        faults.Add(Faults.Unspecified);
        return null;
    }

    /// <summary>The remote addresses that get a place in the table: those that have one keep it, the others come in turn.</summary>
    private Dictionary<(RowId<LogicalSwitch> Network, MacAddress Mac), HardwareLocator> ChooseRemoteMacs(
        VtepEdit edit, Dictionary<RowId<LogicalSwitch>, HardwareNetwork> networks, FaultSet faults)
    {
        var usable = new Dictionary<RowId<UcastMacsRemote>, ((RowId<LogicalSwitch>, MacAddress) Key, HardwareLocator Locator)>();
        foreach (var row in _tables.All<UcastMacsRemote>())
        {
            if (!MacAddress.TryParse(row.Mac, out var mac) || mac.IsGroup || mac.IsZero)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadMac, Faults.Unspecified);
            }
            else if (ReadRemote(row.Locator, faults, isOwnAllowed: false) is { } locator && networks.ContainsKey(row.LogicalSwitch))
            {
                usable.Add(row.Id, ((row.LogicalSwitch, mac), locator));
            }
        }

        foreach (var (key, id) in _installed.ToList())
        {
            if (!usable.TryGetValue(id, out var still) || still.Key != key)
            {
                _installed.Remove(key);
            }
        }

        _refused.RemoveWhere(id => !usable.ContainsKey(id));
        var isFull = false;
        foreach (var (id, (key, _)) in usable)
        {
            if (_installed.ContainsKey(key))
            {
                continue; // This row, or another one that names the same address.
            }

            var hasRoom = _installed.Count < _options.MaxRemoteMacs
                && !(_quirks.Has(SwitchQuirkBook.WaitingMacsForgotten) && _refused.Contains(id));
            if (hasRoom)
            {
                _installed.Add(key, id);
                continue;
            }

            isFull = true;
            _refused.Add(id);
            if (_quirks.Has(SwitchQuirkBook.ExhaustionDeletesMacs))
            {
                edit.Delete(id);
            }
        }

        if (isFull)
        {
            faults.AddUnless(SwitchQuirkBook.SilentMacExhaustion, Faults.MacTableExhaustion);
        }

        return _installed.ToDictionary(i => i.Key, i => usable[i.Value].Locator);
    }

    /// <summary>The flood list of every network: what all its unknown-dst rows name together.</summary>
    private Dictionary<RowId<LogicalSwitch>, List<HardwareLocator>> ReadFloods(FaultSet faults)
    {
        var floods = new Dictionary<RowId<LogicalSwitch>, List<HardwareLocator>>();
        foreach (var row in _tables.All<McastMacsRemote>())
        {
            var members = (_tables.Find(row.LocatorSet)?.Locators ?? [])
                .Select(l => ReadRemote(l, faults, isOwnAllowed: true)).OfType<HardwareLocator>();
            if (row.Mac == McastMacsRemote.UnknownDst)
            {
                var list = floods.GetValueOrDefault(row.LogicalSwitch) ?? [];
                floods[row.LogicalSwitch] = list;
                list.AddRange(members.Where(m => !list.Contains(m)));
            }
            else
            {
                _ = members.Count(); // Other groups are not programmed, but a bad address in them is still told.
            }
        }

        return floods;
    }

    /// <summary>The far end a locator names; null, with a fault, for one that cannot be a far end.</summary>
    private HardwareLocator? ReadRemote(RowId<PhysicalLocator> id, FaultSet faults, bool isOwnAllowed)
    {
        if (_tables.Find(id) is not { } locator)
        {
            return null;
        }

        var isAddress = IpAddress.TryParse(locator.DstIp, out var address);
        if (isAddress && isOwnAllowed && _ownAddresses.Contains(address))
        {
            return null; // Controllers put every member into one set; the switch takes itself out.
        }

        if (!isAddress || address.IsUnspecified || address.IsMulticast || address.IsBroadcast || address.IsLoopback
            || _ownAddresses.Contains(address) || (address.IsV6 && !_options.HasIPv6Underlay))
        {
            faults.AddUnless(SwitchQuirkBook.SilentBadAddress, Faults.Unspecified);
            return null;
        }

        var key = ReadTunnelKey(locator.TunnelKey, faults);
        return new HardwareLocator(address, key);
    }
}
