using VtepLab.HardwareVtep;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Global, the Physical_Switch and its ports: announced first, and put right when somebody else changes them.</content>
internal sealed partial class SwitchAgent
{
    private readonly string _announcedName;
    private readonly List<(string Name, RowId<PhysicalPort> Id)> _ports = [];

    /// <summary>The ports and tunnel addresses it has now; a line card may be pulled and an operator may give it other addresses.</summary>
    public SwitchInventory Inventory { get; set; }

    private IEnumerable<string> PortNames =>
        _quirks.Has(SwitchQuirkBook.DuplicatePortNames) ? Inventory.Ports.Concat(Inventory.Ports) : Inventory.Ports;

    private IReadOnlyList<(string Name, PhysicalPort Row)> OwnPorts() =>
        [.. _ports.Select(p => (p.Name, Row: _tables.Find(p.Id))).Where(p => p.Row is not null).Select(p => (p.Name, p.Row!))];

    private void ForgetInventory()
    {
        using var transaction = _tables.Database.Begin();
        var edit = new VtepEdit(_tables, transaction);
        foreach (var global in _tables.All<Global>())
        {
            edit.Update(global with { Switches = [] });
        }

        transaction.Commit();
    }

    private void EnsureInventory(VtepEdit edit)
    {
        var isFirst = _ports.Count == 0;
        var me = _tables.Find(_switch) ?? _tables.All<PhysicalSwitch>().FirstOrDefault(s => s.Name == _announcedName);
        if (isFirst || me is null || !_quirks.Has(SwitchQuirkBook.KeepsOverwrittenColumns))
        {
            var ports = EnsurePorts(edit, me);
            var truth = (me ?? new PhysicalSwitch { Description = _options.Description }) with
            {
                Name = _announcedName,
                ManagementIps = _quirks.Has(SwitchQuirkBook.NoManagementIps) ? [] : new ColumnSet<string>(_options.ManagementIps),
                TunnelIps = _quirks.Has(SwitchQuirkBook.NoTunnelIps) ? [] : new ColumnSet<string>(Inventory.TunnelIps),
                Ports = ports,
            };
            if (me is null)
            {
                _switch = edit.Insert(truth);
            }
            else
            {
                _switch = me.Id;
                edit.Update(truth);
            }
        }

        KeepInventory(edit);
    }

    /// <summary>The ids of all ports, in rows of an earlier run where there are any; renamed ports get their names back.</summary>
    private ColumnSet<RowId<PhysicalPort>> EnsurePorts(VtepEdit edit, PhysicalSwitch? me)
    {
        var stored = (me?.Ports ?? []).Select(id => _tables.Find(id)).OfType<PhysicalPort>().ToList();
        var known = _ports.ToList();
        _ports.Clear();
        foreach (var name in PortNames)
        {
            var before = known.FindIndex(p => p.Name == name);
            var row = before >= 0 ? _tables.Find(known[before].Id) : null;
            if (before >= 0)
            {
                known.RemoveAt(before);
            }

            row ??= stored.Find(p => p.Name == name && !_ports.Exists(o => o.Id == p.Id));
            if (row is null)
            {
                _ports.Add((name, edit.Insert(new PhysicalPort { Name = name })));
            }
            else
            {
                edit.Update(row with { Name = name });
                _ports.Add((name, row.Id));
            }
        }

        return new ColumnSet<RowId<PhysicalPort>>(_ports.Select(p => p.Id));
    }

    /// <summary>Global names the switch, and the switch its ports, whatever a controller has taken out.</summary>
    private void KeepInventory(VtepEdit edit)
    {
        var me = _tables.Find(_switch)!;
        var alive = _ports.Where(p => _tables.Find(p.Id) is not null).Select(p => p.Id);
        edit.Update(me with { Ports = new ColumnSet<RowId<PhysicalPort>>(me.Ports.Concat(alive)) });
        if (_tables.All<Global>() is not [var global, ..])
        {
            edit.Insert(new Global { Switches = [_switch] });
        }
        else if (!global.Switches.Contains(_switch))
        {
            edit.Update(global with { Switches = global.Switches.With(_switch) });
        }
    }
}
