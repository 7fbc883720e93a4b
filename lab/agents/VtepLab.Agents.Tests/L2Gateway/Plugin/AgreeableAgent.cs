using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>An agent that says yes to everything and tells of a switch <c>tor1</c> with the ports eth1 and eth2, in the original's words.</summary>
internal sealed class AgreeableAgent
{
    public const string TorA = "acc16a3c-0c60-4c3e-9be5-ffd86aba98eb";
    public const string Eth1 = "e7a5ecea-a194-4c19-bef2-01ed7b6c2a0d";
    public const string Eth2 = "175b1880-bd39-4677-be4e-60a97361cb7d";

    private readonly SimulatedLab _lab;

    private AgreeableAgent(SimulatedLab lab) => _lab = lab;

    /// <summary>The calls and casts that came, in their order.</summary>
    public List<BusRequest> Received { get; } = [];

    /// <summary>Answers a call instead; null for yes.</summary>
    public Func<BusRequest, BusRemoteException?> Refuse { get; set; } = _ => null;

    /// <summary>Does not answer a call, as an agent that is frozen.</summary>
    public Func<BusRequest, bool> Hang { get; set; } = _ => false;

    public static async Task<AgreeableAgent> StartAsync(SimulatedLab lab)
    {
        var agent = new AgreeableAgent(lab);
        await lab.Driver.Bus.ServeAsync(new BusTarget("l2gateway_agent", "agent-1"), async (request, stop) =>
        {
            agent.Received.Add(request);
            while (agent.Hang(request))
            {
                await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1), stop);
            }

            return agent.Refuse(request) is { } refusal ? throw refusal : null;
        }, atATime: 64); // As the original's.
        return agent;
    }

    /// <summary>Reports, as the monitor, and tells the whole switch.</summary>
    public async Task TellAsync()
    {
        await ReportAsync();
        await CastAsync(0, new JsonObject
        {
            ["ovsdb_identifier"] = "tor-a",
            ["new_physical_switches"] = new JsonArray(new JsonObject { ["uuid"] = TorA, ["name"] = "tor1", ["tunnel_ip"] = "192.0.2.101", ["switch_fault_status"] = null }),
            ["new_physical_ports"] = new JsonArray(Port(Eth1, "eth1"), Port(Eth2, "eth2")),
        });
    }

    public Task<JsonNode?> ReportAsync(string host = "agent-1", string role = "monitor", bool start = false, JsonArray? switches = null)
    {
        var configurations = new JsonObject { ["report_interval"] = 30.0, ["l2gw_agent_type"] = role };
        if (switches is not null)
        {
            configurations["ovsdb_identifiers"] = switches;
        }

        return _lab.Driver.Bus.CallAsync(
            new BusTarget("l2gateway_plugin", Version: "1.2"), "report_state",
            new JsonObject
            {
                ["time"] = "2026-01-01T00:00:00.000000",
                ["agent_state"] = new JsonObject
                {
                    ["agent_state"] = new JsonObject
                    {
                        ["agent_type"] = "L2 Gateway agent", ["binary"] = "neutron-l2gateway-agent", ["host"] = host, ["topic"] = "l2gateway_agent",
                        ["start_flag"] = start, ["uuid"] = "2d29d5ea-c911-4e88-89fd-80641582579a", ["configurations"] = configurations,
                    },
                },
            },
            TimeSpan.FromSeconds(30)).AsTask();
    }

    /// <summary>Casts and returns when the plugin has taken it: a report waits its turn behind it.</summary>
    public async Task CastAsync(int activity, JsonObject data, JsonObject? context = null)
    {
        await _lab.Driver.Bus.CastAsync(
            new BusTarget("l2gateway_plugin"), "update_ovsdb_changes", new JsonObject { ["activity"] = activity, ["ovsdb_data"] = data }, context);
        await ReportAsync();
    }

    public static JsonObject Port(string uuid, string name, string? fault = null, params (int Vlan, string Network)[] bindings) => new()
    {
        ["uuid"] = uuid, ["name"] = name, ["physical_switch_id"] = TorA, ["port_fault_status"] = fault,
        ["vlan_bindings"] = new JsonArray([.. bindings.Select(b => new JsonObject { ["vlan"] = b.Vlan, ["logical_switch_uuid"] = b.Network })]),
    };
}
