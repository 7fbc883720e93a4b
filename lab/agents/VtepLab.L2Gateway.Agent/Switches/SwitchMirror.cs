using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The copy of a switch that its monitor keeps, as something requests can be planned from without the switch reading any table.</summary>
/// <remarks>
/// An ovsdb-server finds a row by its UUID at once and by anything else only by looking at all, so each MAC address costs the more the
/// more there are. The copy may be behind by what is under way, and says so by being sent over the same connection: updates of what was
/// committed come before the answer to a transaction (RFC 7047 section 4.1.3), so what it shows after an answer is at least as new.
/// </remarks>
internal sealed class SwitchMirror : IDisposable
{
    private readonly OvsdbClientSession _session;

    // Of a MAC address nearly always one row: the others, in other networks or left by two writers, are apart.
    private readonly Dictionary<string, Uuid> _rows = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<Uuid>> _more = new(StringComparer.OrdinalIgnoreCase);
    private bool _isIndexed;
    private bool _isEnded;

    /// <summary>Makes one of what a monitor keeps.</summary>
    public SwitchMirror(OvsdbClientSession session)
    {
        _session = session;
        session.Replica.Changed += OnChange;
    }

    /// <summary>True while it follows the switch.</summary>
    public bool IsActive => !_isEnded && _session.IsActive && _session.Replica.Has("Ucast_Macs_Remote");

    /// <summary>The switch's schema.</summary>
    public DatabaseSchema Schema => _session.Replica.Schema!;

    /// <summary>Runs a transaction over the connection that brings the updates.</summary>
    public Task<TransactionResult> TransactAsync(OvsdbTransaction transaction, CancellationToken cancel) =>
        _session.TransactAsync(transaction, cancel: cancel);

    /// <summary>What it shows; null when it does not follow the switch, or shows no such logical switch.</summary>
    /// <param name="network">The logical switch; its name says which row, and the UUID when there is no name.</param>
    /// <param name="addresses">Tunnel end points.</param>
    /// <param name="macs">MAC addresses in the logical switch.</param>
    public SwitchContent? Read(LogicalSwitchDict network, IReadOnlyList<string> addresses, IEnumerable<string> macs)
    {
        if (!IsActive || LogicalSwitch(network) is not { } row)
        {
            return null;
        }

        Index();
        var table = _session.Replica.Table("Ucast_Macs_Remote");
        return new SwitchContent
        {
            LogicalSwitch = row,
            Locators = _session.Replica.Table("Physical_Locator").Rows
                .Where(r => addresses.Contains(r["dst_ip"].String) && r["encapsulation_type"].String == "vxlan_over_ipv4" && (!r.Has("tunnel_key") || r["tunnel_key"].IsEmpty))
                .GroupBy(r => r["dst_ip"].String)
                .ToDictionary(g => g.Key, g => g.Min(r => r.Uuid)),
            Macs = [.. macs.Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(RowsOf).Select(table.Find).OfType<ReplicaRow>()
                .Where(r => r["logical_switch"].Uuid == row.Uuid).OrderBy(r => r.Uuid)],
            IsMirrored = true,
        };
    }

    /// <summary>The logical switch that the row of a MAC address belongs to; null when there is no such row.</summary>
    public LogicalSwitchDict? LogicalSwitchOf(MacDict mac) =>
        IsActive && mac.Uuid is { } uuid && _session.Replica.Table("Ucast_Macs_Remote").Find(Uuid.FromGuid(uuid)) is { } row
            ? new LogicalSwitchDict(row["logical_switch"].Uuid.ToGuid(), null, null, null)
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _isEnded = true;
        _session.Replica.Changed -= OnChange;
    }

    private ReplicaRow? LogicalSwitch(LogicalSwitchDict network)
    {
        var table = _session.Replica.Table("Logical_Switch");
        var named = network.Uuid is { } uuid ? table.Find(Uuid.FromGuid(uuid)) : null;
        return network.Name is not { Length: > 0 } name || named?["name"].String == name ? named : table.Find("name", name);
    }

    private IEnumerable<Uuid> RowsOf(string mac) =>
        _rows.TryGetValue(mac, out var row) ? _more.TryGetValue(mac, out var more) ? more.Prepend(row) : [row] : [];

    // Not before it is asked for: most switches are filled by whole networks, which are read otherwise.
    private void Index()
    {
        if (!_isIndexed)
        {
            _isIndexed = true;
            foreach (var row in _session.Replica.Table("Ucast_Macs_Remote").Rows)
            {
                Add(row);
            }
        }
    }

    private void OnChange(ReplicaChange change)
    {
        foreach (var row in change.Rows.Where(r => _isIndexed && r.Table == "Ucast_Macs_Remote" && r.Affects("MAC")))
        {
            if (row.Old is { } old)
            {
                Remove(old);
            }

            if (row.New is { } now)
            {
                Add(now);
            }
        }
    }

    private void Add(ReplicaRow row)
    {
        var mac = row["MAC"].String;
        if (!_rows.TryAdd(mac, row.Uuid))
        {
            if (!_more.TryGetValue(mac, out var more))
            {
                _more.Add(mac, more = []);
            }

            more.Add(row.Uuid);
        }
    }

    private void Remove(ReplicaRow row)
    {
        var mac = row["MAC"].String;
        var left = RowsOf(mac).Where(r => r != row.Uuid).ToList();
        _rows.Remove(mac);
        _more.Remove(mac);
        if (left is [var first, .. var others])
        {
            _rows.Add(mac, first);
            if (others.Count > 0)
            {
                _more.Add(mac, others);
            }
        }
    }
}
