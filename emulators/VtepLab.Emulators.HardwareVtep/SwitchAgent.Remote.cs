using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>What controllers say about the world behind the tunnels: networks, remote addresses, flood lists.</content>
internal sealed partial class SwitchAgent
{
    private readonly HashSet<RowId<UcastMacsRemote>> _refused = [];
    private readonly HashSet<RowId<UcastMacsRemote>> _lost = [];
    private RemoteMacTable _installed = new(0);

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
    private RemoteMacTable ChooseRemoteMacs(VtepEdit edit, Dictionary<RowId<LogicalSwitch>, HardwareNetwork> networks, FaultSet faults)
    {
        var usable = ReadRemoteMacs(networks, faults, out var locators);
        var before = _installed;
        var now = new RemoteMacTable(Math.Min(usable.Count, _options.MaxRemoteMacs));
        locators.ForEach(l => now.AddLocator(l));
        foreach (var row in usable.Where(r => before.OwnerOf(r.Network, r.Mac) == r.Id))
        {
            now.Add(row.Network, row.Mac, row.Id, row.Locator);
        }

        if (_quirks.Has(SwitchQuirkBook.LosesSecondRow))
        {
            var gone = before.Placed.Where(p => now.OwnerOf(p.Network, p.Mac) is null).ToHashSet();
            _lost.UnionWith(usable.Where(r => gone.Contains((r.Network, r.Mac))).Select(r => r.Id));
        }

        _refused.IntersectWith(_refused.Count == 0 ? [] : usable.Select(r => r.Id));
        var isFull = false;
        foreach (var row in usable)
        {
            if (now.OwnerOf(row.Network, row.Mac) is not null || _lost.Contains(row.Id))
            {
                continue; // This row, or another one that names the same address.
            }

            var hasRoom = now.Places < _options.MaxRemoteMacs
                && !(_quirks.Has(SwitchQuirkBook.WaitingMacsForgotten) && _refused.Contains(row.Id));
            if (hasRoom)
            {
                now.Add(row.Network, row.Mac, row.Id, row.Locator);
                continue;
            }

            isFull = true;
            _refused.Add(row.Id);
            if (_quirks.Has(SwitchQuirkBook.ExhaustionDeletesMacs))
            {
                edit.Delete(row.Id);
            }
        }

        if (isFull)
        {
            faults.AddUnless(SwitchQuirkBook.SilentMacExhaustion, Faults.MacTableExhaustion);
        }

        return _installed = now;
    }

    /// <summary>The rows that can be followed, with the number of their far end among those found.</summary>
    private List<(RowId<UcastMacsRemote> Id, RowId<LogicalSwitch> Network, MacAddress Mac, int Locator)> ReadRemoteMacs(
        Dictionary<RowId<LogicalSwitch>, HardwareNetwork> networks, FaultSet faults, out List<HardwareLocator> locators)
    {
        var usable = new List<(RowId<UcastMacsRemote>, RowId<LogicalSwitch>, MacAddress, int)>();
        var numbers = new Dictionary<RowId<PhysicalLocator>, int>();
        locators = [];
        foreach (var row in _tables.All<UcastMacsRemote>())
        {
            if (!MacAddress.TryParse(row.Mac, out var mac) || mac.IsGroup || mac.IsZero)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadMac, Faults.Unspecified);
                continue;
            }

            if (_quirks.Has(SwitchQuirkBook.TakesLowerCaseOnly) && row.Mac != mac.ToString())
            {
                continue;
            }

            if (!numbers.TryGetValue(row.Locator, out var number))
            {
                number = -1;
                if (ReadRemote(row.Locator, faults, isOwnAllowed: false) is { } locator)
                {
                    number = locators.Count;
                    locators.Add(locator);
                }

                numbers.Add(row.Locator, number);
            }

            if (number >= 0 && networks.ContainsKey(row.LogicalSwitch))
            {
                usable.Add((row.Id, row.LogicalSwitch, mac, number));
            }
        }

        return usable;
    }

    /// <summary>The flood list of every network and of every group address with rows of its own: what all the rows of one name together.</summary>
    private (Dictionary<RowId<LogicalSwitch>, List<HardwareLocator>> Floods,
        Dictionary<(RowId<LogicalSwitch> Network, MacAddress Group), List<HardwareLocator>> Groups) ReadFloods(FaultSet faults)
    {
        var floods = new Dictionary<RowId<LogicalSwitch>, List<HardwareLocator>>();
        var groups = new Dictionary<(RowId<LogicalSwitch>, MacAddress), List<HardwareLocator>>();
        foreach (var row in _tables.All<McastMacsRemote>())
        {
            var members = (_tables.Find(row.LocatorSet)?.Locators ?? [])
                .Select(l => ReadRemote(l, faults, isOwnAllowed: true)).OfType<HardwareLocator>().ToList();
            if (row.Mac == McastMacsRemote.UnknownDst)
            {
                if (_quirks.Has(SwitchQuirkBook.LastFloodRowWins))
                {
                    floods.Remove(row.LogicalSwitch);
                }

                Add(floods, row.LogicalSwitch);
            }
            else if (!MacAddress.TryParse(row.Mac, out var group) || !group.IsGroup)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadMac, Faults.Unspecified);
            }
            else if (_quirks.Has(SwitchQuirkBook.GroupReplacesFlooding))
            {
                floods[row.LogicalSwitch] = members;
            }
            else if (!_quirks.Has(SwitchQuirkBook.IgnoresGroups))
            {
                Add(groups, (row.LogicalSwitch, group));
            }

            void Add<TKey>(Dictionary<TKey, List<HardwareLocator>> lists, TKey key)
                where TKey : notnull
            {
                var list = lists.GetValueOrDefault(key) ?? [];
                lists[key] = list;
                list.AddRange(members.Where(m => !list.Contains(m)));
            }
        }

        return (floods, groups);
    }

    /// <summary>The far end a locator names; null, with a fault, for one that cannot be a far end.</summary>
    private HardwareLocator? ReadRemote(RowId<PhysicalLocator> id, FaultSet faults, bool isOwnAllowed)
    {
        if (_tables.Find(id) is not { } locator)
        {
            return null;
        }

        var isAddress = IpAddress.TryParse(locator.DstIp, out var address);
        if (isAddress && _ownAddresses.Contains(address) && (isOwnAllowed || _hasSiblings))
        {
            // Controllers put every member into one set; the switch takes itself out. And a row that tells one switch of another in the
            // same database is no concern of the one it names.
            return _quirks.Has(SwitchQuirkBook.CopiesToItself) ? new HardwareLocator(address, ReadTunnelKey(locator.TunnelKey, faults), address) : null;
        }

        if (isAddress && !isOwnAllowed && _ownAddresses.Contains(address) && _quirks.Has(SwitchQuirkBook.SendsToItself))
        {
            return new HardwareLocator(address, ReadTunnelKey(locator.TunnelKey, faults), address);
        }

        if (!isAddress || address.IsUnspecified || address.IsMulticast || address.IsBroadcast || address.IsLoopback
            || _ownAddresses.Contains(address) || OwnAddressFor(address) is not { } own)
        {
            faults.AddUnless(SwitchQuirkBook.SilentBadAddress, Faults.Unspecified);
            return null;
        }

        return new HardwareLocator(address, _quirks.Has(SwitchQuirkBook.IgnoresLocatorKey) ? null : ReadTunnelKey(locator.TunnelKey, faults), own);
    }
}
