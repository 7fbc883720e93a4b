using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>
/// Replays a session of the original: its agents' messages come to our plugin as they were captured, the users' steps are made by
/// REST, and what we ask of the agents in each step is held against what the original asked. Network ids aside, all of it.
/// </summary>
public class RpcSampleTests
{
    // What a step's users did. Where nothing stands here, nobody did anything.
    private static readonly Dictionary<string, Func<Session, Task>> Actions = new()
    {
        ["connection on a network without VMs (scenario 2)"] = async s =>
        {
            await s.NetworkAsync("net-a", "3c1a6b21-34fc-4ddc-b52e-cbb61d25f89d", 5760, "10.31.0.0/16");
            s.Gateway = await s.GatewayAsync("""[{"name": "eth1"}]""");
            await s.ConnectAsync(s.Gateway, "net-a", "100");
        },
        ["VM boots on compute1"] = async s => s.Vm = await s.PortAsync("net-a", "fa:16:3e:00:00:01", "10.31.2.231", "compute1"),
        ["the port is updated without a change that matters"] = s => s.UpdateAsync($"/ports/{s.Vm}", """{"port": {"name": "renamed"}}"""),
        ["VM migrates to compute2"] = s => s.UpdateAsync($"/ports/{s.Vm}", """{"port": {"binding:host_id": "compute2"}}"""),
        ["connection on a network with VMs on two nodes and an allowed address pair (scenario 1)"] = async s =>
        {
            await s.NetworkAsync("net-b", "3b2134e8-6d4a-493b-a698-36965bd7d01f", 5881, "10.32.0.0/16");
            await s.PortAsync("net-b", "fa:16:3e:00:00:02", "10.32.2.98", "compute1", """[{"mac_address": "00:00:5e:00:01:01", "ip_address": "10.32.0.99"}]""");
            await s.PortAsync("net-b", "fa:16:3e:00:00:03", "10.32.1.202", "compute2");
            s.Connection = await s.ConnectAsync(s.Gateway, "net-b", "101");
        },
        ["gateway gains interface eth2"] = s => s.UpdateAsync(
            $"/l2-gateways/{s.Gateway}", """{"l2_gateway": {"devices": [{"device_name": "tor1", "interfaces": [{"name": "eth1"}, {"name": "eth2"}]}]}}"""),
        ["gateway loses interface eth2"] = s => s.UpdateAsync(
            $"/l2-gateways/{s.Gateway}", """{"l2_gateway": {"devices": [{"device_name": "tor1", "interfaces": [{"name": "eth1"}]}]}}"""),
        ["gateway with segmentation ids on the interfaces"] = async s =>
        {
            await s.NetworkAsync("net-c", "fe563ccd-ca9c-4e23-af68-4039ca43fd75", 5717, "10.33.0.0/16");
            await s.ConnectAsync(await s.GatewayAsync("""[{"name": "eth2", "segmentation_id": [310, 311]}]"""), "net-c", "");
        },
        ["VM on a node whose agent has no l2population"] = async s =>
        {
            await s.ReportL2AgentAsync("compute3", "192.0.2.13", l2Population: false);
            await s.PortAsync("net-a", "fa:16:3e:00:00:04", "10.31.3.3", "compute3");
        },
        ["VM deleted"] = s => s.DeleteAsync($"/ports/{s.Vm}"),
        ["connection deleted"] = s => s.DeleteAsync($"/l2-gateway-connections/{s.Connection}"),
    };

    [Test]
    public void The_agents_are_asked_for_what_the_original_asked_for()
    {
        var (differences, calls) = SimulatedLab.Run(7, ReplayAsync);

        // F28: the original leaves the logical switch behind.
        Assert.That(differences, Is.EqualTo(
            "connection deleted: only we ask\n  delete_network {\"logical_switch_uuid\":\"994ac733-6226-402d-9d5f-95c133fda898\",\"ovsdb_identifier\":\"tor-a\"}"));
        Assert.That(calls, Is.EqualTo(14));
    }

