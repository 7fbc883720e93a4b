using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Neutron.Core;
using VtepLab.Neutron.Rest;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The L2 gateway service plugin: REST for gateways and their connections, the agents' registry and scheduler, the copies of the switches.</summary>
/// <remarks>
/// A request is answered when what it asked for is on stable storage. Several plugins may share a database; one of them, whoever holds
/// its lock, elects, reconciles and announces.
/// </remarks>
public sealed class L2GatewayPlugin : INeutronExtension, IAsyncDisposable
{
    private const string Assignments = "l2-gateway-assignments";
    private readonly IHost _host;
    private readonly PluginOptions _options;
    private readonly INeutronCore _core;
    private readonly AgentRegistry _agents;
    private readonly MonitorElection _election;
    private readonly AgentCalls _calls;
    private readonly Reconciler _reconciler;
    private readonly FdbFanout _fdb;
    private readonly GatewayApi _gateways;
    private readonly ConnectionApi _connections;
    private readonly AssignmentApi _assignments;
    private readonly SwitchCasts _casts;
    private readonly CancellationTokenSource _stop;
    private readonly ILogger _log;
    private IAsyncDisposable? _serving;

    private L2GatewayPlugin(IHost host, PluginModel model, INeutronCore core, PluginOptions options)
    {
        (_host, Model, _core, _options) = (host, model, core, options);
        _log = host.Logs.CreateLogger<L2GatewayPlugin>();
        _stop = CancellationTokenSource.CreateLinkedTokenSource(host.Stopping);
        var switches = new SwitchDirectory(model);
        _agents = new AgentRegistry(host, model, options);
        _calls = new AgentCalls(host, _agents, options);
        _election = new MonitorElection(host, model, _agents, _calls, options);
        _reconciler = new Reconciler(host, model, core, switches, _calls, options);
        _fdb = new FdbFanout(host, model, core, _calls, options);
        _gateways = new GatewayApi(host, model, switches, options, gateway => _reconciler.PushAsync(
            gateway.Devices.Select(d => switches.FindOrNull(d.Name)?.Copy.Identifier).OfType<string>().Distinct(), null, _stop.Token));
        _connections = new ConnectionApi(host, model, core, switches, options, _reconciler.PushAsync);
        _assignments = new AssignmentApi(host, model, AssignAsync);
        _casts = new SwitchCasts(host, model);
    }

    /// <summary>Called with the arguments of every <c>update_ovsdb_changes</c> that this plugin has applied to its copy of a switch.</summary>
    public event Action<JsonObject>? SwitchTold
    {
        add => _casts.Applied += value;
        remove => _casts.Applied -= value;
    }

    /// <summary>The plugin's tables.</summary>
    public PluginModel Model { get; }

    /// <summary>The hosts of the live agents that say they monitor.</summary>
    public IReadOnlyList<string> Monitors => [.. _agents.Monitors.Select(a => a.Host)];

    /// <inheritdoc/>
    public IReadOnlyList<JsonObject> Extensions =>
    [
        Extension("l2-gateway", "L2 Gateway", "2015-01-01T00:00:00-00:00"),
        Extension("l2-gateway-connection", "L2 Gateway connection", "2014-01-01T00:00:00-00:00"),
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Collections => ["l2-gateways", "l2-gateway-connections", Assignments];

    /// <inheritdoc/>
    public IReadOnlyList<JsonObject> Agents => _agents.Json;

    /// <inheritdoc/>
    public JsonObject Quota => _options.HasFittingStatusCodes
        ? new() { ["l2-gateway-connection"] = -1, ["l2-gateway"] = _options.QuotaL2Gateway }
        : new() { ["l2-gateway-connection"] = -1 };

    /// <summary>Opens the database, serves the bus and begins to elect and reconcile.</summary>
    /// <param name="host">The machine; attached to the bus.</param>
    /// <param name="core">The Neutron server around the plugin.</param>
    /// <param name="options">What it has to know.</param>
    /// <param name="cancel">Gives up starting.</param>
    public static async Task<L2GatewayPlugin> StartAsync(IHost host, INeutronCore core, PluginOptions options, CancellationToken cancel = default)
    {
        var plugin = new L2GatewayPlugin(host, await PluginModel.OpenAsync(host, options.Database, cancel), core, options);
        await plugin.StartAsync(cancel);
        return plugin;
    }

    /// <inheritdoc/>
    public Task<RestResponse> HandleAsync(string collection, string rest, RestRequest request, CancellationToken cancel)
    {
        return request.Caller.IsAdmin
            ? HandleShownAsync(collection, rest, request, cancel)
            : throw GatewayErrors.AdminRequired(request.Method switch { "POST" => "CREATE", "PUT" => "UPDATE", "DELETE" => "DELETE", _ => "GET" });
    }

    private async Task<RestResponse> HandleShownAsync(string collection, string rest, RestRequest request, CancellationToken cancel)
    {
        await Model.WhenShownAsync(cancel); // What another plugin has accepted before this request came.
        return await (collection switch
        {
            "l2-gateways" => _gateways.HandleAsync(rest, request, cancel),
            "l2-gateway-connections" => _connections.HandleAsync(rest, request, cancel),
            Assignments => _assignments.HandleAsync(rest, request, cancel),
            _ => throw NeutronException.NoResource(),
        });
    }

    /// <inheritdoc/>
    public async Task NetworkDeletedAsync(string network, CancellationToken cancel)
    {
        foreach (var identifier in await _connections.ForgetNetworkAsync(network, cancel))
        {
            _reconciler.Touch(identifier);
        }
    }

    /// <summary>Leaves the bus, so that messages go to other plugins, and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_serving is not null)
        {
            await _serving.DisposeAsync();
        }

        _stop.Cancel();
    }

