using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron.Rest;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>A controller, an agent that agrees, and an L2 agent's end of the bus; and what tests do with them.</summary>
internal sealed class PluginStage
{
    private readonly List<BusRequest> _fdb = [];

    private PluginStage(SimulatedLab lab, NeutronController controller, AgreeableAgent agent) => (Lab, Controller, Agent) = (lab, controller, agent);

    public SimulatedLab Lab { get; }

    public NeutronController Controller { get; }

    public AgreeableAgent Agent { get; }

    public TimeSpan Now => Lab.World.Now;

    /// <summary>Runs a test in virtual time with a controller, and an agent that has told of its switch.</summary>
    public static void Run(Func<PluginStage, Task> test, PluginOptions? options = null) => SimulatedLab.Run(7, async lab =>
    {
        var agent = await AgreeableAgent.StartAsync(lab);
        await using var controller = await NeutronController.StartAsync(
            lab.Driver, new NeutronServerOptions { Database = new() }, options ?? new PluginOptions { Database = new() });
        await agent.TellAsync();
        await test(await StartAsync(lab, controller, agent));
        return true;
    });

    private static async Task<PluginStage> StartAsync(SimulatedLab lab, NeutronController controller, AgreeableAgent agent)
    {
        var stage = new PluginStage(lab, controller, agent);
        await lab.Driver.Bus.ServeAsync(new BusTarget("q-agent-notifier-l2population-update", "compute1"), (request, _) =>
        {
            stage._fdb.Add(request);
            return ValueTask.FromResult<JsonNode?>(null);
        });
        return stage;
    }

    /// <summary>Lets time go by; the agent goes on reporting.</summary>
    public async Task PassAsync(int seconds)
    {
        for (var n = 0; n < seconds; n++)
        {
            await Lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
            if (n % 20 == 19)
            {
                await Agent.ReportAsync();
                await ReportComputeAsync();
            }
        }
    }

    /// <summary>The arguments of the calls and casts of a method, those before a number of all left out.</summary>
    public IReadOnlyList<JsonObject> Calls(string method, int after = 0) => [.. Agent.Received.Skip(after).Where(r => r.Method == method).Select(r => r.Arguments)];

    /// <summary>What the L2 agents were told.</summary>
    public IReadOnlyList<string> Fdb(string method) => [.. _fdb.Where(r => r.Method == method).Select(r => r.Arguments.ToJsonString())];

    /// <summary>An L2 agent with l2population on compute1 at 192.0.2.11.</summary>
    public async Task ComputeAsync()
    {
        _hasCompute = true;
        await ReportComputeAsync();
    }

    private bool _hasCompute;

    private async Task ReportComputeAsync()
    {
        if (_hasCompute)
        {
            await Lab.Driver.Bus.CallAsync(new BusTarget("q-reports-plugin", Version: "1.2"), "report_state", JsonNode.Parse(
                """
                {"time": "2026-01-01T00:00:00.000000", "agent_state": {"agent_state": {"agent_type": "Open vSwitch agent", "binary": "neutron-openvswitch-agent",
                 "host": "compute1", "topic": "N/A", "configurations": {"tunnel_types": ["vxlan"], "tunneling_ip": "192.0.2.11", "l2_population": true}}}}
                """)!.AsObject(), TimeSpan.FromSeconds(30));
        }
    }

    public Task<string> NetworkAsync(string name, int vni) => Controller.MakeAsync("networks", new() { ["name"] = name, ["provider:segmentation_id"] = vni });

    public Task<string> PortAsync(string network, string mac, string host = "compute1") => Controller.MakeAsync(
        "ports", new() { ["network_id"] = network, ["mac_address"] = mac, ["device_owner"] = "compute:nova", ["binding:host_id"] = host });

    public Task<string> GatewayAsync(string name, string port) => Controller.MakeAsync("l2-gateways", new()
    {
        ["name"] = name,
        ["devices"] = new JsonArray(new JsonObject { ["device_name"] = "tor1", ["interfaces"] = new JsonArray(new JsonObject { ["name"] = port }) }),
    });

    public async Task<string> ConnectAsync(string gateway, string network, string vlan)
    {
        var answer = await TryConnectAsync(gateway, network, vlan);
        return answer.Status == 201 ? (string)answer.Body!["l2_gateway_connection"]!["id"]! : throw new AssertionException($"{answer.Status} {answer.Body!.ToJsonString()}");
    }

    public Task<RestResponse> TryConnectAsync(string gateway, string network, string vlan) => Controller.RequestAsync(
        "POST", "/l2-gateway-connections", new JsonObject
        {
            ["l2_gateway_connection"] = new JsonObject { ["l2_gateway_id"] = gateway, ["network_id"] = network, ["segmentation_id"] = vlan },
        });

    /// <summary>Casts that a VLAN of a port is bound to a network's new logical switch.</summary>
    public Task BoundAsync((string Port, int Vlan, string Row, string Network) binding) => Agent.CastAsync(1, Data(
        ("new_logical_switches", LogicalSwitch(binding.Row, binding.Network, 5000)),
        ("modified_physical_ports", AgreeableAgent.Port(binding.Port, binding.Port == AgreeableAgent.Eth1 ? "eth1" : "eth2", null, (binding.Vlan, binding.Row)))));

    /// <summary>Casts the whole switch with a binding.</summary>
    public Task DumpAsync((string Port, int Vlan, string Row, string Network) binding)
    {
        var whole = Whole();
        whole["new_logical_switches"] = new JsonArray(LogicalSwitch(binding.Row, binding.Network, 5000));
        whole["new_physical_ports"]![0] = AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1", null, (binding.Vlan, binding.Row));
        return Agent.CastAsync(0, whole);
    }

    /// <summary>The switch without any network.</summary>
    public JsonObject Whole() => Data(
        ("new_physical_switches", new JsonObject { ["uuid"] = AgreeableAgent.TorA, ["name"] = "tor1", ["tunnel_ip"] = "192.0.2.101", ["switch_fault_status"] = null }),
        ("new_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1")), ("new_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth2, "eth2")));

    public JsonObject Data(params (string List, JsonNode Item)[] items)
    {
        var data = new JsonObject { ["ovsdb_identifier"] = "tor-a" };
        foreach (var (list, item) in items)
        {
            if (data[list] is not JsonArray array)
            {
                data[list] = array = [];
            }

            array.Add(item);
        }

        return data;
    }

    public JsonObject LogicalSwitch(string uuid, string network, int vni) => new() { ["uuid"] = uuid, ["name"] = network, ["key"] = vni, ["description"] = "" };

    public JsonObject Mac(string uuid, string mac, string network, string? locator) => new()
    {
        ["uuid"] = uuid, ["mac"] = mac, ["logical_switch_id"] = network, ["physical_locator_id"] = locator, ["ip_address"] = "",
    };
}
