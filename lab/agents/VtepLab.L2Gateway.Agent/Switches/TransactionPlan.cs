using VtepLab.HardwareVtep;
using VtepLab.Neutron;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The transaction that makes a switch be what a request says, built from what the switch holds now.</summary>
/// <remarks>
/// What is right already is left alone, so a request that comes twice changes nothing the second time. Rows that were missing are
/// guarded: by the schema's indexes (names, locators) or, where it has none, by their own UUIDs (<see cref="RowKey"/>) or a <c>wait</c>.
/// </remarks>
internal sealed class TransactionPlan
{
    private readonly string _switch;
    private readonly Dictionary<string, Uuid> _locators = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly List<(int Operation, string What)> _mustMatch = [];
    private readonly RowKeys _keys;
    private readonly Uuid _seed;
    private readonly bool _onlyLooks;
    private (Uuid NewRow, Uuid Chosen)? _chosen;
    private SwitchContent _content = null!;
    private Uuid? _logicalSwitch;
    private Uuid? _keyOwner; // The logical switch's UUID, also while it is new, if it is known.
    private bool _isNewLogicalSwitch;
    private bool _writes;
    private bool _guardsAllMacs;

    /// <summary>Begins a plan.</summary>
    /// <param name="schema">What the switch serves.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="switchName">Its name.</param>
    /// <param name="keys">Whether rows get UUIDs of ours.</param>
    /// <param name="seed">What those of new logical switches follow from.</param>
    /// <param name="onlyLooks">True where it is not to be sent: what is right already is not guarded.</param>
    public TransactionPlan(DatabaseSchema schema, SwitchContent content, string switchName, RowKeys keys, Uuid seed, bool onlyLooks = false)
    {
        (_keys, _seed, _onlyLooks) = (keys, seed, onlyLooks);
        Transaction = new OvsdbTransaction(schema);
        _switch = switchName;
        From(content);
    }

    /// <summary>What is to be sent.</summary>
    public OvsdbTransaction Transaction { get; }

    /// <summary>True when the content is already as it should be.</summary>
    public bool IsDone => !_writes;

    /// <summary>True when it was made from the monitor's copy.</summary>
    public bool IsMirrored => _content.IsMirrored;

    /// <summary>True when there is something to ask of the switch: to change, or to say that a mirror is right.</summary>
    public bool IsToBeSent => _writes || (IsMirrored && !Transaction.IsEmpty);

    /// <summary>Goes on from another content, such as that of another logical switch; it was read together with the first.</summary>
    public TransactionPlan From(SwitchContent content)
    {
        (_content, _logicalSwitch, _keyOwner, _isNewLogicalSwitch, _guardsAllMacs) = (content, content.LogicalSwitch?.Uuid, content.LogicalSwitch?.Uuid, false, false);
        _asked.Clear();
        return this;
    }

    /// <summary>Has the logical switch exist with the network's VNI.</summary>
    /// <exception cref="GatewayException">There is none, and the request does not say enough to make one.</exception>
    public TransactionPlan LogicalSwitch(LogicalSwitchDict network)
    {
        if (_isNewLogicalSwitch)
        {
            return this; // Another request of the same plan has it made.
        }

        if (_content.LogicalSwitch is { } row)
        {
            if (network.Key is { } key && row["tunnel_key"] != key)
            {
                MustMatch(Transaction.Update("Logical_Switch", Where.Row(row.Uuid), ("tunnel_key", key)), $"logical switch {network.Name}");
            }

            return this;
        }

        if (network.Name is not { Length: > 0 } name || network.Key is not { } vni)
        {
            throw new GatewayException($"{_switch} has no logical switch {network.Name ?? network.Uuid?.ToString("D")}, and the request gives no name and VNI for one");
        }

        // With a UUID that is known its MAC addresses can be keyed by it at once. Not one that follows from the name alone: what somebody
        // still wants of a logical switch that is gone must not meet the next one.
        _keyOwner = _keys == RowKeys.None ? null : RowKey.Of(_seed, name);
        if (network.KeyIsFree)
        {
            Transaction.Wait("Logical_Switch", Where.Column("tunnel_key", vni), ["name"], []);
        }

        _logicalSwitch = Insert("Logical_Switch", isNamed: true, _keyOwner, ("name", name), ("tunnel_key", vni), ("description", network.Description ?? ""));
        _isNewLogicalSwitch = true;
        _writes = true;
        return this;
    }

