using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The part of a switch that makes hardware and database agree: reads what controllers want, writes what is.</summary>
/// <remarks>
/// <see cref="Reconcile"/> looks at the whole database, so it does not matter which changes led there, in which order, or whether the
/// switch was running meanwhile. <see cref="Withdraw"/> runs inside a controller's transaction and takes back at once what would
/// keep it from committing: a logical switch can be unbound and deleted in one transaction although the switch's own rows name it.
/// </remarks>
internal sealed partial class SwitchAgent
{
    private readonly HardwareVtepOptions _options;
    private readonly SwitchQuirks _quirks;
    private readonly VtepTables _tables;
    private readonly FaultLedger _ledger;
    private readonly SharedFaults _shared;
    private readonly HashSet<(string Port, int Vlan)> _reserved = [];
    private readonly IReadOnlyList<IpAddress> _ownAddresses;
    private RowId<PhysicalSwitch> _switch;

    /// <summary>A switch on a database, which may hold what an earlier run left.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="database">Its database.</param>
    /// <param name="announcedName">The name it announces; the options' unless a quirk changes it.</param>
    /// <param name="shared">The faults of rows that the switches of the database have in common.</param>
    public SwitchAgent(HardwareVtepOptions options, Database database, string announcedName, SharedFaults shared)
    {
        _options = options;
        Inventory = new SwitchInventory(options.Ports, options.TunnelIps);
        _shared = shared;
        _quirks = options.Quirks;
        _announcedName = announcedName;
        _tables = new VtepTables(database);
        _ledger = new FaultLedger(_quirks);
        _ownAddresses = [.. options.TunnelIps.Select(IpAddress.Parse)];
        foreach (var port in options.Ports)
        {
            foreach (var vlan in options.ReservedVlans)
            {
                _reserved.Add((port, vlan));
            }
        }
    }

    /// <summary>Told when the database was looked at and the hardware set accordingly.</summary>
    public event Action<HardwareState>? Programmed;

    /// <summary>What the hardware holds now.</summary>
    public HardwareState Hardware { get; private set; } = HardwareState.Empty;

    /// <summary>The addresses learned on ports, and by which logical switch.</summary>
    public IReadOnlySet<(RowId<LogicalSwitch> Network, MacAddress Mac)> Learned { get; set; } =
        new HashSet<(RowId<LogicalSwitch>, MacAddress)>();

    /// <summary>Takes a VLAN of a port for the switch's own configuration, or gives it back, as its command line would.</summary>
    public void Reserve(string port, int vlan, bool isReserved)
    {
        if (isReserved)
        {
            _reserved.Add((port, vlan));
        }
        else
        {
            _reserved.Remove((port, vlan));
        }
    }

    /// <summary>Prepares the database at start: what an earlier run left is adopted or, by quirk, thrown away.</summary>
    public void Start()
    {
        if (_quirks.Has(SwitchQuirkBook.RenewsUuidsAtRestart) || _quirks.Has(SwitchQuirkBook.RenamesAtRestart))
        {
            ForgetInventory();
        }

        if (!_quirks.Has(SwitchQuirkBook.AnnouncesLate))
        {
            Reconcile();
        }
    }

    /// <summary>Goes on with the database that a conversion has put in the place of the switch's; rows keep their UUIDs.</summary>
    public void MoveTo(Database converted) => _tables.Database = converted;

    /// <summary>Makes database and hardware agree; at most one transaction.</summary>
    /// <exception cref="OvsdbErrorException">The switch's own transaction was refused, which is an error of this class.</exception>
    public void Reconcile()
    {
        using var transaction = _tables.Database.Begin();
        var edit = new VtepEdit(_tables, transaction);
        EnsureInventory(edit);
        ReadSurroundings();
        var faults = new FaultSet(_quirks);
        var networks = ReadNetworks(faults);
        var acls = ReadAcls(edit);
        var portAcls = new Dictionary<(string, int), HardwareAcl>();
        var bindings = ReconcilePorts(edit, acls, portAcls);
        var (floods, groups) = ReadFloods(faults);
        var arpSources = ReadArpSources(faults);
        var routers = ReconcileRouters(edit, acls, faults);
        var macs = ChooseRemoteMacs(edit, networks, faults);
        var tunnels = ReconcileTunnels(edit, faults);
        macs.Hide(tunnels.ContainsKey);
        ReconcileLocalRows(edit, bindings.Values.ToHashSet());
        var me = _tables.Find(_switch)!;
        edit.Update(me with { SwitchFaultStatus = _ledger.Settle(_switch.Uuid, faults, me.SwitchFaultStatus) });
        if (transaction.Commit() is { } error)
        {
            throw error.AsException();
        }

        Hardware = WithStale(new HardwareState(
            networks,
            bindings,
            macs,
            floods.ToDictionary(f => f.Key, f => Reached(f.Value)),
            tunnels)
        {
            Groups = groups.ToDictionary(g => g.Key, g => Reached(g.Value)),
            ArpSources = arpSources.Where(s => tunnels.ContainsKey(s.Value.Address)).ToDictionary(),
            PortAcls = portAcls,
            Routers = routers,
        });
        _shared.Forget(row => !_tables.Exists(row));
        RememberBindings();
        Programmed?.Invoke(Hardware);

        IReadOnlyList<HardwareLocator> Reached(List<HardwareLocator> members) => [.. members.Where(l => tunnels.ContainsKey(l.Address))];
    }

    private ColumnSet<string> SettleShared(Uuid row, FaultSet faults, ColumnSet<string> stored) =>
        _ledger.Settle(row, _shared.Merge(row, _announcedName, faults), stored);

    /// <summary>Takes part in a controller's transaction before it commits; see the remarks of the class.</summary>
    public void Withdraw(Transaction transaction)
    {
        var edit = new VtepEdit(_tables, transaction);
        if (_quirks.Has(SwitchQuirkBook.ForgetsVlanBinding))
        {
            ForgetOtherBindings(edit);
        }

        if (_tables.Find(_switch) is null)
        {
            return;
        }

        if (!_quirks.Has(SwitchQuirkBook.KeepsOverwrittenColumns))
        {
            KeepInventory(edit);
        }

        if (!_quirks.Has(SwitchQuirkBook.WithdrawsAfterCommit))
        {
            WithdrawLocalRows(edit, [.. OwnPorts().SelectMany(p => p.Row.VlanBindings.Values)]);
            WithdrawTunnels(edit);
        }
    }
}
