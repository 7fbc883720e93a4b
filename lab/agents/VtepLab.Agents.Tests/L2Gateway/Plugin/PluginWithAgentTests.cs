using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Agent;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>The plugin with our own agents and emulated switches, in virtual time.</summary>
public class PluginWithAgentTests
{
    [Test]
    public void A_switch_is_assigned_to_agents_by_REST_and_taken_away_again() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        await using var controller = await StartControllerAsync(lab.Driver);
        StartAgent(lab, "agent-1");
        await MonitoredAsync(lab, controller, "agent-1");

        var id = await controller.MakeAsync("l2-gateway-assignments", new()
        {
            ["ovsdb_identifier"] = "leaf1", ["ovsdb_host"] = leaf1.Endpoint.ToString(), ["agents"] = new JsonArray("agent-1"),
        });
        await lab.UntilAsync(
            _ => Task.FromResult(controller.Plugin.Model.Switch("leaf1").Ports.Count), n => n == 1 ? null : $"{n} ports are known", TimeSpan.FromSeconds(10));
        Assert.That(Served(controller), Is.EqualTo("[\"leaf1\"]"));

        await controller.RequestAsync("DELETE", $"/l2-gateway-assignments/{id}");
        await lab.UntilAsync(_ => Task.FromResult(Served(controller)), s => s == "[]" ? null : s, TimeSpan.FromSeconds(10));
        return true;
    });

    [Test]
    public void An_agent_that_starts_again_is_told_its_assignments() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        await using var controller = await StartControllerAsync(lab.Driver);
        var agent = StartAgent(lab, "agent-1");
        await MonitoredAsync(lab, controller, "agent-1");
        await controller.MakeAsync("l2-gateway-assignments", new() { ["ovsdb_identifier"] = "leaf1", ["ovsdb_host"] = leaf1.Endpoint.ToString() });
        await lab.UntilAsync(_ => Task.FromResult(Served(controller)), s => s.Contains("leaf1", StringComparison.Ordinal) ? null : s, TimeSpan.FromSeconds(10));

        await agent.RestartAsync();
        var dumps = controller.Plugin.Model.DumpsOf("leaf1");

        await lab.UntilAsync(_ => Task.FromResult(controller.Plugin.Model.DumpsOf("leaf1")), n => n > dumps ? null : $"{n} dumps", TimeSpan.FromSeconds(30));
        return true;
    });

    [Test]
    public void The_agent_heard_last_takes_over_when_the_monitor_dies() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        await using var controller = await StartControllerAsync(lab.Driver);
        var machines = new Dictionary<string, LabMachine>
        {
            ["agent-1"] = StartAgent(lab, "agent-1", new OvsdbHost("leaf1", leaf1.Endpoint)), ["agent-2"] = StartAgent(lab, "agent-2", new OvsdbHost("leaf1", leaf1.Endpoint)),
        };
        await lab.UntilAsync(_ => Task.FromResult(controller.Plugin.Monitors.Count), n => n == 1 ? null : $"{n} monitors", TimeSpan.FromSeconds(20));
        var first = controller.Plugin.Monitors[0];
        var (term, dumps, died) = (controller.Plugin.Model.Monitor!.Value.Term, controller.Plugin.Model.DumpsOf("leaf1"), lab.World.Now);

        await machines[first].CrashAsync();
        await lab.UntilAsync(
            _ => Task.FromResult(controller.Plugin.Monitors), m => m is [var one] && one != first ? null : string.Join(",", m), TimeSpan.FromSeconds(120));

        Assert.That(lab.World.Now - died, Is.LessThan(new PluginOptions().AgentDownTime + TimeSpan.FromSeconds(1)));
        Assert.That(controller.Plugin.Model.Monitor!.Value.Term, Is.GreaterThan(term));
        await lab.UntilAsync(_ => Task.FromResult(controller.Plugin.Model.DumpsOf("leaf1")), n => n > dumps ? null : $"{n} dumps", TimeSpan.FromSeconds(10));
        return true;
    });

    [Test]
    public void Three_plugins_share_a_database_and_one_of_them_leads() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        lab.Start("db", async host =>
        {
            var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
            server.Add(new Database(PluginModel.Schema, host.Entropy.NewUuid));
            await using var service = new OvsdbServerService(
                host, server, new OvsdbServerServiceOptions { Remotes = [new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort)] });
            await service.StartAsync();
            await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
        });
        var (controllers, machines) = (new SortedDictionary<string, NeutronController>(), new SortedDictionary<string, LabMachine>());
        foreach (var name in (string[])["controller-1", "controller-2", "controller-3"])
        {
            machines[name] = lab.Start(name, async host =>
            {
                controllers[name] = await StartControllerAsync(host, new() { Servers = [new Endpoint(EndpointScheme.Tcp, "db", Endpoint.DefaultPort)] });
                await host.DelayAsync(Timeout.InfiniteTimeSpan, host.Stopping);
            });
        }

        await lab.UntilAsync(_ => Task.FromResult(controllers.Count), n => n == 3 ? null : $"{n} controllers", TimeSpan.FromSeconds(20));
        StartAgent(lab, "agent-1", new OvsdbHost("leaf1", leaf1.Endpoint));
        await lab.UntilAsync(_ => Task.FromResult(Leaders()), n => n.Count == 1 ? null : $"{n.Count} leaders", TimeSpan.FromSeconds(20));
        await lab.UntilAsync(
            _ => Task.FromResult(controllers.Values.Select(c => c.Plugin.Model.Switch("leaf1").Ports.Count).ToList()), n => n.All(p => p == 1) ? null : string.Join(",", n),
            TimeSpan.FromSeconds(60));
        var gateway = await controllers["controller-1"].MakeAsync("l2-gateways", JsonNode.Parse(
            """{"name": "gw", "devices": [{"device_name": "leaf1", "interfaces": [{"name": "eth1"}]}]}""")!.AsObject());
        Assert.That((await controllers["controller-3"].RequestAsync("GET", $"/l2-gateways/{gateway}")).Status, Is.EqualTo(200));

        var leader = Leaders().Single();
        await machines[leader].CrashAsync();
        controllers.Remove(leader);
        await lab.UntilAsync(_ => Task.FromResult(Leaders()), n => n.Count == 1 ? null : $"{n.Count} leaders", TimeSpan.FromSeconds(60));
        return true;

        List<string> Leaders() => [.. controllers.Where(c => c.Value.Plugin.Model.IsLeader).Select(c => c.Key)];
    });

    [Test]
    public void A_switch_of_many_ports_VLANs_and_networks_is_told_in_parts_of_bounded_size() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", [.. Enumerable.Range(1, 30).Select(p => $"eth{p}")]);
        await OvsdbVisit.RunAsync(lab.Driver, leaf1.Endpoint, null, "leaf1", (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            var networks = Enumerable.Range(1, 40).Select(n => write.Insert("Logical_Switch", ("name", $"net-{n}"), ("tunnel_key", n))).ToList();
            write.Update("Physical_Port", Where.EveryRow, ("vlan_bindings", Datum.Map(networks.Select((n, i) => KeyValuePair.Create((Atom)(i + 1), (Atom)n)))));
            return client.TransactAsync(write);
        }, default);
        await using var controller = await StartControllerAsync(lab.Driver);
        var parts = new List<JsonObject>();
        controller.Plugin.SwitchTold += told => parts.Add(told["ovsdb_data"]!.AsObject());

        StartAgent(lab, new AgentOptions { Host = "agent-1", OvsdbHosts = [new OvsdbHost("leaf1", leaf1.Endpoint)], MaxRowsPerCast = 25 });
        await lab.UntilAsync(_ => Task.FromResult(controller.Plugin.Model.DumpsOf("leaf1")), n => n == 1 ? null : $"{n} dumps", TimeSpan.FromSeconds(30));

        var copy = controller.Plugin.Model.Switch("leaf1");
        Assert.That((copy.LogicalSwitches.Count, copy.Ports.Count, copy.Ports.Sum(p => p.Bindings.Count)), Is.EqualTo((40, 30, 30 * 40)));
        Assert.That(copy.PhysicalSwitches.Single().Name, Is.EqualTo("leaf1"));
        // A port with 40 VLANs is as much as 11 rows.
        Assert.That(parts.Select(p => p.Where(l => l.Key.StartsWith("new_", StringComparison.Ordinal)).Sum(l => l.Value!.AsArray().Count)).Max(), Is.EqualTo(25));
        Assert.That(parts.Where(p => p.ContainsKey("new_physical_ports")).Select(p => p["new_physical_ports"]!.AsArray().Count), Has.All.EqualTo(2).And.Exactly(15).Items);
        return true;
    });

    [Test]
    public void An_agent_without_a_name_is_none() => SimulatedLab.Run(7, async lab =>
    {
        await using var controller = await StartControllerAsync(lab.Driver);
        var report = JsonNode.Parse("""
            {"agent_state": {"agent_state": {"agent_type": "L2 Gateway agent", "binary": "b", "host": "", "topic": "t", "configurations": {}}}, "time": "2026-01-01T00:00:00.000000"}
            """)!.AsObject();

        var refused = await Assert.ThrowsAsync<BusRemoteException>(async () =>
            await lab.Driver.Bus.CallAsync(new BusTarget("l2gateway_plugin", Version: "1.2"), "report_state", report, TimeSpan.FromSeconds(10)));

        Assert.That(refused!.Message, Is.EqualTo("report_state: agent_state.agent_state.host: expected a name, found \"\""));
        Assert.That(controller.Plugin.Agents, Is.Empty);
        return true;
    });

    [Test]
    public void A_request_whose_message_no_broker_takes_is_refused_and_leaves_nothing() => SimulatedLab.Run(7, async lab =>
    {
        var leaf1 = await lab.AddSwitchAsync("leaf1", ["eth1"]);
        await using var controller = await StartControllerAsync(lab.Driver);
        StartAgent(lab, "agent-1", new OvsdbHost("leaf1", leaf1.Endpoint));
        await lab.UntilAsync(_ => Task.FromResult(controller.Plugin.Model.DumpsOf("leaf1")), n => n > 0 ? null : "no dump", TimeSpan.FromSeconds(30));
        var network = await controller.MakeAsync("networks", new() { ["name"] = new string('x', 200) });
        var gateway = await controller.MakeAsync("l2-gateways", JsonNode.Parse(
            """{"name": "gw", "devices": [{"device_name": "leaf1", "interfaces": [{"name": "eth1"}]}]}""")!.AsObject());
        lab.World.Bus.MaxMessageSize = 800; // A report still fits.

        var answer = await controller.RequestAsync("POST", "/l2-gateway-connections", new JsonObject
        {
            ["l2_gateway_connection"] = new JsonObject { ["l2_gateway_id"] = gateway, ["network_id"] = network, ["segmentation_id"] = "10" },
        });

        Assert.That(answer.Status, Is.EqualTo(409));
        Assert.That((string?)answer.Body!["NeutronError"]!["message"], Does.Match(
            "^Communication error with the L2 gateway agent: nothing was sent to .*l2gateway_agent.agent-1: .*message size [0-9]+ is larger than configured max size 800"));
        Assert.That((await controller.RequestAsync("GET", "/l2-gateway-connections")).Body!["l2_gateway_connections"]!.AsArray(), Is.Empty);
        Assert.That((await SwitchContents.ReadAsync(lab.Driver, leaf1)).LogicalSwitches, Is.Empty);
        return true;
    });

    private static Task<NeutronController> StartControllerAsync(IHost host, ModelDatabaseOptions? database = null) => NeutronController.StartAsync(
        host, new NeutronServerOptions { Host = host.Name, Database = new() }, new PluginOptions { Host = host.Name, Database = database ?? new() });

    private static LabMachine StartAgent(SimulatedLab lab, string name, params OvsdbHost[] switches)
    {
        return StartAgent(lab, new AgentOptions { Host = name, OvsdbHosts = [.. switches] });
    }

    private static LabMachine StartAgent(SimulatedLab lab, AgentOptions options) =>
        lab.Start(options.Host, host => L2GatewayAgent.RunAsync(host, options, host.Stopping));

    private static Task<IReadOnlyList<string>> MonitoredAsync(SimulatedLab lab, NeutronController controller, string agent) => lab.UntilAsync(
        _ => Task.FromResult(controller.Plugin.Monitors), m => m.Contains(agent) ? null : "nobody monitors", TimeSpan.FromSeconds(20));

    private static string Served(NeutronController controller) => controller.Plugin.Agents[0]["configurations"]!["ovsdb_identifiers"]!.ToJsonString();
}
