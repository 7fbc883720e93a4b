using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>VLAN bindings, their counters, and the faults of ports.</content>
internal sealed partial class SwitchAgent
{
    /// <summary>IEEE 802.1Q keeps it for itself.</summary>
    private const int ReservedByStandard = 4095;

    private readonly Dictionary<Uuid, ColumnMap<long, RowId<LogicalSwitch>>> _bindingsBefore = [];

    /// <summary>What passed through a binding; null where no frames are carried.</summary>
    public Func<string, int, BindingCounters?>? CountersOf { get; set; }

    private Dictionary<(string Port, int Vlan), RowId<LogicalSwitch>> ReconcilePorts(
        VtepEdit edit, Dictionary<RowId<Acl>, HardwareAcl> acls, Dictionary<(string, int), HardwareAcl> portAcls)
    {
        var active = new Dictionary<(string, int), RowId<LogicalSwitch>>();
        foreach (var (name, port) in OwnPorts())
        {
            var faults = new FaultSet(_quirks);
            var stats = _quirks.Has(SwitchQuirkBook.KeepsBindingStats) ? port.VlanStats : ColumnMap<long, RowId<LogicalBindingStats>>.Empty;
            foreach (var (vlan, network) in port.VlanBindings)
            {
                if (vlan == ReservedByStandard || _reserved.Contains((name, (int)vlan)))
                {
                    faults.AddUnless(SwitchQuirkBook.SilentVlanConflict, Faults.InvalidVlanMap);
                    continue;
                }

                active[(name, (int)vlan)] = network;
                stats = stats.With(vlan, WriteCounters(edit, port, vlan, CountersOf?.Invoke(name, (int)vlan)));
            }

            BindPortAcls(name, port, acls, faults, portAcls);
            edit.Update(port with { VlanStats = stats, PortFaultStatus = _ledger.Settle(port.Id.Uuid, faults, port.PortFaultStatus) });
        }

        return active;
    }

    private static RowId<LogicalBindingStats> WriteCounters(VtepEdit edit, PhysicalPort port, long vlan, BindingCounters? counters)
    {
        var row = new LogicalBindingStats
        {
            PacketsFromLocal = counters?.PacketsFromLocal ?? 0,
            BytesFromLocal = counters?.BytesFromLocal ?? 0,
            PacketsToLocal = counters?.PacketsToLocal ?? 0,
            BytesToLocal = counters?.BytesToLocal ?? 0,
        };
        if (!port.VlanStats.TryGetValue(vlan, out var kept))
        {
            return edit.Insert(row);
        }

        edit.Update(row with { Id = kept });
        return kept;
    }

    private void RememberBindings()
    {
        _bindingsBefore.Clear();
        foreach (var port in _tables.All<PhysicalPort>())
        {
            _bindingsBefore[port.Id.Uuid] = port.VlanBindings;
        }
    }

    private void ForgetOtherBindings(VtepEdit edit)
    {
        foreach (var port in _tables.All<PhysicalPort>())
        {
            var before = _bindingsBefore.GetValueOrDefault(port.Id.Uuid) ?? ColumnMap<long, RowId<LogicalSwitch>>.Empty;
            var added = port.VlanBindings.Where(b => !before.ContainsKey(b.Key)).ToList();
            if (added.Count > 0)
            {
                edit.Update(port with { VlanBindings = new ColumnMap<long, RowId<LogicalSwitch>>(added.TakeLast(1)) });
            }
        }
    }
}