    /// <summary>Has a MAC address be behind a node, in one row.</summary>
    public TransactionPlan Mac(MacDict mac, LocatorDict node)
    {
        if (!_asked.Add(mac.Mac.ToLowerInvariant()))
        {
            return this; // A request that names one address twice means one row.
        }

        GuardAll();
        var rows = _content.RowsOf(mac.Mac).ToList();
        var right = rows.Find(r => _content.Locators.TryGetValue(node.DstIp, out var known) && r["locator"].Uuid == known && HasIp(r, mac));
        var kept = right ?? rows.FirstOrDefault();
        if (right is not null && !_onlyLooks && (_content.IsMirrored || rows.Count > 1))
        {
            HoldRow(right); // A mirror may be behind; and somebody else who tidies up may have kept another one.
        }

        foreach (var spare in rows.Where(r => r != kept))
        {
            Transaction.Delete("Ucast_Macs_Remote", Where.Row(spare.Uuid)); // Left by two writers at once; the switch may use either.
            _writes = true;
        }

        if (kept is null)
        {
            var name = mac.Mac.ToLowerInvariant();
            GuardAbsence(name);
            Insert(
                "Ucast_Macs_Remote", isNamed: false, _keys != RowKeys.None && _keyOwner is { } owner ? RowKey.Of(owner, name) : null,
                ("MAC", name), ("logical_switch", _logicalSwitch!.Value), ("locator", Locator(node)), ("ipaddr", mac.IpAddress));
            _writes = true;
        }
        else if (right is null)
        {
            (string, Datum)[] changed = HasIp(kept, mac) ? [("locator", Locator(node))] : [("locator", Locator(node)), ("ipaddr", mac.IpAddress)];
            MustMatch(Transaction.Update("Ucast_Macs_Remote", Where.Row(kept.Uuid), changed), $"remote MAC {mac.Mac}");
        }

        return this;
    }

