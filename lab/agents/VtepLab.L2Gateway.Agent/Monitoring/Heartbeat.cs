using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Writes the arguments of <c>report_state</c>.</summary>
internal sealed class Heartbeat(IHost host, AgentOptions options)
{
    private bool _isFirst = true;

    /// <summary>The report for now.</summary>
    /// <param name="role">Whether the agent monitors, under which election, and how far it has told.</param>
    /// <param name="servedSwitches">The names of the switches it can reach a request for; real plugins keep what they do not know.</param>
    public JsonObject Report(MonitorRole role, IEnumerable<string> servedSwitches) => State(Configurations(role, servedSwitches));

    /// <summary>The last report: the agent does not monitor, and is about to end.</summary>
    public JsonObject Last(IEnumerable<string> servedSwitches)
    {
        var configurations = Configurations(null, servedSwitches);
        configurations[L2GatewayRpc.StoppingMember] = true;
        return State(configurations);
    }

    private JsonObject State(JsonObject configurations) => new()
    {
        ["agent_state"] = new JsonObject
        {
            ["agent_state"] = new JsonObject
            {
                ["agent_type"] = L2GatewayRpc.AgentType,
                ["binary"] = L2GatewayRpc.AgentBinary,
                ["host"] = options.Host,
                ["topic"] = L2GatewayRpc.AgentTopic,
                ["start_flag"] = _isFirst,
                ["uuid"] = host.Entropy.NewUuid().ToString("D"),
                ["configurations"] = configurations,
            },
        },
        ["time"] = host.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
    };

    // Members beyond the original's three harm nobody: Neutron stores and shows the object as it is.
    private JsonObject Configurations(MonitorRole? role, IEnumerable<string> servedSwitches)
    {
        var configurations = new JsonObject
        {
            ["report_interval"] = (decimal)options.ReportInterval.TotalSeconds + 0.0m, // Written 30.0, as Python writes it.
            ["l2gw_agent_type"] = role is { IsHeld: true } ? L2GatewayRpc.MonitorRole : "",
            ["ovsdb_identifiers"] = new JsonArray([.. servedSwitches.Select(s => (JsonNode)s)]),
        };
        if (role is { IsHeld: true, Term: { } term })
        {
            configurations[CastOrigin.TermMember] = term;
            configurations["ovsdb_casts"] = new JsonObject(role.Told.Select(t => KeyValuePair.Create(t.Name, (JsonNode?)t.Last.WriteTo([]))));
        }

        return configurations;
    }

    /// <summary>The plugin has taken a report: the next ones are no longer the first after a start.</summary>
    public void Accepted() => _isFirst = false;
}
