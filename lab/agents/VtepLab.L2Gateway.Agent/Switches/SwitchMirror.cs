using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The copy of a switch that its monitor keeps, as something requests can be planned from without the switch reading any table.</summary>
/// <remarks>
/// An ovsdb-server finds a row by its UUID at once and by anything else only by looking at all, so each MAC address that is read costs the
/// more the more there are. The copy may be behind by what is under way; what is sent over its connection is answered after the updates of
/// what was committed before (RFC 7047 section 4.1.3), so after an answer it is at least as new as that.
/// </remarks>
internal sealed class SwitchMirror : IDisposable
{
    private readonly Dictionary<string, List<Uuid>> _foreign = new(StringComparer.OrdinalIgnoreCase); // Rows without a key of ours.
    private bool _isIndexed;
    private bool _isEnded;

    /// <summary>Makes one of what a monitor keeps.</summary>
    public SwitchMirror(OvsdbClientSession session)
    {
        Session = session;
        session.Replica.Changed += OnChange;
    }

    /// <summary>The connection that brings the updates.</summary>
    public OvsdbClientSession Session { get; }

    /// <summary>True while it follows the switch.</summary>
    public bool IsActive => !_isEnded && Session.IsActive && Session.Replica.Has("Ucast_Macs_Remote");

    /// <summary>What it shows; null when it does not follow the switch, or cannot answer one of the queries.</summary>
    public IReadOnlyList<SwitchContent>? Read(IReadOnlyList<ContentQuery> queries)
    {
        if (!IsActive)
        {
            return null;
        }

        Index();
        var contents = queries.Select(ReadOne).OfType<SwitchContent>().ToList();
        return contents.Count == queries.Count ? contents : null;
    }

    /// <summary>The logical switch that the row of a MAC address belongs to; null when there is no such row.</summary>
    public LogicalSwitchDict? LogicalSwitchOf(MacDict mac) =>
        IsActive && mac.Uuid is { } uuid && Session.Replica.Table("Ucast_Macs_Remote").Find(Uuid.FromGuid(uuid)) is { } row
            ? new LogicalSwitchDict(row["logical_switch"].Uuid.ToGuid(), null, null, null)
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnded = true;
        Session.Replica.Changed -= OnChange;
    }

    private SwitchContent? ReadOne(ContentQuery query)
    {
        if (query.Ports.Count > 0 || query.LogicalSwitch is not { } network || LogicalSwitch(network) is not { } row)
        {
            return null;
        }

        return new SwitchContent
        {
            LogicalSwitch = row,
            Locators = Session.Replica.Table("Physical_Locator").Rows
                .Where(r => query.Addresses.Contains(r["dst_ip"].String) && r["encapsulation_type"].String == "vxlan_over_ipv4"
                    && (!r.Has("tunnel_key") || r["tunnel_key"].IsEmpty))
                .GroupBy(r => r["dst_ip"].String)
                .ToDictionary(g => g.Key, g => g.Min(r => r.Uuid)),
            Macs = RowsOf(query.Macs, row.Uuid),
            IsMirrored = true,
        };
    }

    private ReplicaRow? LogicalSwitch(LogicalSwitchDict network)
    {
        var table = Session.Replica.Table("Logical_Switch");
        var named = network.Uuid is { } uuid ? table.Find(Uuid.FromGuid(uuid)) : null;
        return network.Name is not { Length: > 0 } name || named?["name"].String == name ? named : table.Find("name", name);
    }

    private List<IRowValues> RowsOf(IReadOnlyList<string> macs, Uuid logicalSwitch)
    {
        var table = Session.Replica.Table("Ucast_Macs_Remote");
        var rows = new List<IRowValues>();
        foreach (var mac in macs)
        {
            var own = RowKey.Of(logicalSwitch, mac);
            foreach (var uuid in _foreign.TryGetValue(mac, out var foreign) ? foreign.Append(own).Order() : (IEnumerable<Uuid>)[own])
            {
                if (table.Find(uuid) is { } row && row["logical_switch"].Uuid == logicalSwitch)
                {
                    rows.Add(row);
                }
            }
        }

        return rows;
    }

    // Not before it is asked for: most switches are filled by whole networks, which are read otherwise.
    private void Index()
    {
        if (!_isIndexed)
        {
            _isIndexed = true;
            foreach (var row in Session.Replica.Table("Ucast_Macs_Remote").Rows.Where(IsForeign))
            {
                Add(row);
            }
        }
    }

    private static bool IsForeign(ReplicaRow row) => RowKey.Of(row["logical_switch"].Uuid, row["MAC"].String) != row.Uuid;

    private void OnChange(ReplicaChange change)
    {
        foreach (var row in change.Rows.Where(r => _isIndexed && r.Table == "Ucast_Macs_Remote" && (r.Affects("MAC") || r.Affects("logical_switch"))))
        {
            if (row.Old is { } old && _foreign.TryGetValue(old["MAC"].String, out var rows) && rows.Remove(old.Uuid) && rows.Count == 0)
            {
                _foreign.Remove(old["MAC"].String);
            }

            if (row.New is { } now && IsForeign(now))
            {
                Add(now);
            }
        }
    }

    private void Add(ReplicaRow row)
    {
        var mac = row["MAC"].String;
        (_foreign.TryGetValue(mac, out var rows) ? rows : _foreign[mac] = []).Add(row.Uuid);
    }
}
