using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Tunnel rows: one for each far end in use, gone with its last user; and what they tell of BFD.</content>
internal sealed partial class SwitchAgent
{
    private readonly HashSet<RowId<Tunnel>> _ownTunnels = [];
    private readonly Dictionary<IpAddress, IpAddress> _tunnelStarts = [];
    private readonly Dictionary<IpAddress, RowId<PhysicalLocator>> _openTunnels = [];
    private bool _hasSiblings;

    /// <summary>The sessions that really run; null for a switch without an underlay, whose sessions stay down.</summary>
    public BfdBook? Bfd { get; set; }

    private Dictionary<IpAddress, RowId<Tunnel>> ReconcileTunnels(VtepEdit edit, FaultSet faults)
    {
        var wanted = WantedTunnels();
        OpenAndCloseTunnels(wanted, faults);
        if (!_tables.Has<Tunnel>())
        {
            return _openTunnels.Keys.ToDictionary(a => a, _ => default(RowId<Tunnel>));
        }

        var me = _tables.Find(_switch)!;
        var rows = me.Tunnels.Select(id => _tables.Find(id)).OfType<Tunnel>().ToList();
        var kept = new List<RowId<Tunnel>>();
        var result = new Dictionary<IpAddress, RowId<Tunnel>>();
        foreach (var (address, locator) in _openTunnels)
        {
            if (_quirks.Has(SwitchQuirkBook.NoTunnelRows))
            {
                result[address] = default;
                continue;
            }

            var copies = _quirks.Has(SwitchQuirkBook.TunnelRowPerNetwork) ? Math.Max(1, wanted[address].Networks.Count) : 1;
            var mine = rows.Where(t => RemoteAddressOf(t) == address && MayUse(t)).Take(copies).Select(t => t.Id).ToList();
            while (mine.Count < copies)
            {
                mine.Add(edit.Insert(new Tunnel { Local = EnsureOwnLocator(edit, OwnAddressFor(address) ?? address), Remote = locator }));
            }

            kept.AddRange(mine);
            result[address] = mine[0];
        }

        var foreign = rows.Where(t => !kept.Contains(t.Id) && !IsStale(t, wanted)).Select(t => t.Id);
        var tunnels = new ColumnSet<RowId<Tunnel>>(kept.Concat(foreign));
        _ownTunnels.UnionWith(kept);
        edit.Update(me with { Tunnels = tunnels });
        WriteBfd(edit, tunnels);
        return result;
    }

    /// <summary>Far ends that rows name, with a locator of each and the networks that use it; in the order of first use.</summary>
    private Dictionary<IpAddress, (RowId<PhysicalLocator> Locator, HashSet<RowId<LogicalSwitch>> Networks)> WantedTunnels()
    {
        var wanted = new Dictionary<IpAddress, (RowId<PhysicalLocator> Locator, HashSet<RowId<LogicalSwitch>> Networks)>();
        var silent = new FaultSet(_quirks);
        var isOwnAllowed = !_quirks.Has(SwitchQuirkBook.SendsToItself);
        foreach (var (locator, network) in RemoteUses())
        {
            if (ReadRemote(locator, silent, isOwnAllowed) is { } end)
            {
                wanted.TryAdd(end.Address, (locator, []));
                wanted[end.Address].Networks.Add(network);
            }
        }

        return wanted;
    }

    private IEnumerable<(RowId<PhysicalLocator> Locator, RowId<LogicalSwitch> Network)> RemoteUses()
    {
        foreach (var row in _tables.All<UcastMacsRemote>())
        {
            yield return (row.Locator, row.LogicalSwitch);
        }

        foreach (var row in _tables.All<ArpSourcesRemote>())
        {
            yield return (row.Locator, default);
        }

        foreach (var row in _tables.All<McastMacsRemote>())
        {
            foreach (var locator in _tables.Find(row.LocatorSet)?.Locators ?? [])
            {
                yield return (locator, row.LogicalSwitch);
            }
        }
    }

    private void OpenAndCloseTunnels(
        Dictionary<IpAddress, (RowId<PhysicalLocator> Locator, HashSet<RowId<LogicalSwitch>> Networks)> wanted, FaultSet faults)
    {
        foreach (var address in _openTunnels.Keys.Where(a => !wanted.ContainsKey(a)).ToList())
        {
            _openTunnels.Remove(address);
        }

        foreach (var (address, (locator, _)) in wanted)
        {
            if (_openTunnels.ContainsKey(address) || _openTunnels.Count < _options.MaxTunnels)
            {
                _openTunnels[address] = locator;
            }
            else
            {
                faults.AddUnless(SwitchQuirkBook.SilentTunnelExhaustion, Faults.TunnelExhaustion);
            }
        }
    }

    private bool MayUse(Tunnel tunnel) => !_quirks.Has(SwitchQuirkBook.DoublesTunnelRows) || _ownTunnels.Contains(tunnel.Id);

