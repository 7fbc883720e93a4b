using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Who of the agents lives, and who monitors, by their heartbeats.</summary>
internal sealed class AgentRegistry
{
    /// <summary>A heartbeat older than this is that of a dead agent; Neutron's <c>agent_down_time</c>.</summary>
    public static readonly TimeSpan AgentDownTime = TimeSpan.FromSeconds(75);

    private readonly SortedDictionary<string, (TimeSpan Heard, bool IsMonitor)> _agents = new(StringComparer.Ordinal);

    /// <summary>Takes the arguments of <c>report_state</c>.</summary>
    /// <returns>What the caller is answered: <c>new</c>, <c>revived</c> or <c>alive</c>.</returns>
    public string Report(JsonObject arguments, TimeSpan now)
    {
        var state = arguments["agent_state"]!["agent_state"]!;
        var host = (string)state["host"]!;
        var answer = !_agents.TryGetValue(host, out var known) ? "new" : now - known.Heard > AgentDownTime ? "revived" : "alive";
        _agents[host] = (now, (string?)state["configurations"]!["l2gw_agent_type"] == L2GatewayRpc.MonitorRole);
        return answer;
    }

    /// <summary>The live agents that say they monitor.</summary>
    public IReadOnlyList<string> Monitors(TimeSpan now) => [.. Live(now).Where(a => a.Value.IsMonitor).Select(a => a.Key)];

    /// <summary>Whom to elect: of the live agents the one heard last, as the specification has it; null while there is none, or one is needed no more.</summary>
    public string? Candidate(TimeSpan now) =>
        Monitors(now).Count == 1 ? null : Live(now).OrderByDescending(a => a.Value.Heard).Select(a => a.Key).FirstOrDefault();

    /// <summary>Whether an agent was heard within <see cref="AgentDownTime"/>.</summary>
    public bool IsAlive(string agent, TimeSpan now) => Live(now).Any(a => a.Key == agent);

    private IEnumerable<KeyValuePair<string, (TimeSpan Heard, bool IsMonitor)>> Live(TimeSpan now) =>
        _agents.Where(a => now - a.Value.Heard <= AgentDownTime);
}
