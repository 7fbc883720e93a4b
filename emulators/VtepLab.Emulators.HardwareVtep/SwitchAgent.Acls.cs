using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Access lists: which can be installed, and what keeps the others out.</content>
internal sealed partial class SwitchAgent
{
    /// <summary>What stands in the hardware, by the row that binds it and the key there; a list that cannot be read does not replace it.</summary>
    private readonly Dictionary<(Uuid Row, string Key), HardwareAcl> _aclsInForce = [];

    private Dictionary<RowId<Acl>, HardwareAcl> ReadAcls(VtepEdit edit)
    {
        var rules = ReadRules(edit);
        var readable = new Dictionary<RowId<Acl>, HardwareAcl>();
        var bound = BoundAcls();
        var held = _aclsInForce.Values.Select(a => a.Name).ToHashSet(StringComparer.Ordinal);
        var left = _options.MaxAclRules;

        // Who is in the hardware stays there; among newcomers the name decides.
        foreach (var acl in _tables.All<Acl>().OrderByDescending(a => held.Contains(a.AclName)).ThenBy(a => a.AclName, StringComparer.Ordinal))
        {
            var faults = new FaultSet(_quirks);
            var entries = acl.AclEntries.Select(id => _tables.Find(id)).OfType<AclEntry>().ToList();
            var isWhole = entries.TrueForAll(e => rules[e.Id] is not null);
            if (!isWhole)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.InvalidAcl);
            }

            var compiled = HardwareAcl.Of(acl, entries.Where(e => rules[e.Id] is not null).Select(e => (e, rules[e.Id]!)), _quirks);
            if (bound.Contains(acl.Id) && compiled.Size > left)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.ResourceShortage);
            }
            else if (isWhole || _quirks.Has(SwitchQuirkBook.InstallsHalfAcls))
            {
                left -= bound.Contains(acl.Id) ? compiled.Size : 0;
                readable.Add(acl.Id, compiled);
            }

            edit.Update(acl with { AclFaultStatus = SettleShared(acl.Id.Uuid, faults, acl.AclFaultStatus) });
        }

        return readable;
    }

    private Dictionary<RowId<AclEntry>, AclRule?> ReadRules(VtepEdit edit)
    {
        var rules = new Dictionary<RowId<AclEntry>, AclRule?>();
        foreach (var entry in _tables.All<AclEntry>())
        {
            var faults = new FaultSet(_quirks);
            rules[entry.Id] = AclRule.Of(entry);
            if (rules[entry.Id] is null)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.InvalidAclEntry);
            }

            edit.Update(entry with { AcleFaultStatus = SettleShared(entry.Id.Uuid, faults, entry.AcleFaultStatus) });
        }

        return rules;
    }

    private HashSet<RowId<Acl>> BoundAcls() =>
    [
        .. OwnPorts().SelectMany(p => p.Row.AclBindings.Values),
        .. _options.HasRouting ? _tables.All<LogicalRouter>().SelectMany(r => r.AclBinding.Values) : [],
    ];

    /// <summary>What stands at a place from now on: the list that is bound there or, with a fault, the one that stood there before.</summary>
    private HardwareAcl? BindAcl(Uuid row, string key, RowId<Acl> id, Dictionary<RowId<Acl>, HardwareAcl> readable, FaultSet faults)
    {
        if (readable.TryGetValue(id, out var acl))
        {
            if (_quirks.Has(SwitchQuirkBook.OpensWhileChanging) && _aclsInForce.TryGetValue((row, key), out var former) && !former.DoesAs(acl))
            {
                _aclsInForce.Remove((row, key));
                return null;
            }

            return _aclsInForce[(row, key)] = acl;
        }

        faults.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.InvalidAclBinding);
        return _aclsInForce.GetValueOrDefault((row, key));
    }

    /// <summary>Takes away what is no longer bound.</summary>
    private void ReleaseAcls(Uuid row, IEnumerable<string> kept)
    {
        if (_quirks.Has(SwitchQuirkBook.KeepsUnboundAcls))
        {
            return;
        }

        var left = kept.ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _aclsInForce.Keys.Where(k => k.Row == row && !left.Contains(k.Key)).ToList())
        {
            _aclsInForce.Remove(gone);
        }
    }

    private void BindPortAcls(
        string name, PhysicalPort port, Dictionary<RowId<Acl>, HardwareAcl> readable, FaultSet faults, Dictionary<(string, int), HardwareAcl> inForce)
    {
        var isMixed = port.AclBindings.ContainsKey(HardwareState.WholePort) && port.AclBindings.Count > 1;
        ReleaseAcls(port.Id.Uuid, port.AclBindings.Where(b => !isMixed || b.Key == HardwareState.WholePort).Select(b => Key(b.Key)));
        foreach (var (vlan, acl) in port.AclBindings)
        {
            if (isMixed && vlan != HardwareState.WholePort)
            {
                faults.AddUnless(SwitchQuirkBook.SilentBadAcl, Faults.InvalidAclBinding); // vtep(5): not both on one port.
                continue;
            }

            _ = BindAcl(port.Id.Uuid, Key(vlan), acl, readable, faults);
        }

        foreach (var ((row, key), acl) in _aclsInForce)
        {
            if (row == port.Id.Uuid)
            {
                var vlan = int.Parse(key, System.Globalization.CultureInfo.InvariantCulture);
                inForce[(name, _quirks.Has(SwitchQuirkBook.VlanAclIsPortAcl) ? HardwareState.WholePort : vlan)] = acl;
            }
        }

        static string Key(long vlan) => vlan.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