    /// <summary>True for a row that the switch made or used and that nothing needs now; rows a controller made stay until they were used.</summary>
    private bool IsStale<TWanted>(Tunnel tunnel, Dictionary<IpAddress, TWanted> wanted) =>
        !_quirks.Has(SwitchQuirkBook.KeepsTunnelRows)
        && (_ownTunnels.Contains(tunnel.Id) || (RemoteAddressOf(tunnel) is { } address && wanted.ContainsKey(address) && MayUse(tunnel)));

    private IpAddress? RemoteAddressOf(Tunnel tunnel) =>
        IpAddress.TryParse(_tables.Find(tunnel.Remote)?.DstIp, out var address) ? address : null;

    /// <summary>Where the tunnel to a far end starts: as its row says where a controller wrote one, else at the first address of its family.</summary>
    private IpAddress? OwnAddressFor(IpAddress remote)
    {
        if (_tunnelStarts.TryGetValue(remote, out var start))
        {
            return start;
        }

        var first = _ownAddresses.ToList().FindIndex(a => a.IsV6 == remote.IsV6);
        return first < 0 ? null : _ownAddresses[first];
    }

    /// <summary>What the whole of a look at the database needs of the switch's own row: whether it is alone, and where its tunnels start.</summary>
    private void ReadSurroundings()
    {
        _hasSiblings = _tables.All<PhysicalSwitch>().Count > 1;
        _tunnelStarts.Clear();
        foreach (var tunnel in _tables.Find(_switch)!.Tunnels.Select(id => _tables.Find(id)).OfType<Tunnel>())
        {
            if (RemoteAddressOf(tunnel) is { } remote && IpAddress.TryParse(_tables.Find(tunnel.Local)?.DstIp, out var local)
                && local.IsV6 == remote.IsV6 && _ownAddresses.Contains(local))
            {
                _tunnelStarts.TryAdd(remote, local);
            }
        }
    }

    /// <summary>Inside a controller's transaction: rows whose locator nothing else names any more go, and the locator with them.</summary>
    private void WithdrawTunnels(VtepEdit edit)
    {
        if (_quirks.Has(SwitchQuirkBook.KeepsTunnelRows) || !_tables.Has<Tunnel>() || _tables.Find(_switch)!.Tunnels.Count == 0)
        {
            return;
        }

        var used = RemoteUses().Select(u => u.Locator).ToHashSet();
        var me = _tables.Find(_switch)!;
        var left = me.Tunnels.Where(id => !_ownTunnels.Contains(id) || (_tables.Find(id) is { } t && used.Contains(t.Remote)));
        edit.Update(me with { Tunnels = new ColumnSet<RowId<Tunnel>>(left) });
    }

    private void WriteBfd(VtepEdit edit, ColumnSet<RowId<Tunnel>> tunnels)
    {
        var sessions = 0;
        foreach (var tunnel in tunnels.Select(id => _tables.Find(id)!).OrderBy(t => RemoteAddressOf(t) ?? default).ThenBy(t => t.Id))
        {
            var isEnabled = tunnel.BfdParams.TryGetValue("enable", out var enable) && enable == "true";
            var status = isEnabled ? StatusOfEnabled(tunnel, ++sessions) : ColumnMap<string, string>.Empty;
            if (!isEnabled && _quirks.Has(SwitchQuirkBook.KeepsBfdStatus))
            {
                status = tunnel.BfdStatus;
            }

            edit.Update(tunnel with
            {
                BfdConfigLocal = _quirks.Has(SwitchQuirkBook.NoBfdConfigLocal)
                    ? tunnel.BfdConfigLocal
                    : new ColumnMap<string, string>([new("bfd_dst_mac", BfdSettings.DefaultMac), new("bfd_dst_ip", BfdSettings.DefaultLocalIp)]),
                BfdStatus = status,
            });
        }

        Bfd?.EndOthers();
    }

    private ColumnMap<string, string> StatusOfEnabled(Tunnel tunnel, int session)
    {
        if (session > _options.MaxBfdSessions)
        {
            return _quirks.Has(SwitchQuirkBook.SilentBfdLimit)
                ? ColumnMap<string, string>.Empty
                : new ColumnMap<string, string>([new("enabled", "false"), new("info", $"no more than {_options.MaxBfdSessions} BFD sessions")]);
        }

        if (_quirks.Has(SwitchQuirkBook.RefusesBfdKeys) && tunnel.BfdParams.Any(p => p.Key is not ("enable" or "min_tx" or "min_rx" or "cpath_down")))
        {
            return ColumnMap<string, string>.Empty;
        }

        if (Bfd is not null && RemoteAddressOf(tunnel) is { } remote && OwnAddressFor(remote) is { } own)
        {
            return Bfd.Want(tunnel, remote, own);
        }

        return new ColumnMap<string, string>(
        [
            new("enabled", "true"), new("state", "down"), new("forwarding", "false"), new("diagnostic", "No Diagnostic"),
            new("remote_state", "down"), new("remote_diagnostic", "No Diagnostic"),
        ]);
    }
}
