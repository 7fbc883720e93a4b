using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The cloud controllers of a scenario: machines with a Neutron server and the L2 gateway service plugin in it.</summary>
public sealed class Controllers(LabWorld lab)
{
    /// <summary>The machine of the database that controllers share.</summary>
    internal const string Database = "database";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Upgrades? _upgrades = lab is SimulatedLab simulated
        ? new Upgrades(simulated.World, Upgrades.PluginKind, (bus, release) => new ReleasedPluginBus(bus, release))
        : null;

    private readonly SortedDictionary<string, NeutronController> _running = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];
    private int _turn;

    /// <summary>What the plugins that are added from now on have to know.</summary>
    public PluginOptions Options { get; set; } = new();

    /// <summary>The names of their machines, in the order in which they were added.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Called when a controller has started, also when it starts again.</summary>
    public event Action<L2GatewayPlugin>? Started;

    /// <summary>The plugin to look at: of several, which all see one database, the one that leads.</summary>
    /// <exception cref="LabExpectationException">None runs.</exception>
    public L2GatewayPlugin Plugin =>
        Running.Where(c => c.Plugin.Model.IsLeader).Concat(Running).FirstOrDefault()?.Plugin
        ?? throw new LabExpectationException("no controller runs");

    /// <summary>The plugin that leads; null while none does, or none runs.</summary>
    public L2GatewayPlugin? Leader => Leading is { } name ? _running[name].Plugin : null;

    /// <summary>The machine of the plugin that leads.</summary>
    public string? Leading => _running.Where(r => IsUp(r.Key) && r.Value.Plugin.Model.IsLeader).Select(r => r.Key).FirstOrDefault();

    /// <summary>What each plugin that runs holds of the database, by the name of its machine.</summary>
    public IEnumerable<(string Name, PluginModel Model)> Models => _running.Where(r => IsUp(r.Key)).Select(r => (r.Key, r.Value.Plugin.Model));

    /// <summary>True while one is of an older release, and so of the original kind.</summary>
    internal bool AreOlder => _names.Exists(n => _upgrades?.Of(n) == Release.Older);

    // A crashed controller is one whose machine is at its next life, or at none.
    private IEnumerable<NeutronController> Running => _running.Where(r => IsUp(r.Key)).Select(r => r.Value);

    /// <summary>Starts one on a machine of its own.</summary>
    /// <param name="name">The machine's name.</param>
    /// <param name="server">The database that it shares with others; null for one of its own.</param>
    public async Task AddAsync(string name, Endpoint? server = null)
    {
        ModelDatabaseOptions DatabaseIn(string file) => new()
        {
            File = server is null && lab.MachinesKeepFiles ? file : null, Servers = server is null ? [] : [server],
        };
        _names.Add(name);
        lab.Start(name, async host =>
        {
            _running.Remove(name);
            var started = await NeutronController.StartAsync(
                _upgrades?.HostFor(name, host) ?? host, new NeutronServerOptions { Host = name, Database = DatabaseIn("neutron.db") },
                Options with { Host = name, Database = DatabaseIn("l2gateway.db") }, host.Stopping);
            _running[name] = started;
            Started?.Invoke(started.Plugin);
            await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
        });
        await lab.UntilAsync(_ => Task.FromResult(_running.ContainsKey(name)), up => up ? null : $"{name} does not start", TimeSpan.FromSeconds(30));
    }

    /// <summary>Starts several that share the database of an OVSDB server, on a machine named <c>database</c>.</summary>
    public async Task AddSharingAsync(IEnumerable<string> names)
    {
        lab.Start(Database, async host =>
        {
            var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
            foreach (var schema in new[] { PluginModel.Schema, NeutronServer.DatabaseSchema })
            {
                server.Add(await StoredDatabase.OpenAsync(host, $"{schema.Name}.db", schema, cancel: host.Stopping));
            }

            await using var service = new OvsdbServerService(
                host, server, new OvsdbServerServiceOptions { Remotes = [new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort)] });
            await service.StartAsync();
            await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
        });
        await Task.WhenAll(names.Select(n => AddAsync(n, new Endpoint(EndpointScheme.Tcp, Database, Endpoint.DefaultPort))).ToList());
    }

    /// <summary>Asks one of those that run, in turn, as a load balancer would have it.</summary>
    /// <returns>The answer; 504, as from such a balancer, when there was none: whether it was carried out is then unknown.</returns>
    public async Task<RestResponse> RequestAsync(string method, string path, JsonNode? body = null)
    {
        var running = Running.ToList();
        if (running.Count == 0)
        {
            return new RestResponse(503, null);
        }

        try
        {
            return await running[_turn++ % running.Count].RequestAsync(method, path, body).WaitAsync(Patience, lab.Driver.Time, lab.Driver.Stopping);
        }
        catch (TimeoutException)
        {
            return new RestResponse(504, null);
        }
    }

    private bool IsUp(string name) => lab is not SimulatedLab simulated || simulated.World.Hosts[name].IsUp;
}
