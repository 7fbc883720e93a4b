using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Core;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Neutron;

/// <summary>The L2 agents of compute and network nodes, by their reports on <c>q-reports-plugin</c>, and the tunnels they ask for on <c>q-plugin</c>.</summary>
/// <remarks>Reports are durable, and known to all servers that share the database, whichever of them took one.</remarks>
internal sealed class L2Agents
{
    private const string Collection = "agents";

    private readonly IHost _host;
    private readonly NeutronServerOptions _options;
    private readonly DocumentStore _store;

    // When this server saw the newest report of an agent, and how old it was then: wall clocks are used for what was found at the start only.
    private readonly Dictionary<string, (long SeenAt, TimeSpan AgeThen)> _seen = [];
    private Known[] _known = [];
    private long _seenVersion;
    private long _version;

    public L2Agents(IHost host, NeutronServerOptions options, DocumentStore store)
    {
        (_host, _options, _store) = (host, options, store);
        foreach (var agent in store.All(Collection))
        {
            var age = host.Time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds((long)agent["heartbeat"]!);
            _seen[Id(agent)] = (host.Time.GetTimestamp(), age > TimeSpan.Zero ? age : TimeSpan.Zero);
        }

        store.Changed += Follow;
    }

    /// <summary>Called with the host of an agent that has come, come back, or changed its tunnels.</summary>
    public event Action<string>? Changed;

    /// <summary>Called with the host of an agent that says it has started.</summary>
    public event Action<string>? Started;

    /// <summary>The live agents with VXLAN.</summary>
    public IReadOnlyList<L2AgentView> Vxlan => [.. All.Where(a => IsAlive(a.Id)).Select(a => a.View).OfType<L2AgentView>()];

    // The plugin asks with every look at a switch, and a document is slow to look into.
    private Known[] All
    {
        get
        {
            if (_seenVersion != _store.VersionOf(Collection))
            {
                _seenVersion = _store.VersionOf(Collection);
                var before = _known;
                var documents = before.ToDictionary(k => k.Document);
                _known = [.. _store.All(Collection).Select(a => documents.TryGetValue(a, out var same) ? same : new Known(Id(a), (string?)a["host"], a, View(a)))
                    .OrderBy(a => a.Host, StringComparer.Ordinal).ThenBy(a => a.Id, StringComparer.Ordinal)];
                if (!_known.Select(a => a.View).SequenceEqual(before.Select(a => a.View)))
                {
                    _version++; // Not with every report.
                }
            }

            return _known;
        }
    }

    /// <summary>Grows when an agent with VXLAN comes, goes or says something else of itself.</summary>
    public long Version
    {
        get
        {
            _ = All;
            return _version;
        }
    }

    /// <summary>The agent with VXLAN of a host, alive or not: a node's machines go on when its agent is away.</summary>
    public L2AgentView? Find(string agentHost) => All.FirstOrDefault(a => a.Host == agentHost && a.View is not null)?.View;

    /// <summary>The rows of <c>/v2.0/agents</c>.</summary>
    public IReadOnlyList<JsonObject> Json => [.. All.Select(a => a.Document).Select(a => new JsonObject
    {
        ["id"] = Id(a), ["agent_type"] = a["agent_type"]!.DeepClone(), ["binary"] = a["binary"]!.DeepClone(), ["topic"] = a["topic"]!.DeepClone(),
        ["host"] = a["host"]!.DeepClone(), ["admin_state_up"] = true, ["alive"] = IsAlive(Id(a)), ["created_at"] = Time(a["created_at"]),
        ["started_at"] = Time(a["started_at"]), ["heartbeat_timestamp"] = Time(a["heartbeat"]), ["configurations"] = a["configurations"]!.DeepClone(),
        ["availability_zone"] = a["availability_zone"]?.DeepClone(), ["description"] = null, ["resources_synced"] = null,
        ["resource_versions"] = new JsonObject(),
    })];

    /// <summary>Serves both topics.</summary>
    public async Task ServeAsync(CancellationToken cancel)
    {
        await _host.Bus.ServeAsync(Target("q-reports-plugin", "1.2"), HandleAsync, cancel);
        await _host.Bus.ServeAsync(Target("q-plugin", "1.9"), HandleAsync, cancel);
    }