    private static JsonObject Extension(string alias, string name, string updated) => new()
    {
        ["alias"] = alias, ["name"] = name, ["description"] = "Connects Neutron networks with external networks at layer 2.", ["links"] = new JsonArray(),
        ["updated"] = updated,
    };

    private async Task StartAsync(CancellationToken cancel)
    {
        Model.SwitchChanged += identifier =>
        {
            _reconciler.Touch(identifier);
            _fdb.Touch();
        };
        _core.Changed += network =>
        {
            foreach (var identifier in Model.Switches.Keys.ToList())
            {
                _reconciler.Touch(identifier);
            }
        };
        _core.L2AgentStarted += _fdb.Tell;
        _host.Bus.Reconnected += () => _fdb.Tell(null);
        var endpoint = new PluginEndpoint(_host, Model, _agents, _election, _casts, _reconciler.Touch, AssignAsync);
        var target = new BusTarget(L2GatewayRpc.PluginTopic, _options.Host, Exchange: _options.ControlExchange, Version: L2GatewayRpc.ReportStateVersion);
        _serving = await _host.Bus.ServeAsync(target, endpoint.HandleAsync, cancel);
        _host.Spawn("networks that went", _ => ForgetGoneNetworksAsync());
        _host.Spawn("election", _ => _election.RunAsync(_stop.Token));
        _host.Spawn("reconciliation", _ => _reconciler.RunAsync(_stop.Token));
        _host.Spawn("fdb entries regularly", _ => AnnounceAsync());
        _log.LogInformation("the L2 gateway plugin serves {Topic} as {Host}", L2GatewayRpc.PluginTopic, _options.Host);
    }

    // A network may have been deleted while the plugin was away.
    private async Task ForgetGoneNetworksAsync()
    {
        foreach (var network in Model.Connections.Values.Select(c => c.NetworkId).Distinct().Where(n => _core.FindNetwork(n) is null).ToList())
        {
            while (!await Background.TryAsync(_log, $"forgetting network {network}", () => NetworkDeletedAsync(network, _stop.Token)))
            {
                await _host.DelayAsync(_options.PeriodicMonitoringInterval, _stop.Token);
            }
        }
    }

    // Another plugin may have led before, and an announcement may have failed.
    private async Task AnnounceAsync()
    {
        while (true)
        {
            _fdb.Touch();
            await _host.DelayAsync(_options.ReconcileInterval, _stop.Token);
        }
    }

    private async Task AssignAsync(CancellationToken cancel)
    {
        foreach (var agent in _agents.Live)
        {
            await AssignAsync(agent.Host, cancel);
        }
    }

    private async Task AssignAsync(string agent, CancellationToken cancel)
    {
        // The original's agent does not say what it serves, and does not know the method.
        if (_agents.Live.Any(a => a.Host == agent && a.Told.Switches is not null))
        {
            await Background.TryAsync(
                _log, $"telling {agent} its assignments",
                () => _calls.AssignAsync(agent, Model.Assignments.Where(a => a.Agents.IsEmpty || a.Agents.Contains(agent)), cancel));
        }
    }
}