    private static async Task<(string Differences, int Calls)> ReplayAsync(SimulatedLab lab)
    {
        var agent = await AgreeableAgent.StartAsync(lab);
        await using var controller = await NeutronController.StartAsync(
            lab.Driver, new NeutronServerOptions { Database = new() }, new PluginOptions { Database = new() });
        var session = new Session(lab, controller);
        await session.ReportL2AgentAsync("compute1", "192.0.2.11");
        await session.ReportL2AgentAsync("compute2", "192.0.2.12");
        var samples = File.ReadAllLines(Path.Combine(TestContext.CurrentContext.TestDirectory, "L2Gateway/Plugin/l2gw-rpc-samples.jsonl"))
            .Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        var (differences, calls, expected, step) = (new List<string>(), 0, new List<string>(), "start");
        foreach (var sample in samples)
        {
            if (sample["step"]?.ToString() is { } next)
            {
                await FinishAsync();
                // From here on the original's other failures show, or somebody calls its agent by hand.
                if (next == "RPC that the switch database refuses")
                {
                    break;
                }

                step = next;
                if (Actions.TryGetValue(step, out var action))
                {
                    await action(session);
                    await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
                }

                continue;
            }

            var message = sample["oslo.message"]!.AsObject();
            var method = message["method"]?.ToString();
            if (method == "update_ovsdb_changes" || (method == "report_state" && message["args"]!.ToJsonString().Contains("L2 Gateway agent", StringComparison.Ordinal)))
            {
                await session.SendAsync(method, session.Ours(message["args"]!.ToJsonString()));
            }
            else if (method is not null && sample["routing_key"]?.ToString() == "l2gateway_agent" && sample["exchange"]?.ToString() == "neutron")
            {
                expected.Add($"{method} {Sorted(JsonNode.Parse(session.Ours(message["args"]!.ToJsonString())))!.ToJsonString()}");
            }
        }

        return (string.Join('\n', differences), calls);

        async Task FinishAsync()
        {
            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
            var asked = agent.Received.Where(r => r.Method != "set_monitor_agent").Select(r => $"{r.Method} {Sorted(r.Arguments)!.ToJsonString()}").ToList();
            differences.AddRange(expected.Except(asked).Select(e => $"{step}: the original asks\n  {e}"));
            differences.AddRange(asked.Except(expected).Select(e => $"{step}: only we ask\n  {e}"));
            calls += asked.Count;
            expected.Clear();
            agent.Received.Clear();
        }
    }

    // The order of lists is chance at the original.
    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => KeyValuePair.Create(m.Key, Sorted(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted).OrderBy(i => i?.ToJsonString() ?? "", StringComparer.Ordinal)]),
        _ => node?.DeepClone(),
    };

    /// <summary>The users of the session, and the ids under which they and the original know the networks.</summary>
    private sealed class Session(SimulatedLab lab, NeutronController controller)
    {
        private readonly Dictionary<string, (string Ours, string Theirs)> _networks = [];

        public string Gateway { get; set; } = "";

        public string Vm { get; set; } = "";

        public string Connection { get; set; } = "";

        public string Ours(string text) => _networks.Values.Aggregate(text, (t, n) => t.Replace(n.Theirs, n.Ours, StringComparison.Ordinal));

        public async Task NetworkAsync(string name, string theirs, int vni, string cidr)
        {
            var ours = await controller.MakeAsync("networks", new() { ["name"] = name, ["provider:segmentation_id"] = vni });
            _networks.Add(name, (ours, theirs));
            await controller.MakeAsync("subnets", new() { ["network_id"] = ours, ["cidr"] = cidr });
        }

        public Task<string> GatewayAsync(string interfaces) => controller.MakeAsync("l2-gateways", new()
        {
            ["devices"] = new JsonArray(new JsonObject { ["device_name"] = "tor1", ["interfaces"] = JsonNode.Parse(interfaces) }),
        });

        public Task<string> ConnectAsync(string gateway, string network, string vlan) => controller.MakeAsync(
            "l2-gateway-connections", new() { ["l2_gateway_id"] = gateway, ["network_id"] = _networks[network].Ours, ["segmentation_id"] = vlan });

        public Task<string> PortAsync(string network, string mac, string ip, string host, string pairs = "[]") => controller.MakeAsync("ports", new()
        {
            ["network_id"] = _networks[network].Ours, ["mac_address"] = mac, ["fixed_ips"] = new JsonArray(new JsonObject { ["ip_address"] = ip }),
            ["device_owner"] = "compute:nova", ["binding:host_id"] = host, ["allowed_address_pairs"] = JsonNode.Parse(pairs),
        });

        public async Task UpdateAsync(string path, string body) =>
            Assert.That((await controller.RequestAsync("PUT", path, JsonNode.Parse(body))).Status, Is.EqualTo(200));

        public async Task DeleteAsync(string path) => Assert.That((await controller.RequestAsync("DELETE", path)).Status, Is.EqualTo(204));

        public async Task SendAsync(string method, string arguments)
        {
            var target = new BusTarget("l2gateway_plugin", Version: method == "report_state" ? "1.2" : "1.0");
            await lab.Driver.Bus.CallAsync(target, method, JsonNode.Parse(arguments)!.AsObject(), TimeSpan.FromSeconds(30));
        }

        public async Task ReportL2AgentAsync(string host, string tunnelIp, bool l2Population = true) => await lab.Driver.Bus.CallAsync(
            new BusTarget("q-reports-plugin", Version: "1.2"), "report_state",
            new JsonObject
            {
                ["time"] = "2026-11-21T04:37:50.000000",
                ["agent_state"] = new JsonObject
                {
                    ["agent_state"] = new JsonObject
                    {
                        ["agent_type"] = "Open vSwitch agent", ["binary"] = "neutron-openvswitch-agent", ["host"] = host, ["topic"] = "N/A",
                        ["configurations"] = new JsonObject { ["tunnel_types"] = new JsonArray("vxlan"), ["tunneling_ip"] = tunnelIp, ["l2_population"] = l2Population },
                    },
                },
            },
            TimeSpan.FromSeconds(30));
    }
}
