using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The agents by their heartbeats: who lives, what each says of itself, and their rows of <c>agent-list</c>.</summary>
/// <remarks>
/// Reports are durable. How old one is is taken on this host's monotonic clock, from when this plugin saw it; the wall clock is used for
/// reports from before this plugin's start only.
/// </remarks>
internal sealed class AgentRegistry(IHost host, PluginModel model, PluginOptions options)
{
    private readonly Dictionary<string, (long Report, TimeSpan AgeThen, long SeenAt)> _seen = [];

    /// <summary>The agents that are alive and not switched off, by host.</summary>
    public IReadOnlyList<GatewayAgent> Live => [.. model.Agents.Where(a => a.IsAdminUp && IsAlive(a) && !a.Told.IsStopping)];

    /// <summary>The live agents that say they monitor; of those that say by which election, only by the newest.</summary>
    public IReadOnlyList<GatewayAgent> Monitors =>
        [.. Live.Where(a => a.Told.IsMonitor && (a.Told.Term is not { } term || term == (model.Monitor?.Term ?? 0)))];

    /// <summary>The rows of <c>/v2.0/agents</c>.</summary>
    public IReadOnlyList<JsonObject> Json => [.. model.Agents.Select(a => new JsonObject
    {
        ["id"] = a.Id,
        ["agent_type"] = L2GatewayRpc.AgentType,
        ["binary"] = a.Binary,
        ["topic"] = a.Topic,
        ["host"] = a.Host,
        ["admin_state_up"] = a.IsAdminUp,
        ["alive"] = IsAlive(a),
        ["created_at"] = Time(a.CreatedAt),
        ["started_at"] = Time(a.StartedAt),
        ["heartbeat_timestamp"] = Time(a.HeardAt),
        ["configurations"] = JsonNode.Parse(a.Told.Text),
        ["availability_zone"] = null,
        ["description"] = null,
        ["resources_synced"] = null,
        ["resource_versions"] = new JsonObject(),
    })];

    /// <summary>Takes the arguments of <c>report_state</c>; returns when they are durable.</summary>
    /// <returns><c>new</c>, <c>alive</c> or <c>revived</c>.</returns>
    /// <exception cref="RpcArgumentException">They are no report.</exception>
    public async Task<string> ReportAsync(JsonObject arguments, CancellationToken cancel)
    {
        var state = arguments["agent_state"]?["agent_state"] as JsonObject ?? throw new RpcArgumentException("agent_state.agent_state: expected an object, found nothing");
        var (name, binary, topic, type) = (Text(state, "host"), Text(state, "binary"), Text(state, "topic"), Text(state, "agent_type"));
        if (name.Length == 0)
        {
            throw new RpcArgumentException("agent_state.agent_state.host: expected a name, found \"\""); // It would be elected, and nobody would hear of it.
        }

        if (type != L2GatewayRpc.AgentType)
        {
            throw new RpcArgumentException($"agent_state.agent_state.agent_type: expected '{L2GatewayRpc.AgentType}', found '{type}'");
        }

        var answer = model.Agents.FirstOrDefault(a => a.Host == name) is not { } known ? "new" : IsAlive(known) ? "alive" : "revived";
        var id = host.Entropy.NewUuid().ToString("D");
        var isStart = state["start_flag"] is JsonValue flag && flag.GetValueKind() == JsonValueKind.True;
        await model.WriteAsync(
            write =>
            {
                var now = host.Time.GetUtcNow().ToUnixTimeMilliseconds();
                List<(string, Datum)> columns =
                [
                    ("binary", binary), ("topic", topic), ("configurations", (state["configurations"] as JsonObject ?? []).ToJsonString()),
                    ("heartbeat_timestamp", now),
                ];
                if (model.Agents.FirstOrDefault(a => a.Host == name) is not { } row)
                {
                    write.Insert("Agent", [
                        .. columns, ("id", id), ("agent_type", type), ("host", name), ("admin_state_up", true), ("created_at", now), ("started_at", now)]);
                    return;
                }

                if (isStart)
                {
                    columns.Add(("started_at", now));
                }

                write.Update("Agent", Where.Column("id", row.Id), columns);
            },
            cancel);
        return answer;
    }

    /// <summary>Whether an agent was heard within <see cref="NeutronServiceOptions.AgentDownTime"/>.</summary>
    public bool IsAlive(GatewayAgent agent) => AgeOf(agent) < options.AgentDownTime;

    /// <summary>How long ago an agent was heard.</summary>
    public TimeSpan AgeOf(GatewayAgent agent)
    {
        if (!_seen.TryGetValue(agent.Host, out var seen) || seen.Report != agent.HeardAt)
        {
            var age = _seen.Count > 0 && seen.SeenAt != 0
                ? TimeSpan.Zero // It was known with an older report: this one has just come.
                : TimeSpan.FromMilliseconds(Math.Max(0, host.Time.GetUtcNow().ToUnixTimeMilliseconds() - agent.HeardAt));
            _seen[agent.Host] = seen = (agent.HeardAt, age, host.Time.GetTimestamp());
        }

        return seen.AgeThen + host.Time.GetElapsedTime(seen.SeenAt);
    }

    private static string Text(JsonObject state, string name) =>
        state[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw new RpcArgumentException($"agent_state.agent_state.{name}: expected a string, found {state[name]?.ToJsonString() ?? "nothing"}");

    private static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
