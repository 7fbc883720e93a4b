using System.Collections.Immutable;
using VtepLab.Ovsdb;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>What one switch's database holds, as its monitoring agents have told: the plugin's own copy, which outlives the plugin.</summary>
public sealed class SwitchCopy(string identifier)
{
    /// <summary>The tables that a copy is made of.</summary>
    public static readonly ImmutableArray<string> Tables =
        ["Logical_Switch", "Physical_Switch", "Physical_Port", "Physical_Locator", "Ucast_Macs_Local", "Ucast_Macs_Remote", "Mcast_Macs_Remote"];

    private readonly SortedDictionary<Guid, LogicalSwitchCopy> _logicalSwitches = [];
    private readonly SortedDictionary<Guid, PhysicalSwitchCopy> _physicalSwitches = [];
    private readonly SortedDictionary<Guid, PhysicalPortCopy> _ports = [];
    private readonly SortedDictionary<Guid, string> _locators = [];
    private readonly SortedDictionary<Guid, MacCopy> _localMacs = [];
    private readonly SortedDictionary<Guid, MacCopy> _remoteMacs = [];
    private readonly SortedDictionary<Guid, FloodCopy> _floods = [];
    private readonly Dictionary<(string Table, Guid Uuid), ReplicaRow> _rows = [];

    /// <summary>The name the agents know the switch's database by.</summary>
    public string Identifier { get; } = identifier;

    /// <summary>Its logical switches, in the order of their rows' UUIDs, as all lists here.</summary>
    public IReadOnlyCollection<LogicalSwitchCopy> LogicalSwitches => _logicalSwitches.Values;

    /// <summary>Its switches.</summary>
    public IReadOnlyCollection<PhysicalSwitchCopy> PhysicalSwitches => _physicalSwitches.Values;

    /// <summary>The ports of its switches.</summary>
    public IReadOnlyCollection<PhysicalPortCopy> Ports => _ports.Values;

    /// <summary>Tunnel end points: row and address.</summary>
    public IReadOnlyDictionary<Guid, string> Locators => _locators;

    /// <summary>MAC addresses that the switch has learned.</summary>
    public IReadOnlyCollection<MacCopy> LocalMacs => _localMacs.Values;

    /// <summary>MAC addresses that it was told of.</summary>
    public IReadOnlyCollection<MacCopy> RemoteMacs => _remoteMacs.Values;

    /// <summary>Where logical switches flood to, as controllers have written it.</summary>
    public IReadOnlyCollection<FloodCopy> Floods => _floods.Values;

    /// <summary>True while the copy has no rows.</summary>
    public bool IsEmpty => _floods.Count + _logicalSwitches.Count + _physicalSwitches.Count + _ports.Count + _locators.Count + _localMacs.Count + _remoteMacs.Count == 0;

    /// <summary>The logical switch of a row; null when there is none.</summary>
    public LogicalSwitchCopy? LogicalSwitch(Guid uuid) => _logicalSwitches.GetValueOrDefault(uuid);

    /// <summary>The logical switch of a network.</summary>
    public LogicalSwitchCopy? LogicalSwitchOf(string network) => _logicalSwitches.Values.FirstOrDefault(l => l.Name == network);

    /// <summary>The row of a tunnel end point; the smallest when there are several.</summary>
    public Guid? LocatorOf(string address) =>
        _locators.Where(l => l.Value == address).Select(l => (Guid?)l.Key).FirstOrDefault();

    /// <summary>The ports of a switch; those whose switch was never told count as the only switch's.</summary>
    public IEnumerable<PhysicalPortCopy> PortsOf(PhysicalSwitchCopy owner) =>
        _ports.Values.Where(p => p.SwitchUuid == owner.Uuid || (p.SwitchUuid is null && _physicalSwitches.Count == 1));

    /// <summary>The rows of the plugin's own database that keep this copy, by table and by the UUID of the switch's row.</summary>
    internal IReadOnlyDictionary<(string Table, Guid Uuid), ReplicaRow> Rows => _rows;

