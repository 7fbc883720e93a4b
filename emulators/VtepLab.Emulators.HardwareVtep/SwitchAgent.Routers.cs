using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Logical routers: IPv4 between networks, with static routes and access lists on interfaces.</content>
internal sealed partial class SwitchAgent
{
    private List<HardwareRouter> ReconcileRouters(VtepEdit edit, Dictionary<RowId<Acl>, HardwareAcl> acls, FaultSet faults)
    {
        var routers = new List<HardwareRouter>();
        var taken = new Dictionary<RowId<LogicalSwitch>, RowId<LogicalRouter>>();
        foreach (var row in _tables.All<LogicalRouter>().OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            var own = new FaultSet(_quirks);
            if (!_options.HasRouting)
            {
                faults.AddUnless(SwitchQuirkBook.SilentRouter, Faults.LrSupport);
            }
            else if (routers.Count >= _options.MaxRouters)
            {
                faults.AddUnless(SwitchQuirkBook.SilentRouterLimits, Faults.LrCreation);
                own.AddUnless(SwitchQuirkBook.SilentRouterLimits, Faults.Unspecified);
            }
            else
            {
                var interfaces = ReadInterfaces(row, acls, taken, faults, own);
                routers.Add(new HardwareRouter(row.Id, row.Name, interfaces, ReadRoutes(row, interfaces, faults, own)));
            }

            edit.Update(row with { LrFaultStatus = SettleShared(row.Id.Uuid, own, row.LrFaultStatus) });
        }

        ReconcileArpSource(edit, isRouting: routers.Count > 0);
        return routers;
    }

    private List<HardwareInterface> ReadInterfaces(
        LogicalRouter row, Dictionary<RowId<Acl>, HardwareAcl> acls, Dictionary<RowId<LogicalSwitch>, RowId<LogicalRouter>> taken, FaultSet faults, FaultSet own)
    {
        var interfaces = new List<HardwareInterface>();
        var bindings = new Dictionary<string, RowId<Acl>>(StringComparer.Ordinal);
        foreach (var (text, acl) in row.AclBinding)
        {
            bindings[text.Split('/')[0]] = acl; // vtep(5) shows the bare address; some write it with its length.
        }

        ReleaseAcls(row.Id.Uuid, bindings.Keys);
        var read = row.SwitchBinding
            .Select(b => (b.Value, IsRead: IpPrefix.TryParse(b.Key, out var address, out var prefix), Address: address, Prefix: prefix))
            .OrderBy(b => b.Address).ThenBy(b => b.Prefix.Length);
        foreach (var (network, isRead, address, prefix) in read)
        {
            var isHost = isRead && !address.IsV6 && !address.IsUnspecified && !address.IsMulticast && !address.IsLoopback && !address.IsBroadcast
                && (prefix.Length >= 31 || address != prefix.Address);
            if (!isHost || interfaces.Exists(i => i.Subnet.Overlaps(prefix)) || taken.GetValueOrDefault(network, row.Id) != row.Id)
            {
                faults.AddUnless(SwitchQuirkBook.SilentRouterConflict, Faults.LrSwitchBindings);
                own.AddUnless(SwitchQuirkBook.SilentRouterConflict, Faults.Unspecified);
                continue;
            }

            taken[network] = row.Id;
            var key = address.ToString();
            if (bindings.Remove(key, out var acl))
            {
                _ = BindAcl(row.Id.Uuid, key, acl, acls, own);
            }

            interfaces.Add(new HardwareInterface(address, prefix, network, _aclsInForce.GetValueOrDefault((row.Id.Uuid, key))));
        }

        if (bindings.Count > 0)
        {
            own.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.InvalidAclBinding); // There is no such interface.
        }

        if (_quirks.Has(SwitchQuirkBook.AclOnWholeRouter) && interfaces.Find(i => i.Acl is not null)?.Acl is { } any)
        {
            interfaces = interfaces.ConvertAll(i => i with { Acl = any });
        }

        return interfaces;
    }

    private List<HardwareRoute> ReadRoutes(LogicalRouter row, List<HardwareInterface> interfaces, FaultSet faults, FaultSet own)
    {
        var routes = new List<HardwareRoute>();
        foreach (var (text, hop) in row.StaticRoutes.OrderBy(r => r.Key, StringComparer.Ordinal))
        {
            var through = IpAddress.TryParse(hop, out var nextHop)
                ? interfaces.Find(i => i.Subnet.Contains(nextHop) && i.Address != nextHop) : null;
            if (!IpPrefix.TryParse(text, out _, out var prefix) || prefix.Address.IsV6 || through is null || routes.Exists(r => r.Prefix == prefix)
                || routes.Count >= _options.MaxStaticRoutes)
            {
                faults.AddUnless(SwitchQuirkBook.SilentRouterConflict, Faults.LrStaticRoutes);
                own.AddUnless(SwitchQuirkBook.SilentRouterConflict, Faults.Unspecified);
                continue;
            }

            routes.Add(new HardwareRoute(prefix, nextHop, through));
        }

        return _quirks.Has(SwitchQuirkBook.FirstRouteWins) ? routes : [.. routes.OrderByDescending(r => r.Prefix.Length)];
    }

    /// <summary>Tells the others which address this switch asks from on behalf of routers, and through which tunnel it wants the answers.</summary>
    private void ReconcileArpSource(VtepEdit edit, bool isRouting)
    {
        var wanted = isRouting && _ownAddresses.Count > 0 && !_quirks.Has(SwitchQuirkBook.NoArpSources);
        foreach (var row in _tables.All<ArpSourcesLocal>().Where(r => IsOwn(r.Locator)))
        {
            if (wanted && row.SrcMac == _options.EffectiveRouterMac)
            {
                wanted = false;
            }
            else
            {
                edit.Delete(row.Id);
            }
        }

        if (wanted && _tables.Has<ArpSourcesLocal>())
        {
            edit.Insert(new ArpSourcesLocal { SrcMac = _options.EffectiveRouterMac, Locator = EnsureOwnLocator(edit, _ownAddresses[0]) });
        }
    }

    private Dictionary<MacAddress, HardwareLocator> ReadArpSources(FaultSet faults)
    {
        var sources = new Dictionary<MacAddress, HardwareLocator>();
        foreach (var row in _tables.All<ArpSourcesRemote>())
        {
            if (!MacAddress.TryParse(row.SrcMac, out var mac) || mac.IsGroup || mac.IsZero)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadMac, Faults.Unspecified);
            }
            else if (!_quirks.Has(SwitchQuirkBook.IgnoresArpSources) && ReadRemote(row.Locator, faults, isOwnAllowed: true) is { } locator)
            {
                sources.TryAdd(mac, locator);
            }
        }

        return sources;
    }
}
