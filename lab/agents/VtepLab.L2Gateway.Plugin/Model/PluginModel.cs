using System.Collections.Immutable;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The plugin's tables: what users asked for, who the agents are, and the copy of each switch.</summary>
/// <remarks>Everything is read from the replica; only <see cref="WriteAsync"/> changes it, and returns when the change is durable.</remarks>
public sealed class PluginModel
{
    private readonly ModelDatabase _database;
    private readonly SortedDictionary<string, SwitchCopy> _switches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableSortedDictionary<string, int>> _networks = [];
    private readonly Dictionary<string, AgentConfiguration> _told = []; // By host: most reports say what the one before said.

    // Made when asked for, and again when a row of theirs has changed: a reconciliation asks for all of them, a heartbeat changes one agent.
    private ImmutableSortedDictionary<string, Gateway>? _gateways;
    private ImmutableSortedDictionary<string, GatewayConnection>? _connections;
    private ImmutableArray<GatewayAgent>? _agents;

    private PluginModel(ModelDatabase database)
    {
        _database = database;
        database.Changed += Follow;
        foreach (var table in SwitchCopy.Tables)
        {
            foreach (var row in Rows(table))
            {
                CopyOf(row["ovsdb_identifier"].String).Apply(table, null, row);
            }
        }
    }

    /// <summary>The schema of the plugin's database, as <c>ovsdb-tool</c> takes it.</summary>
    public static string SchemaText { get; } = ReadSchema();

    /// <summary>The schema of the plugin's database.</summary>
    public static DatabaseSchema Schema { get; } = DatabaseSchema.Parse(SchemaText);

    /// <summary>Called when a copy of a switch has changed, with its identifier.</summary>
    public event Action<string>? SwitchChanged;

    /// <summary>True when this plugin is the one that elects and reconciles, of those that share the database.</summary>
    public bool IsLeader => _database.IsLeader;

    /// <summary>True when other plugins may share the database.</summary>
    public bool IsShared => !_database.IsEmbedded;

    /// <summary>The gateways by id.</summary>
    public ImmutableSortedDictionary<string, Gateway> Gateways => _gateways ??= Rows("L2_Gateway").Select(ReadGateway)
        .ToImmutableSortedDictionary(g => g.Id, g => g, StringComparer.Ordinal);

    /// <summary>The connections by id.</summary>
    public ImmutableSortedDictionary<string, GatewayConnection> Connections => _connections ??= Rows("L2_Gateway_Connection")
        .Select(r => new GatewayConnection(
            r["id"].String, r["l2_gateway_id"].String, r["network_id"].String,
            r["segmentation_id"].IsEmpty ? null : (int)r["segmentation_id"].Integer, r["tenant_id"].String))
        .ToImmutableSortedDictionary(c => c.Id, c => c, StringComparer.Ordinal);

    /// <summary>The copies of the switches' databases, by identifier.</summary>
    public IReadOnlyDictionary<string, SwitchCopy> Switches => _switches;

    /// <summary>Grows with every change of a copy of a switch.</summary>
    public long SwitchesVersion { get; private set; }

    /// <summary>The agents by host.</summary>
    public IReadOnlyList<GatewayAgent> Agents => _agents ??=
    [
        .. Rows("Agent").Select(r => new GatewayAgent(
                r["id"].String, r["host"].String, r["binary"].String, r["topic"].String, Told(r), r["admin_state_up"].Boolean,
                r["created_at"].Integer, r["started_at"].Integer, r["heartbeat_timestamp"].Integer))
            .OrderBy(a => a.Host, StringComparer.Ordinal),
    ];

    /// <summary>Who was elected last, and for the how manieth time; null before the first.</summary>
    public (string Host, long Term)? Monitor => Rows("Monitor") is [var row, ..] ? (row["host"].String, row["term"].Integer) : null;

    /// <summary>The operators' assignments of switches, by identifier.</summary>
    public IReadOnlyList<SwitchAssignment> Assignments =>
    [
        .. Rows("Assignment").Select(r => new SwitchAssignment(
                r["id"].String, r["ovsdb_identifier"].String, r["ovsdb_host"].String, [.. r["agents"].Keys.Select(k => k.String)]))
            .OrderBy(a => a.OvsdbIdentifier, StringComparer.Ordinal),
    ];