    internal void Apply(string table, ReplicaRow? old, ReplicaRow? row)
    {
        // A change may hold the end of one row and the beginning of another one for the same row of the switch, in any order.
        if (old is not null && (row is null || Uuid(old) != Uuid(row)) && _rows.GetValueOrDefault((table, Uuid(old)))?.Uuid == old.Uuid)
        {
            Remove(table, Uuid(old));
        }

        if (row is null)
        {
            return;
        }

        var uuid = Uuid(row);
        _rows[(table, uuid)] = row;
        switch (table)
        {
            case "Logical_Switch":
                _logicalSwitches[uuid] = new(uuid, row["name"].String, row["tunnel_key"].IsEmpty ? null : row["tunnel_key"].Integer, row["description"].String);
                break;
            case "Physical_Switch":
                _physicalSwitches[uuid] = new(uuid, row["name"].String, Texts(row["tunnel_ips"]), Texts(row["switch_fault_status"]));
                break;
            case "Physical_Port":
                _ports[uuid] = new(
                    uuid, row["name"].String, Reference(row["physical_switch"]), Texts(row["port_fault_status"]),
                    row["vlan_bindings"].Pairs.ToImmutableSortedDictionary(b => (int)b.Key.Integer, b => Guid.Parse(b.Value.String)));
                break;
            case "Physical_Locator":
                _locators[uuid] = row["dst_ip"].String;
                break;
            case "Mcast_Macs_Remote":
                _floods[uuid] = new(uuid, row["mac"].String, Reference(row["logical_switch"]), Texts(row["dst_ips"]));
                break;
            default:
                (table == "Ucast_Macs_Local" ? _localMacs : _remoteMacs)[uuid] = new(
                    uuid, row["mac"].String, Reference(row["logical_switch"]), Reference(row["locator"]), row["ip_address"].String);
                break;
        }
    }

    private void Remove(string table, Guid uuid)
    {
        _rows.Remove((table, uuid));
        _ = table switch
        {
            "Logical_Switch" => _logicalSwitches.Remove(uuid),
            "Physical_Switch" => _physicalSwitches.Remove(uuid),
            "Physical_Port" => _ports.Remove(uuid),
            "Physical_Locator" => _locators.Remove(uuid),
            "Ucast_Macs_Local" => _localMacs.Remove(uuid),
            "Mcast_Macs_Remote" => _floods.Remove(uuid),
            _ => _remoteMacs.Remove(uuid),
        };
    }

    private static Guid Uuid(ReplicaRow row) => Guid.Parse(row["uuid"].String);

    private static Guid? Reference(Datum value) => value.String.Length == 0 ? null : Guid.Parse(value.String);

    private static ImmutableArray<string> Texts(Datum value) => [.. value.Keys.Select(k => k.String)];
}

/// <summary>A row of a switch's Logical_Switch.</summary>
public sealed record LogicalSwitchCopy(Guid Uuid, string Name, long? TunnelKey, string Description);

/// <summary>A row of Physical_Switch.</summary>
public sealed record PhysicalSwitchCopy(Guid Uuid, string Name, ImmutableArray<string> TunnelIps, ImmutableArray<string> Faults);

/// <summary>A row of Physical_Port; bindings are VLAN to Logical_Switch row.</summary>
public sealed record PhysicalPortCopy(
    Guid Uuid, string Name, Guid? SwitchUuid, ImmutableArray<string> Faults, ImmutableSortedDictionary<int, Guid> Bindings);

/// <summary>A row of Ucast_Macs_Local or Ucast_Macs_Remote.</summary>
public sealed record MacCopy(Guid Uuid, string Mac, Guid? LogicalSwitch, Guid? Locator, string IpAddress);

/// <summary>A row of Mcast_Macs_Remote, with the addresses of its locator set.</summary>
public sealed record FloodCopy(Guid Uuid, string Mac, Guid? LogicalSwitch, ImmutableArray<string> Nodes);