    /// <summary>Has a VLAN of a port belong to the logical switch.</summary>
    /// <exception cref="GatewayException">The switch has no such port.</exception>
    public TransactionPlan Bind(PortDict port, int vlan)
    {
        var row = FindPort(port) ?? throw new GatewayException(_content.Ports.Count(p => p["name"].String == port.Name) is > 1 and var several
            ? $"{_switch} has {several} ports {Describe(port)}, and the request does not say of which switch or which row"
            : $"{_switch} has no port {Describe(port)}");
        var at = row["vlan_bindings"].IndexOf(vlan);
        if (at >= 0 && row["vlan_bindings"].Value(at) == _logicalSwitch!.Value)
        {
            return this;
        }

        // Inserting a key that is there keeps its old value (RFC 7047 section 5.1), so a VLAN of another network goes first.
        List<ColumnMutation> mutations = at < 0 ? [] : [ColumnMutation.Delete("vlan_bindings", Datum.Set(vlan))];
        mutations.Add(ColumnMutation.Insert("vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(vlan, _logicalSwitch!.Value)])));
        MustMatch(Transaction.Mutate("Physical_Port", Where.Row(row.Uuid), mutations), $"port {Describe(port)}");
        return this;
    }

    /// <summary>Has a VLAN of a port no longer belong to a logical switch; another's binding stays.</summary>
    /// <param name="port">The port; one that is gone has no bindings.</param>
    /// <param name="binding">The VLAN, and the logical switch it belonged to if the request says so.</param>
    public TransactionPlan Unbind(PortDict port, VlanBindingDict binding)
    {
        var owner = binding.LogicalSwitchUuid is { } uuid ? Uuid.FromGuid(uuid) : _logicalSwitch;
        if (owner is { } pair && FindPort(port) is { } row
            && row["vlan_bindings"].IndexOf(binding.Vlan) is >= 0 and var at && row["vlan_bindings"].Value(at) == pair)
        {
            Transaction.Mutate(
                "Physical_Port", Where.Row(row.Uuid), ColumnMutation.Delete("vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(binding.Vlan, pair)])));
            _writes = true;
        }

        return this;
    }

    /// <summary>Has the logical switch not know MAC addresses.</summary>
    public TransactionPlan RemoveMacs(IEnumerable<string> macs)
    {
        foreach (var mac in macs.Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var rows = _content.RowsOf(mac).Select(r => r.Uuid).ToList();
            _writes |= rows.Count > 0;
            if (_content.IsMirrored && RowKey.Of(_keyOwner!.Value, mac) is var key && !rows.Contains(key))
            {
                rows.Add(key); // It may be there already, and the mirror behind.
            }

            rows.ForEach(row => Transaction.Delete("Ucast_Macs_Remote", Where.Row(row)));
        }

        return this;
    }

    /// <summary>Has the logical switch flood what it does not know to nodes and to no others, by one row.</summary>
    /// <remarks>A locator set cannot be changed, so another set of nodes is another one; the server collects the old one.</remarks>
    public TransactionPlan Flood(IReadOnlyList<LocatorDict> nodes)
    {
        var rows = _content.Floods!;
        var isKnown = nodes.All(n => _content.Locators.ContainsKey(n.DstIp));
        var right = nodes.Count > 0 && isKnown ? rows.Where(r => r.Locators.SetEquals(nodes.Select(n => _content.Locators[n.DstIp]))).Take(1).ToList() : [];
        var kept = right.Count > 0 ? right : nodes.Count > 0 ? rows.Take(1).ToList() : [];
        foreach (var spare in rows.Where(r => kept.All(k => k.Row != r.Row)))
        {
            Transaction.Delete("Mcast_Macs_Remote", Where.Row(spare.Row));
            _writes = true;
        }

        if (nodes.Count == 0 || right.Count > 0)
        {
            return this;
        }

        var set = Transaction.Insert("Physical_Locator_Set", ("locators", Datum.Set([.. nodes.Select(n => (Atom)Locator(n))])));
        if (kept is [var changed])
        {
            MustMatch(Transaction.Update("Mcast_Macs_Remote", Where.Row(changed.Row), ("locator_set", set)), "the row unknown-dst");
            return this;
        }

        if (!_isNewLogicalSwitch)
        {
            Transaction.Wait(
                "Mcast_Macs_Remote", Where.Column("logical_switch", _logicalSwitch!.Value).And("MAC", McastMacsRemote.UnknownDst), ["MAC"], []);
        }

        Transaction.Insert("Mcast_Macs_Remote", ("MAC", McastMacsRemote.UnknownDst), ("logical_switch", _logicalSwitch!.Value), ("locator_set", set));
        _writes = true;
        return this;
    }

    /// <summary>Has the logical switch be gone, with what controllers wrote into it; bindings and what the switch itself learned hold it.</summary>
    public TransactionPlan RemoveLogicalSwitch()
    {
        if (_logicalSwitch is { } uuid)
        {
            Transaction.Delete("Ucast_Macs_Remote", Where.Column("logical_switch", uuid));
            Transaction.Delete("Mcast_Macs_Remote", Where.Column("logical_switch", uuid));
            Transaction.Delete("Logical_Switch", Where.Row(uuid));
            _writes = true;
        }

        return this;
    }

    /// <summary>Ends the transaction: what is answered has been stored.</summary>
    public OvsdbTransaction Seal()
    {
        Transaction.Commit();
        return Transaction;
    }

    /// <summary>Rows that were there when the plan was made and gone when it was carried out, in words; empty when it worked.</summary>
    public IEnumerable<string> Missed(TransactionResult result) =>
        _mustMatch.Where(m => result.CountOf(m.Operation) != 1).Select(m => m.What);

    /// <summary>True when UUIDs were chosen for rows.</summary>
    public bool HasKeys => _chosen is not null;

    /// <summary>Whether the switch took the UUIDs that were chosen for its rows; null when none was.</summary>
    public bool? TookKeys(TransactionResult result) => _chosen is { } chosen ? result.UuidOf(chosen.NewRow) == chosen.Chosen : null;

    private static bool HasIp(IRowValues row, MacDict mac) => mac.IpAddress.Length == 0 || row["ipaddr"].String == mac.IpAddress;

    private static string Describe(PortDict port) => port.Name ?? port.Uuid?.ToString("D") ?? "";

    private SelectedRow? FindPort(PortDict port)
    {
        if (port.Uuid is { } uuid && _content.Ports.FirstOrDefault(p => p.Uuid == Uuid.FromGuid(uuid)) is { } known)
        {
            return known;
        }

        // A port that came back under another UUID: its name counts on its own switch, or where no other port has that name.
        var named = _content.Ports.Where(p => p["name"].String == port.Name).ToList();
        if (port.PhysicalSwitchId is { } id && _content.Switches.FirstOrDefault(s => s.Uuid == Uuid.FromGuid(id)) is { } owner)
        {
            return named.Find(p => owner["ports"].IndexOf(p.Uuid) >= 0);
        }

        return named is [var only] ? only : null;
    }

    private Uuid Locator(LocatorDict node)
    {
        if (_content.Locators.TryGetValue(node.DstIp, out var known) || _locators.TryGetValue(node.DstIp, out known))
        {
            return known;
        }

        var made = Transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", node.DstIp));
        _locators.Add(node.DstIp, made);
        return made;
    }

    private Uuid Insert(string table, bool isNamed, Uuid? chosen, params (string Column, Datum Value)[] columns)
    {
        var row = !isNamed ? Transaction.InsertNameless(table, chosen, columns)
            : chosen is { } own ? Transaction.InsertAs(table, own, columns)
            : Transaction.Insert(table, columns);
        if (chosen is { } uuid)
        {
            _chosen ??= (row, uuid);
        }

        return row;
    }

    // No index keeps a MAC from being inserted twice. Where rows are keyed the second insert fails; otherwise the transaction itself
    // holds that nobody has inserted it since it was read, for which the server looks through the table.
    private void GuardAbsence(string mac)
    {
        if (!_isNewLogicalSwitch && !_content.HasAllMacs && !(_content.IsMirrored && _keys == RowKeys.Trusted))
        {
            Transaction.Wait("Ucast_Macs_Remote", Where.Column("logical_switch", _logicalSwitch!.Value).And("MAC", mac), ["MAC"], []);
        }
    }

    private void HoldRow(IRowValues row)
    {
        string[] columns = ["MAC", "logical_switch", "locator", "ipaddr"];
        Transaction.Wait("Ucast_Macs_Remote", Where.Row(row.Uuid), columns, [[.. columns.Select(c => row[c])]]);
    }

    // Of many addresses all are guarded at once, before the first is written: the server looks through the table only once.
    private void GuardAll()
    {
        if (_content.HasAllMacs && !_guardsAllMacs)
        {
            _guardsAllMacs = true;
            Transaction.Wait(
                "Ucast_Macs_Remote", Where.Column("logical_switch", _logicalSwitch!.Value), ["MAC"],
                _content.Macs.Select(r => r["MAC"]).Distinct().Select(m => (IReadOnlyList<Datum>)[m]));
        }
    }

    private void MustMatch(int operation, string what)
    {
        _mustMatch.Add((operation, what));
        _writes = true;
    }
}