    /// <summary>Opens the plugin's database.</summary>
    public static async Task<PluginModel> OpenAsync(IHost host, ModelDatabaseOptions options, CancellationToken cancel) =>
        new(await ModelDatabase.OpenAsync(host, Schema, options, cancel));

    /// <summary>The copy of a switch's database; an empty one of a switch that nobody has told of.</summary>
    public SwitchCopy Switch(string identifier) => _switches.GetValueOrDefault(identifier) ?? new SwitchCopy(identifier);

    /// <summary>How often a switch was told as a whole.</summary>
    public long DumpsOf(string identifier) => Find("Ovsdb", "ovsdb_identifier", identifier) is { } row ? row["dumps"].Integer : 0;

    /// <summary>The networks that were put on a switch by us: network and VNI.</summary>
    public IReadOnlyDictionary<string, int> NetworksOn(string identifier)
    {
        if (!_networks.TryGetValue(identifier, out var networks))
        {
            _networks.Add(identifier, networks = Rows("Switch_Network").Where(r => r["ovsdb_identifier"].String == identifier)
                .ToImmutableSortedDictionary(r => r["network_id"].String, r => (int)r["vni"].Integer, StringComparer.Ordinal));
        }

        return networks;
    }

    /// <summary>The rows of a table in the order of their UUIDs.</summary>
    internal IReadOnlyList<ReplicaRow> Rows(string table) => _database.Replica.Table(table).Rows;

    /// <summary>The row whose column has a value; null when there is none.</summary>
    internal ReplicaRow? Find(string table, string column, string value) => _database.Replica.Table(table).Find(column, value);

    /// <summary>Returns when what others have written until now is in the tables; see <see cref="ModelDatabase.WhenShownAsync"/>.</summary>
    internal Task WhenShownAsync(CancellationToken cancel) => _database.WhenShownAsync(cancel);

    /// <summary>Writes; see <see cref="ModelDatabase.WriteAsync"/>.</summary>
    internal Task WriteAsync(Action<OvsdbTransaction> build, CancellationToken cancel = default) => _database.WriteAsync(build, cancel);

    private static string ReadSchema()
    {
        using var stream = typeof(PluginModel).Assembly.GetManifestResourceStream("l2gateway.ovsschema")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private Gateway ReadGateway(ReplicaRow row) => new(
        row["id"].String, row["name"].String, row["tenant_id"].String,
        [
            .. row["devices"].Keys.Select(k => _database.Replica.Table("L2_Gateway_Device").Find(k.Uuid)).OfType<ReplicaRow>()
                .OrderBy(d => d["position"].Integer).Select(d => new GatewayDevice(d["id"].String, d["device_name"].String,
                [
                    .. d["interfaces"].Keys.Select(k => _database.Replica.Table("L2_Gateway_Interface").Find(k.Uuid)).OfType<ReplicaRow>()
                        .OrderBy(i => i["position"].Integer)
                        .Select(i => new GatewayInterface(i["interface_name"].String, (int)i["segmentation_id"].Integer)),
                ])),
        ]);

    private AgentConfiguration Told(ReplicaRow agent)
    {
        var (name, text) = (agent["host"].String, agent["configurations"].String);
        return _told.TryGetValue(name, out var known) && known.Text == text ? known : _told[name] = new AgentConfiguration(text);
    }

    private void Follow(ReplicaChange change)
    {
        var touched = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var row in change.Rows)
        {
            switch (row.Table)
            {
                case "L2_Gateway" or "L2_Gateway_Device" or "L2_Gateway_Interface":
                    _gateways = null;
                    break;
                case "L2_Gateway_Connection":
                    _connections = null;
                    break;
                case "Agent":
                    _agents = null;
                    break;
                case "Switch_Network":
                    _networks.Clear();
                    break;
                case var table when SwitchCopy.Tables.Contains(table):
                    var identifier = (row.New ?? row.Old)!["ovsdb_identifier"].String;
                    CopyOf(identifier).Apply(table, row.Old, row.New);
                    SwitchesVersion++;
                    touched.Add(identifier);
                    break;
            }
        }

        foreach (var identifier in touched)
        {
            SwitchChanged?.Invoke(identifier);
        }
    }

    private SwitchCopy CopyOf(string identifier)
    {
        if (!_switches.TryGetValue(identifier, out var copy))
        {
            _switches.Add(identifier, copy = new SwitchCopy(identifier));
        }

        return copy;
    }
}
