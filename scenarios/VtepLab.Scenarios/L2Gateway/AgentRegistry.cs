using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Who of the agents lives, and who monitors, by their heartbeats.</summary>
internal sealed class AgentRegistry
{
    /// <summary>A heartbeat older than this is that of a dead agent; Neutron's <c>agent_down_time</c>.</summary>
    public static readonly TimeSpan AgentDownTime = TimeSpan.FromSeconds(75);

    private readonly SortedDictionary<string, (TimeSpan Heard, bool IsMonitor)> _agents = new(StringComparer.Ordinal);
    private string? _elected;
    private bool _isAnew;

    /// <summary>The number of the newest election.</summary>
    public long Term { get; private set; }

    /// <summary>Takes the arguments of <c>report_state</c>.</summary>
    /// <returns>What the caller is answered: <c>new</c>, <c>revived</c> or <c>alive</c>.</returns>
    public string Report(JsonObject arguments, TimeSpan now)
    {
        var state = arguments["agent_state"]!["agent_state"]!;
        var host = (string)state["host"]!;
        var answer = !_agents.TryGetValue(host, out var known) ? "new" : now - known.Heard > AgentDownTime ? "revived" : "alive";
        var configurations = state["configurations"]!.AsObject();
        var isMonitor = (string?)configurations["l2gw_agent_type"] == L2GatewayRpc.MonitorRole && CastOrigin.TermOf(configurations) == Term;
        // An agent that has lost the role, or its memory with it, gets it under a new number: its old casts may still be on their way.
        _isAnew |= host == _elected && !isMonitor && (known.IsMonitor || (bool?)state["start_flag"] == true);
        _agents[host] = (now, isMonitor);
        if ((bool?)configurations[L2GatewayRpc.StoppingMember] == true)
        {
            _agents.Remove(host);
        }

        return answer;
    }

    /// <summary>The live agents that say they monitor.</summary>
    public IReadOnlyList<string> Monitors(TimeSpan now) => [.. Live(now).Where(a => a.Value.IsMonitor).Select(a => a.Key)];

    /// <summary>Elects, of the live agents, the one heard last, as the specification has it.</summary>
    /// <returns>Who is to be told to all agents with <see cref="Term"/>; null while nobody lives, or no election is needed.</returns>
    public string? Elect(TimeSpan now)
    {
        if (!_isAnew && Monitors(now).Count == 1)
        {
            return null;
        }

        // An election that was made is said again until the agent reports the role or is dead.
        if (_isAnew || _elected is null || !IsAlive(_elected, now))
        {
            _elected = Live(now).OrderByDescending(a => a.Value.Heard).Select(a => a.Key).FirstOrDefault();
            _isAnew = false;
            Term += _elected is null ? 0 : 1;
        }

        return _elected;
    }

    /// <summary>Something that the monitor told is missing: it is to be elected anew, and to read everything anew.</summary>
    public void ElectAnew() => _isAnew = true;

    /// <summary>Whether an agent was heard within <see cref="AgentDownTime"/>.</summary>
    public bool IsAlive(string agent, TimeSpan now) => Live(now).Any(a => a.Key == agent);

    private IEnumerable<KeyValuePair<string, (TimeSpan Heard, bool IsMonitor)>> Live(TimeSpan now) =>
        _agents.Where(a => now - a.Value.Heard <= AgentDownTime);
}
