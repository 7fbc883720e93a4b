using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Core;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Neutron;

/// <summary>The L2 agents of compute and network nodes, by their reports on <c>q-reports-plugin</c>, and the tunnels they ask for on <c>q-plugin</c>.</summary>
internal sealed class L2Agents(IHost host, NeutronServerOptions options)
{
    private readonly SortedDictionary<string, Agent> _agents = new(StringComparer.Ordinal);

    /// <summary>Called with the host of an agent that has come, come back, or changed its tunnels.</summary>
    public event Action<string>? Changed;

    /// <summary>Called with the host of an agent that says it has started.</summary>
    public event Action<string>? Started;

    /// <summary>The live agents with VXLAN.</summary>
    public IReadOnlyList<L2AgentView> Vxlan => [.. _agents.Values.Where(IsAlive).Select(View).OfType<L2AgentView>()];

    /// <summary>The live agent with VXLAN of a host.</summary>
    public L2AgentView? Find(string agentHost) => _agents.Values.Where(a => a.Host == agentHost && IsAlive(a)).Select(View).OfType<L2AgentView>().FirstOrDefault();

    /// <summary>The rows of <c>/v2.0/agents</c>.</summary>
    public IReadOnlyList<JsonObject> Json => [.. _agents.Values.Select(a => new JsonObject
    {
        ["id"] = a.Id, ["agent_type"] = a.Type, ["binary"] = a.State["binary"]?.ToString() ?? "", ["topic"] = a.State["topic"]?.ToString() ?? "",
        ["host"] = a.Host, ["admin_state_up"] = true, ["alive"] = IsAlive(a), ["created_at"] = Time(a.CreatedAt), ["started_at"] = Time(a.StartedAt),
        ["heartbeat_timestamp"] = Time(a.HeardAt), ["configurations"] = a.State["configurations"]?.DeepClone() ?? new JsonObject(),
        ["availability_zone"] = a.State["availability_zone"]?.DeepClone(), ["description"] = null, ["resources_synced"] = null,
        ["resource_versions"] = new JsonObject(),
    })];

    /// <summary>Serves both topics.</summary>
    public async Task ServeAsync(CancellationToken cancel)
    {
        await host.Bus.ServeAsync(Target("q-reports-plugin", "1.2"), HandleAsync, cancel);
        await host.Bus.ServeAsync(Target("q-plugin", "1.9"), HandleAsync, cancel);
    }

    private BusTarget Target(string topic, string version) => new(topic, options.Host, Exchange: options.ControlExchange, Version: version);

    private async ValueTask<JsonNode?> HandleAsync(BusRequest request, CancellationToken cancel)
    {
        switch (request.Method)
        {
            case "report_state":
                return Report(request.Arguments["agent_state"]?["agent_state"] as JsonObject
                    ?? throw new BusRemoteException("TypeError", "report_state: agent_state.agent_state: expected an object, found nothing"));
            case "tunnel_sync":
                return await TunnelsAsync(request.Arguments, cancel);
            case "get_devices_details_list" or "get_devices_details_list_and_failed_devices" or "update_device_list":
                return new JsonObject { ["devices"] = new JsonArray(), ["failed_devices"] = new JsonArray() };
            default:
                throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}");
        }
    }

    private JsonNode? Report(JsonObject state)
    {
        var (type, name) = (state["agent_type"]?.ToString() ?? "", state["host"]?.ToString() ?? "");
        var key = $"{name} {type}";
        var (wall, now) = (host.Time.GetUtcNow(), host.Time.GetTimestamp());
        var known = _agents.GetValueOrDefault(key);
        var answer = known is null ? "new" : IsAlive(known) ? "alive" : "revived";
        var isStart = state["start_flag"]?.ToString() == "true";
        var agent = new Agent(
            known?.Id ?? host.Entropy.NewUuid().ToString("D"), type, name, state.DeepClone().AsObject(), known?.CreatedAt ?? wall,
            isStart || known is null ? wall : known.StartedAt, wall, now);
        _agents[key] = agent;
        if (answer != "alive" || View(known!) != View(agent))
        {
            Changed?.Invoke(name);
        }

        if (isStart || answer != "alive")
        {
            Started?.Invoke(name);
        }

        return answer;
    }

    private async Task<JsonNode> TunnelsAsync(JsonObject arguments, CancellationToken cancel)
    {
        await host.Bus.CastAsync(
            new BusTarget("q-agent-notifier-tunnel-update", Fanout: true, Exchange: options.ControlExchange), "tunnel_update",
            new JsonObject { ["tunnel_ip"] = arguments["tunnel_ip"]?.DeepClone(), ["tunnel_type"] = "vxlan" }, cancel: cancel);
        return new JsonObject
        {
            ["tunnels"] = new JsonArray([.. Vxlan.Select(a => new JsonObject { ["ip_address"] = a.TunnelIp, ["host"] = a.Host, ["udp_port"] = 4789 })]),
        };
    }

    private bool IsAlive(Agent agent) => host.Time.GetElapsedTime(agent.HeardTimestamp) < options.AgentDownTime;

    private static L2AgentView? View(Agent agent) =>
        agent.State["configurations"] is JsonObject configurations && configurations["tunnel_types"] is JsonArray types
        && types.Any(t => t?.ToString() == "vxlan") && configurations["tunneling_ip"]?.ToString() is { Length: > 0 } address
            ? new L2AgentView(agent.Host, address, configurations["l2_population"]?.ToString() == "true")
            : null;

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private sealed record Agent(
        string Id, string Type, string Host, JsonObject State, DateTimeOffset CreatedAt, DateTimeOffset StartedAt, DateTimeOffset HeardAt, long HeardTimestamp);
}
