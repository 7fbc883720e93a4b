using System.Text.Json.Nodes;
using VtepLab.Runtime;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>The known failures of the original (F1 and on) that lie in what goes over the bus: which calls are made, with what in them, and which are not.</summary>
public class PluginCallRuleTests
{
    private const string Blue = "ae2d52a4-a918-4491-97e3-4f1322b50573";
    private const string Locator = "d43bdb3f-3396-4971-aa5c-247054c649dd";
    private const string OtherEth1 = "b7a5ecea-a194-4c19-bef2-01ed7b6c2a0d";

    // The original's agent takes "connected" back for nothing: what it did not read in 10 ms it never reads.
    [Test]
    public void F3_a_monitor_that_says_connected_and_tells_nothing_lays_the_role_down_and_gets_it_anew() => PluginStage.Run(async stage =>
    {
        await stage.Agent.ReportAsync(role: "", start: true);
        await stage.PassAsync(1);
        await stage.Agent.ReportAsync();
        var (term, before) = (stage.Controller.Plugin.Model.Monitor!.Value.Term, stage.Agent.Received.Count);

        await SayConnectedAsync(stage);
        Assert.That(stage.Calls("set_monitor_agent", before), Is.Empty, "the content comes after the first word");
        await SayConnectedAsync(stage);
        Assert.That(stage.Calls("set_monitor_agent", before).Select(c => (string?)c["hostname"]), Is.EqualTo(new[] { "" }));
        await stage.Agent.ReportAsync(role: "");
        await stage.PassAsync(1);

        Assert.That((string?)stage.Calls("set_monitor_agent", before)[^1]["hostname"], Is.EqualTo("agent-1"));
        Assert.That(stage.Controller.Plugin.Model.Monitor!.Value.Term, Is.GreaterThan(term));
        await stage.Agent.TellAsync();
        before = stage.Agent.Received.Count;
        await SayConnectedAsync(stage);
        await SayConnectedAsync(stage);
        Assert.That(stage.Calls("set_monitor_agent", before), Is.Empty, "it has told everything");
    });

    [TestCase("a}b", "an original agent counts braces")]
    [TestCase("bl\u00e4u", "an original agent splits characters at its buffer's end")]
    public void F4_a_network_of_any_name_is_described_by_its_id_to_an_original_agent_and_by_its_name_to_ours(string name, string why) => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync(name, 5000);
        var gateway = await stage.GatewayAsync("a", "eth1");
        await stage.ConnectAsync(gateway, network, "100");
        Assert.That((string?)stage.Calls("update_connection_to_gateway")[^1]["logical_switch_dict"]!["description"], Is.EqualTo(network), why);