    private BusTarget Target(string topic, string version) => new(topic, _options.Host, Exchange: _options.ControlExchange, Version: version);

    private async ValueTask<JsonNode?> HandleAsync(BusRequest request, CancellationToken cancel)
    {
        switch (request.Method)
        {
            case "report_state":
                return await ReportAsync(
                    request.Arguments["agent_state"]?["agent_state"] as JsonObject
                    ?? throw new BusRemoteException("TypeError", "report_state: agent_state.agent_state: expected an object, found nothing"),
                    cancel);
            case "tunnel_sync":
                return await TunnelsAsync(request.Arguments, cancel);
            case "get_devices_details_list" or "get_devices_details_list_and_failed_devices" or "update_device_list":
                return new JsonObject { ["devices"] = new JsonArray(), ["failed_devices"] = new JsonArray() };
            default:
                throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}");
        }
    }

    private async Task<JsonNode?> ReportAsync(JsonObject state, CancellationToken cancel)
    {
        var (type, name) = (state["agent_type"]?.ToString() ?? "", state["host"]?.ToString() ?? "");
        var now = _host.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var known = All.FirstOrDefault(a => a.Host == name && (string?)a.Document["agent_type"] == type)?.Document;
        var answer = known is null ? "new" : IsAlive(Id(known)) ? "alive" : "revived";
        var isStart = state["start_flag"]?.ToString() == "true";
        await _store.PutAsync(cancel, (Collection, new JsonObject
        {
            ["id"] = known is null ? _host.Entropy.NewUuid().ToString("D") : Id(known), ["agent_type"] = type, ["host"] = name,
            ["binary"] = state["binary"]?.ToString() ?? "", ["topic"] = state["topic"]?.ToString() ?? "",
            ["configurations"] = state["configurations"]?.DeepClone() ?? new JsonObject(), ["availability_zone"] = state["availability_zone"]?.DeepClone(),
            ["created_at"] = known is null ? now : (long)known["created_at"]!, ["started_at"] = isStart || known is null ? now : (long)known["started_at"]!,
            ["heartbeat"] = now, ["starts"] = (known is null ? 0 : (long)known["starts"]!) + (isStart || answer != "alive" ? 1 : 0),
        }));
        return answer;
    }

    private void Follow(string collection, JsonObject? old, JsonObject? now)
    {
        if (collection != Collection || now is null)
        {
            return;
        }

        _seen[Id(now)] = (_host.Time.GetTimestamp(), TimeSpan.Zero);
        var name = (string)now["host"]!;
        var hasStarted = old is null || (long)old["starts"]! != (long)now["starts"]!;
        if (hasStarted || View(old!) != View(now))
        {
            Changed?.Invoke(name);
        }

        if (hasStarted)
        {
            Started?.Invoke(name);
        }
    }

    private async Task<JsonNode> TunnelsAsync(JsonObject arguments, CancellationToken cancel)
    {
        await _host.Bus.CastAsync(
            new BusTarget("q-agent-notifier-tunnel-update", Fanout: true, Exchange: _options.ControlExchange), "tunnel_update",
            new JsonObject { ["tunnel_ip"] = arguments["tunnel_ip"]?.DeepClone(), ["tunnel_type"] = "vxlan" }, cancel: cancel);
        return new JsonObject
        {
            ["tunnels"] = new JsonArray([.. Vxlan.Select(a => new JsonObject { ["ip_address"] = a.TunnelIp, ["host"] = a.Host, ["udp_port"] = 4789 })]),
        };
    }

    private bool IsAlive(string id) =>
        _seen.TryGetValue(id, out var seen) && seen.AgeThen + _host.Time.GetElapsedTime(seen.SeenAt) < _options.AgentDownTime;

    private static L2AgentView? View(JsonObject agent) =>
        agent["configurations"] is JsonObject configurations && configurations["tunnel_types"] is JsonArray types
        && types.Any(t => t?.ToString() == "vxlan") && configurations["tunneling_ip"]?.ToString() is { Length: > 0 } address
            ? new L2AgentView((string)agent["host"]!, address, configurations["l2_population"]?.ToString() == "true")
            : null;

    private static string Id(JsonObject agent) => (string)agent["id"]!;

    private static string Time(JsonNode? milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds!).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private sealed record Known(string Id, string? Host, JsonObject Document, L2AgentView? View);
}