        await stage.Agent.ReportAsync(switches: ["tor-a"]); // An agent of ours.
        var other = await stage.NetworkAsync(name, 6000);
        await stage.ConnectAsync(gateway, other, "200");
        Assert.That((string?)stage.Calls("update_connection_to_gateway")[^1]["logical_switch_dict"]!["description"], Is.EqualTo(name));
    });

    [Test]
    public void F5_a_call_that_was_given_up_says_when_it_was_made_and_what_it_did_in_the_end_is_taken_back() => PluginStage.Run(
        async stage =>
        {
            var network = await stage.NetworkAsync("blue", 5000);
            var gateway = await stage.GatewayAsync("a", "eth1");
            stage.Agent.Hang = request => request.Method == "update_connection_to_gateway";
            var refused = await stage.TryConnectAsync(gateway, network, "100");
            Assert.That($"{refused.Status} {refused.Body!["NeutronError"]!["message"]}", Is.EqualTo("409 Communication error with the L2 gateway agent"));
            var call = stage.Agent.Received.Last(r => r.Method == "update_connection_to_gateway");
            Assert.That(call.Context["timestamp"]?.ToString(), Does.Match(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$"), "an agent tells by it that the caller is gone");

            // An original agent looks at no clock: it binds all the same, and tells.
            stage.Agent.Hang = _ => false;
            var before = stage.Agent.Received.Count;
            await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
            await stage.PassAsync(2);

            var undone = stage.Calls("update_connection_to_gateway", before)[^1];
            Assert.That(undone["op_method"]!.ToString(), Is.EqualTo("DELETE"));
            Assert.That(undone["port_dicts"]![0]!["vlan_bindings"]!.ToJsonString(), Is.EqualTo($$"""[{"vlan":100,"logical_switch_uuid":"{{Blue}}"}]"""));
            // The VLAN is not lost: the same connection can be asked for again, before and after the switch has let go.
            await stage.ConnectAsync(gateway, network, "100");
        });

    [Test]
    public void F23_a_change_that_changes_nothing_the_plugin_keeps_is_neither_written_nor_acted_on() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.PassAsync(1);
        var (changes, before) = (0, stage.Agent.Received.Count);
        stage.Controller.Plugin.Model.SwitchChanged += _ => changes++;

        // What an original agent casts each time a port's statistics change: all columns, and those that are kept are the same.
        for (var n = 0; n < 10; n++)
        {
            await stage.Agent.CastAsync(1, stage.Data(("modified_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1", null, (100, Blue)))));
        }

        await stage.PassAsync(1);
        Assert.That(changes, Is.Zero);
        Assert.That(stage.Calls("update_connection_to_gateway", before), Is.Empty);
        Assert.That(stage.Controller.Plugin.Model.Switch("tor-a").Ports.Single(p => p.Name == "eth1").Bindings, Has.Count.EqualTo(1));
    });

    [Test]
    public void F31_nothing_is_asked_for_no_address_and_of_two_equal_requests_at_once_one_is_refused() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        var gateway = await stage.GatewayAsync("a", "eth1");
        var answers = await Task.WhenAll(stage.TryConnectAsync(gateway, network, "100"), stage.TryConnectAsync(gateway, network, "100"));
        Assert.That(answers.Select(a => a.Status).Order(), Is.EqualTo(new[] { 201, 409 }));
        Assert.That((string?)answers.Single(a => a.Status == 409).Body!["NeutronError"]!["type"], Is.EqualTo("L2GatewayConnectionExists"));
        Assert.That(stage.Calls("update_connection_to_gateway"), Has.Count.EqualTo(1));

        // A network without machines goes: there is no address to delete, and so no call that would.
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        var made = answers.Single(a => a.Status == 201).Body!["l2_gateway_connection"]!["id"];
        await stage.Controller.RequestAsync("DELETE", $"/l2-gateway-connections/{made}");
        await stage.Agent.CastAsync(1, stage.Data(("modified_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1"))));
        await stage.PassAsync(2);
        Assert.That(stage.Calls("delete_network"), Has.Count.EqualTo(1));
        Assert.That(stage.Calls("delete_vif_from_gateway"), Is.Empty);
    });

    [Test]
    public void F32_with_two_gateways_on_a_network_the_addresses_go_from_the_one_that_is_disconnected_alone() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        await stage.Agent.CastAsync(0, JsonNode.Parse(
            $$$"""
            {"ovsdb_identifier": "tor-b",
             "new_physical_switches": [{"uuid": "bcc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "name": "tor2", "tunnel_ip": "192.0.2.102", "switch_fault_status": null}],
             "new_physical_ports": [{"uuid": "{{{OtherEth1}}}", "name": "eth1", "physical_switch_id": "bcc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "vlan_bindings": [], "port_fault_status": null}]}
            """)!.AsObject());
        var network = await stage.NetworkAsync("blue", 5000);
        var port = await stage.PortAsync(network, "02:1a:0a:00:00:01");
        var other = await stage.Controller.MakeAsync("l2-gateways", JsonNode.Parse(
            """{"name": "b", "devices": [{"device_name": "tor2", "interfaces": [{"name": "eth1"}]}]}""")!.AsObject());
        var first = await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.ConnectAsync(other, network, "100");
        await BoundWithMacAsync(stage, network, "tor-a", AgreeableAgent.Eth1);
        await BoundWithMacAsync(stage, network, "tor-b", OtherEth1);
        await stage.PassAsync(1);
        var before = stage.Agent.Received.Count;

        await stage.Controller.RequestAsync("DELETE", $"/l2-gateway-connections/{first}");
        await stage.PassAsync(2);
        Assert.That(stage.Calls("delete_vif_from_gateway", before).Select(c => $"{c["ovsdb_identifier"]} {c["mac"]!.ToJsonString()}"), Is.EqualTo(
            new[] { "tor-a [\"02:1a:0a:00:00:01\"]" }));
        Assert.That(stage.Agent.Received.Skip(before).Select(r => r.Arguments["ovsdb_identifier"]?.ToString()), Has.None.EqualTo("tor-b"));

        // The other switch still follows the network: a machine that goes goes there too.
        before = stage.Agent.Received.Count;
        await stage.Controller.RequestAsync("DELETE", $"/ports/{port}");
        await stage.PassAsync(2);
        Assert.That(stage.Calls("delete_vif_from_gateway", before).Select(c => $"{c["ovsdb_identifier"]} {c["mac"]!.ToJsonString()}"), Does.Contain(
            "tor-b [\"02:1a:0a:00:00:01\"]"));
    });

    private static Task BoundWithMacAsync(PluginStage stage, string network, string identifier, string port)
    {
        var data = stage.Data(
            ("new_logical_switches", stage.LogicalSwitch(Blue, network, 5000)),
            ("modified_physical_ports", AgreeableAgent.Port(port, "eth1", null, (100, Blue))),
            ("new_physical_locators", new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.11" }),
            ("new_remote_macs", stage.Mac("a0000000-0000-4000-8000-000000000001", "02:1a:0a:00:00:01", Blue, Locator)));
        data["ovsdb_identifier"] = identifier;
        data["modified_physical_ports"]![0]!["physical_switch_id"] = null;
        return stage.Agent.CastAsync(1, data);
    }

    private static async Task SayConnectedAsync(PluginStage stage)
    {
        await stage.Lab.Driver.Bus.CastAsync(
            new BusTarget("l2gateway_plugin"), "notify_ovsdb_states", new JsonObject { ["ovsdb_states"] = new JsonObject { ["tor-a"] = "connected" } });
        await stage.Agent.ReportAsync();
    }
}
