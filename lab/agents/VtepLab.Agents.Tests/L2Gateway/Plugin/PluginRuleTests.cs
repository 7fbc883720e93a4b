using System.Text.Json.Nodes;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Runtime;
using VtepLab.Neutron;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>The known failures of the original (F1 and on) that are the plugin's: each is asked for here, beside an agent in the original's words.</summary>
public class PluginRuleTests
{
    private const string Blue = "ae2d52a4-a918-4491-97e3-4f1322b50573";
    private const string Locator = "d43bdb3f-3396-4971-aa5c-247054c649dd";

    [Test]
    public void F1_an_update_of_one_gateway_leaves_the_ports_of_another_alone() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        var other = await stage.GatewayAsync("b", "eth2");
        var before = stage.Agent.Received.Count;

        await stage.Controller.RequestAsync("PUT", $"/l2-gateways/{other}", JsonNode.Parse(
            """{"l2_gateway": {"devices": [{"device_name": "tor1", "interfaces": [{"name": "eth1"}]}]}}"""));
        await stage.PassAsync(40);

        Assert.That(stage.Calls("update_connection_to_gateway", before), Is.Empty);
    });

    [Test]
    public void F2_a_dump_is_one_difference_and_orders_nothing_to_be_deleted() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        var before = stage.Agent.Received.Count;
        var seen = new List<int>();
        stage.Controller.Plugin.Model.SwitchChanged += id => seen.Add(stage.Controller.Plugin.Model.Switch(id).Ports.Count);

        await stage.DumpAsync((AgreeableAgent.Eth1, 100, Blue, network)); // The same again.
        await stage.PassAsync(60);

        Assert.That(seen, Is.Empty);
        Assert.That(stage.Agent.Received.Skip(before).Where(r => r.Method != "set_monitor_agent"), Is.Empty);
    });

    [Test]
    public void F6_a_deleted_network_leaves_no_binding_and_no_logical_switch() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        var gateway = await stage.GatewayAsync("a", "eth1");
        await stage.ConnectAsync(gateway, network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));

        Assert.That((await stage.Controller.RequestAsync("DELETE", $"/networks/{network}")).Status, Is.EqualTo(204));
        await stage.PassAsync(1);
        Assert.That(stage.Calls("update_connection_to_gateway")[^1]["op_method"]!.ToString(), Is.EqualTo("DELETE"));
        await stage.Agent.CastAsync(1, stage.Data(("modified_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1"))));
        await stage.PassAsync(1);
        Assert.That(stage.Calls("delete_network")[^1]["logical_switch_uuid"]!.ToString(), Is.EqualTo(Blue)); // F28 too.
        await stage.Agent.CastAsync(1, stage.Data(("deleted_logical_switches", stage.LogicalSwitch(Blue, network, 5000))));

        // The VLAN is free again.
        await stage.ConnectAsync(gateway, await stage.NetworkAsync("red", 6000), "100");
    });

    [Test]
    public void F7_the_flooding_entry_stays_when_the_last_bare_metal_address_ages_out() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        var mac = stage.Mac("b0000000-0000-4000-8000-000000000001", "aa:bb:cc:00:00:01", Blue, Locator);
        var own = new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.101" };
        await stage.Agent.CastAsync(1, stage.Data(("new_physical_locators", own), ("new_local_macs", mac)));
        await stage.PassAsync(1);
        // F14: a unicast entry for bare metal.
        Assert.That(stage.Fdb("add_fdb_entries")[^1], Does.Contain("[\"aa:bb:cc:00:00:01\",\"0.0.0.0\"]"));

        await stage.Agent.CastAsync(1, stage.Data(("deleted_physical_locators", own.DeepClone()), ("deleted_local_macs", mac.DeepClone())));
        await stage.PassAsync(40);

        Assert.That(stage.Fdb("remove_fdb_entries"), Is.EqualTo(new[]
        {
            $$$$$"""{"fdb_entries":{"{{{{{network}}}}}":{"segment_id":5000,"network_type":"vxlan","ports":{"192.0.2.101":[["aa:bb:cc:00:00:01","0.0.0.0"]]}}}}""",
        }));
    });

    [Test]
    public void F8_an_address_deleted_while_no_agent_answers_is_deleted_later() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        var network = await stage.NetworkAsync("blue", 5000);
        var port = await stage.PortAsync(network, "02:1a:0a:00:00:01");
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.Agent.CastAsync(1, stage.Data(
            ("new_physical_locators", new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.11" }),
            ("new_remote_macs", stage.Mac("a0000000-0000-4000-8000-000000000001", "02:1a:0a:00:00:01", Blue, Locator))));
        stage.Agent.Refuse = request => request.Method == "delete_vif_from_gateway" ? new BusRemoteException("OVSDBError", "unreachable") : null;

        var started = stage.Now;
        Assert.That((await stage.Controller.RequestAsync("DELETE", $"/ports/{port}")).Status, Is.EqualTo(204));
        Assert.That(stage.Now - started, Is.LessThan(TimeSpan.FromMilliseconds(10))); // F12: no switch is called inside a tenant's request.
        await stage.PassAsync(20);
        stage.Agent.Refuse = _ => null;
        var before = stage.Agent.Received.Count;
        await stage.PassAsync(70);

        Assert.That(stage.Calls("delete_vif_from_gateway", before)[0]["mac"]!.ToJsonString(), Is.EqualTo("[\"02:1a:0a:00:00:01\"]"));
    });

    [Test]
    public void F9_a_port_that_comes_back_is_bound_again_and_its_connection_was_never_gone() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        var connection = await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.Agent.CastAsync(1, stage.Data(("deleted_physical_ports", AgreeableAgent.Port(AgreeableAgent.Eth1, "eth1"))));
        await stage.PassAsync(5);
        Assert.That((await stage.Controller.RequestAsync("GET", $"/l2-gateway-connections/{connection}")).Status, Is.EqualTo(200));
        var before = stage.Agent.Received.Count;

        await stage.Agent.CastAsync(1, stage.Data(("new_physical_ports", AgreeableAgent.Port("e7a5ecea-a194-4c19-bef2-01ed7b6c2a0e", "eth1"))));
        await stage.PassAsync(5);

        var call = stage.Calls("update_connection_to_gateway", before).Single();
        Assert.That(call["port_dicts"]![0]!.ToJsonString(), Does.Contain("e7a5ecea-a194-4c19-bef2-01ed7b6c2a0e").And.Contain("\"vlan\":100"));
    });

    [Test]
    public void F10_what_vanished_while_nobody_monitored_is_withdrawn() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.Agent.CastAsync(1, stage.Data(("new_local_macs", stage.Mac("b0000000-0000-4000-8000-000000000001", "aa:bb:cc:00:00:01", Blue, null))));
        await stage.PassAsync(1);

        await stage.DumpAsync((AgreeableAgent.Eth1, 100, Blue, network)); // Of the next monitor; without the address.
        await stage.PassAsync(1);

        Assert.That(stage.Fdb("remove_fdb_entries").Single(), Does.Contain("aa:bb:cc:00:00:01").And.Not.Contain("00:00:00:00:00:00"));
    });

    [Test]
    public void F11_a_call_goes_to_an_agent_that_looks_after_the_switch() => PluginStage.Run(async stage =>
    {
        var elsewhere = new List<string>();
        await stage.Lab.Driver.Bus.ServeAsync(new BusTarget("l2gateway_agent", "agent-2"), (request, _) =>
        {
            if (request.Arguments.ContainsKey("ovsdb_identifier"))
            {
                elsewhere.Add(request.Method);
            }

            return ValueTask.FromResult<JsonNode?>(null);
        });
        await stage.Agent.ReportAsync("agent-2", "", switches: ["tor-b"]);
        await stage.Agent.ReportAsync("agent-1", "monitor", switches: ["tor-a"]);
        var gateway = await stage.GatewayAsync("a", "eth1");
        for (var vlan = 1; vlan <= 6; vlan++)
        {
            await stage.ConnectAsync(gateway, await stage.NetworkAsync($"net-{vlan}", 5000 + vlan), $"{vlan}");
        }

        Assert.That(elsewhere, Is.Empty);
    });

    [Test]
    public void F16_F17_all_tunnel_addresses_are_announced_and_all_faults_count() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.Agent.CastAsync(1, stage.Data(("modified_physical_switches", JsonNode.Parse(
            $$"""{"uuid": "{{AgreeableAgent.TorA}}", "name": "tor1", "tunnel_ip": ["set", ["192.0.2.102", "192.0.2.103"]], "switch_fault_status": null}""")!)));
        await stage.PassAsync(1);
        Assert.That(stage.Fdb("add_fdb_entries")[^1], Does.Contain("192.0.2.102").And.Contain("192.0.2.103"));
        Assert.That(stage.Fdb("remove_fdb_entries").Single(), Does.Contain("192.0.2.101"));

        var port = AgreeableAgent.Port(AgreeableAgent.Eth2, "eth2");
        port["port_fault_status"] = new JsonArray("set", new JsonArray("DOWN", "LOS"));
        await stage.Agent.CastAsync(1, stage.Data(("modified_physical_ports", port)));
        var refused = await stage.TryConnectAsync(await stage.GatewayAsync("b", "eth2"), network, "100");
        Assert.That($"{refused.Status} {refused.Body!["NeutronError"]!["message"]}", Is.EqualTo("500 Physical Port 'eth2' in Physical switch 'tor1' port_fault_status is 'DOWN, LOS'"));
    });

    [Test]
    public void F20_a_connection_can_be_deleted_while_nobody_can_reach_the_switch() => PluginStage.Run(async stage =>
    {
        var network = await stage.NetworkAsync("blue", 5000);
        var connection = await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        stage.Agent.Refuse = _ => new BusRemoteException("OVSDBError", "unreachable");

        Assert.That((await stage.Controller.RequestAsync("DELETE", $"/l2-gateway-connections/{connection}")).Status, Is.EqualTo(204));
        stage.Agent.Refuse = _ => null;
        var before = stage.Agent.Received.Count;
        await stage.PassAsync(70);

        Assert.That(stage.Calls("update_connection_to_gateway", before)[0]["op_method"]!.ToString(), Is.EqualTo("DELETE"));
    });

    [Test]
    public void F21_F22_machines_that_cannot_be_placed_are_left_out_and_address_pairs_are_followed() => PluginStage.Run(async stage =>
    {
        await stage.ComputeAsync();
        var network = await stage.NetworkAsync("blue", 5000);
        await stage.PortAsync(network, "02:1a:0a:00:00:01", "nowhere");
        var port = await stage.PortAsync(network, "02:1a:0a:00:00:02");
        await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
        Assert.That(stage.Calls("update_connection_to_gateway").Single()["mac_dicts"]!.ToJsonString(), Does.Contain("02:1a:0a:00:00:02").And.Not.Contain("02:1a:0a:00:00:01"));
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
        await stage.Agent.CastAsync(1, stage.Data(
            ("new_physical_locators", new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.11" }),
            ("new_remote_macs", stage.Mac("a0000000-0000-4000-8000-000000000002", "02:1a:0a:00:00:02", Blue, Locator))));

        await stage.Controller.RequestAsync("PUT", $"/ports/{port}", JsonNode.Parse(
            """{"port": {"allowed_address_pairs": [{"ip_address": "10.0.0.99", "mac_address": "00:00:5e:00:01:01"}]}}"""));
        await stage.PassAsync(1);
        Assert.That(stage.Calls("add_vif_to_gateway")[^1]["mac_dict"]!["mac"]!.ToString(), Is.EqualTo("00:00:5e:00:01:01"));
        await stage.Agent.CastAsync(1, stage.Data(("new_remote_macs", stage.Mac("a0000000-0000-4000-8000-000000000003", "00:00:5e:00:01:01", Blue, Locator))));
        await stage.Controller.RequestAsync("PUT", $"/ports/{port}", JsonNode.Parse("""{"port": {"allowed_address_pairs": []}}"""));
        await stage.PassAsync(1);
        Assert.That(stage.Calls("delete_vif_from_gateway")[^1]["mac"]!.ToJsonString(), Is.EqualTo("[\"00:00:5e:00:01:01\"]"));
    });

    [Test]
    public void F25_a_connection_that_the_second_switch_refuses_is_taken_back_on_the_first() => PluginStage.Run(async stage =>
    {
        await stage.Agent.CastAsync(0, JsonNode.Parse(
            """
            {"ovsdb_identifier": "tor-b",
             "new_physical_switches": [{"uuid": "bcc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "name": "tor2", "tunnel_ip": "192.0.2.102", "switch_fault_status": null}],
             "new_physical_ports": [{"uuid": "b7a5ecea-a194-4c19-bef2-01ed7b6c2a0d", "name": "eth1", "physical_switch_id": "bcc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "vlan_bindings": [], "port_fault_status": null}]}
            """)!.AsObject());
        var network = await stage.NetworkAsync("blue", 5000);
        var gateway = await stage.Controller.MakeAsync("l2-gateways", JsonNode.Parse(
            """{"name": "two", "devices": [{"device_name": "tor1", "interfaces": [{"name": "eth1"}]}, {"device_name": "tor2", "interfaces": [{"name": "eth1"}]}]}""")!.AsObject());
        stage.Agent.Refuse = r => r.Arguments["ovsdb_identifier"]?.ToString() == "tor-b" ? new BusRemoteException("OVSDBError", "Error from the OVSDB server: constraint violation") : null;

        var refused = await stage.TryConnectAsync(gateway, network, "100");
        Assert.That($"{refused.Status} {refused.Body!["NeutronError"]!["message"]}", Is.EqualTo(
            "409 Error on the OVSDB server: Remote error: OVSDBError Error from the OVSDB server: constraint violation"));
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network)); // The first switch had done it.
        await stage.PassAsync(1);

        Assert.That(stage.Calls("update_connection_to_gateway")[^1].ToJsonString(), Does.Contain("tor-a").And.Contain("DELETE"));
        Assert.That((await stage.Controller.RequestAsync("GET", "/l2-gateway-connections")).Body!["l2_gateway_connections"]!.AsArray(), Is.Empty);
    });

    [Test]
    public void F26_a_name_that_two_switches_have_is_refused() => PluginStage.Run(async stage =>
    {
        await stage.Agent.CastAsync(0, JsonNode.Parse(
            """
            {"ovsdb_identifier": "tor-b", "new_physical_switches": [
              {"uuid": "bcc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "name": "tor1", "tunnel_ip": "192.0.2.102", "switch_fault_status": null}]}
            """)!.AsObject());

        var refused = await stage.TryConnectAsync(await stage.GatewayAsync("a", "eth1"), await stage.NetworkAsync("blue", 5000), "100");

        Assert.That($"{refused.Status} {refused.Body!["NeutronError"]!["message"]}", Is.EqualTo(
            "409 L2 Gateway Device tor1 is the name of several switches: tor-a, tor-b."));
    });

    [Test]
    public void F27_F29_a_gap_asks_for_the_whole_and_a_deposed_monitor_is_not_listened_to() => PluginStage.Run(async stage =>
    {
        await stage.Agent.ReportAsync(role: "", start: true); // The term begins with an election.
        await stage.PassAsync(6);
        var term = stage.Controller.Plugin.Model.Monitor!.Value.Term;
        var eth3 = AgreeableAgent.Port("e7a5ecea-a194-4c19-bef2-01ed7b6c2a13", "eth3");
        await stage.Agent.CastAsync(0, stage.Whole(), new CastOrigin(term, "s", 0).WriteTo([]));
        await stage.Agent.CastAsync(1, stage.Data(("new_physical_ports", eth3)), new CastOrigin(term, "s", 2).WriteTo([])); // 1 is missing.
        await stage.PassAsync(6);
        Assert.That(stage.Controller.Plugin.Model.Switch("tor-a").Ports.Select(p => p.Name), Is.EquivalentTo(new[] { "eth1", "eth2" }));
        Assert.That(stage.Controller.Plugin.Model.Monitor!.Value.Term, Is.GreaterThan(term));

        await stage.Agent.CastAsync(0, stage.Whole(), new CastOrigin(term, "old", 0).WriteTo([]));
        Assert.That(stage.Controller.Plugin.Model.DumpsOf("tor-a"), Is.EqualTo(2)); // The first dump and the one that began the session.
    });

    [Test]
    public void A_part_of_a_dump_says_what_is_gone_in_its_range_and_nothing_of_the_rest() => PluginStage.Run(async stage =>
    {
        static JsonObject Mac(char first) => new()
        {
            ["uuid"] = $"{new string(first, 8)}-0000-4000-8000-000000000000", ["mac"] = $"02:1a:0a:00:00:0{first}", ["logical_switch_id"] = "",
            ["physical_locator_id"] = "", ["ip_address"] = "",
        };

        IEnumerable<char> Known() => stage.Controller.Plugin.Model.Switch("tor-a").RemoteMacs.Select(m => m.Mac[^1]).Order();
        var before = stage.Controller.Plugin.Model.DumpsOf("tor-a");
        var whole = stage.Whole();
        whole["new_remote_macs"] = new JsonArray([.. "159".Select(Mac)]);
        await stage.Agent.CastAsync(0, whole);
        Assert.That((Known(), stage.Controller.Plugin.Model.DumpsOf("tor-a")), Is.EqualTo(("159", before + 1)));

        var head = stage.Whole();
        head["ranges"] = JsonNode.Parse("""{"remote_macs": ["", ""]}""");
        await stage.Agent.CastAsync(0, head);
        Assert.That((Known(), stage.Controller.Plugin.Model.DumpsOf("tor-a")), Is.EqualTo(("159", before + 1)), "nothing was said of addresses");

        var first = stage.Data([.. "23".Select(c => ("new_remote_macs", Mac(c)))]);
        first["ranges"] = JsonNode.Parse("""{"remote_macs": ["", "55555555-0000-4000-8000-000000000000"]}""");
        await stage.Agent.CastAsync(1, first);
        Assert.That(Known(), Is.EqualTo("2359"));

        var last = stage.Data(("new_remote_macs", Mac('9')));
        (last["ranges"], last["last_part"]) = (JsonNode.Parse("""{"remote_macs": ["55555555-0000-4000-8000-000000000000", "g"]}"""), true);
        await stage.Agent.CastAsync(1, last);
        Assert.That((Known(), stage.Controller.Plugin.Model.DumpsOf("tor-a")), Is.EqualTo(("239", before + 2)));
    });

    [TestCase(false, 500)]
    [TestCase(true, 404)]
    public void F30_status_codes_are_the_originals_unless_asked_otherwise(bool fitting, int status) => PluginStage.Run(
        async stage => Assert.That(
            (await stage.TryConnectAsync(await stage.GatewayAsync("a", "nope"), await stage.NetworkAsync("blue", 5000), "100")).Status, Is.EqualTo(status)),
        new PluginOptions { Database = new(), HasFittingStatusCodes = fitting });

    [Test]
    public void F30_the_quota_is_enforced_when_asked_for() => PluginStage.Run(
        async stage =>
        {
            await stage.GatewayAsync("a", "eth1");
            var refused = await stage.Controller.RequestAsync("POST", "/l2-gateways", JsonNode.Parse(
                """{"l2_gateway": {"devices": [{"device_name": "tor1", "interfaces": [{"name": "eth1"}]}]}}"""));
            Assert.That($"{refused.Status} {refused.Body!["NeutronError"]!["type"]}", Is.EqualTo("409 OverQuota"));
        },
        new PluginOptions { Database = new(), HasFittingStatusCodes = true, QuotaL2Gateway = 1 });

    [Test]
    public void What_a_switch_refuses_of_one_network_does_not_keep_another_from_it() => PluginStage.Run(async stage =>
    {
        var blue = await stage.NetworkAsync("blue", 5000);
        var gateway = await stage.GatewayAsync("a", "eth1");
        var connection = await stage.ConnectAsync(gateway, blue, "100");
        await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, blue));
        stage.Agent.Refuse = r => r.Arguments["op_method"]?.ToString() == "DELETE" ? new BusRemoteException("OVSDBError", "referential integrity violation") : null;
        await stage.Controller.RequestAsync("DELETE", $"/l2-gateway-connections/{connection}");

        await stage.ConnectAsync(gateway, await stage.NetworkAsync("red", 6000), "200");

        Assert.That(stage.Calls("update_connection_to_gateway")[^1]["op_method"]!.ToString(), Is.EqualTo("CREATE"));
    });

    [Test]
    public void Many_machines_go_in_requests_of_bounded_size() => PluginStage.Run(
        async stage =>
        {
            await stage.ComputeAsync();
            var network = await stage.NetworkAsync("blue", 5000);
            for (var n = 0; n < 25; n++)
            {
                await stage.PortAsync(network, $"02:1a:0a:00:01:{n:x2}");
            }

            await stage.Agent.ReportAsync(switches: ["tor-a"]); // An agent of ours: it finds the logical switch by its name.
            await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");

            var sizes = stage.Calls("update_connection_to_gateway").Select(c => c["mac_dicts"]!.AsObject().Sum(m => m.Value!.AsArray().Count));
            Assert.That(sizes, Is.EqualTo(new[] { 10, 10, 5 }));
        },
        new PluginOptions { Database = new(), MaxMacsPerRpc = 10 });

    [Test]
    public void Machines_that_were_put_there_are_awaited_for_a_while_before_they_are_asked_for_again() => PluginStage.Run(
        async stage =>
        {
            await stage.ComputeAsync();
            var network = await stage.NetworkAsync("blue", 5000);
            for (var n = 0; n < 25; n++)
            {
                await stage.PortAsync(network, $"02:1a:0a:00:01:{n:x2}");
            }

            await stage.Agent.ReportAsync(switches: ["tor-a"]);
            await stage.ConnectAsync(await stage.GatewayAsync("a", "eth1"), network, "100");
            var before = stage.Agent.Received.Count;
            await stage.BoundAsync((AgreeableAgent.Eth1, 100, Blue, network));
            await stage.Agent.CastAsync(1, stage.Data(
                ("new_physical_locators", new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.11" }),
                ("new_remote_macs", stage.Mac("a0000000-0000-4000-8000-000000000001", "02:1a:0a:00:01:03", Blue, Locator))));

            await stage.Lab.Driver.DelayAsync(TimeSpan.FromSeconds(10));
            Assert.That(stage.Calls("update_connection_to_gateway", before), Is.Empty, "the rest is on its way");

            await stage.Lab.Driver.DelayAsync(TimeSpan.FromSeconds(10));
            var sizes = stage.Calls("update_connection_to_gateway", before).Select(c => c["mac_dicts"]!.AsObject().Sum(m => m.Value!.AsArray().Count));
            Assert.That(sizes, Is.EqualTo(new[] { 10, 10, 4 }), "it did not come");
        },
        new PluginOptions { Database = new(), MaxMacsPerRpc = 10 });

    [Test]
    public void Requests_that_only_go_on_with_one_do_not_wait_for_its_answer_and_four_are_under_way_at_most() => PluginStage.Run(
        async stage =>
        {
            await stage.ComputeAsync();
            var network = await stage.NetworkAsync("blue", 5000);
            for (var n = 0; n < 45; n++)
            {
                await stage.PortAsync(network, $"02:1a:0a:00:01:{n:x2}");
            }

            await stage.Agent.ReportAsync(switches: ["tor-a"]);
            var gateway = await stage.GatewayAsync("a", "eth1");
            var isHeld = true;
            stage.Agent.Hang = request => isHeld && request.Method == "update_connection_to_gateway";

            var connecting = stage.TryConnectAsync(gateway, network, "100");
            await stage.Lab.Driver.DelayAsync(TimeSpan.FromSeconds(3));
            Assert.That(stage.Calls("update_connection_to_gateway"), Has.Count.EqualTo(4));
            isHeld = false;

            Assert.That((await connecting).Status, Is.EqualTo(201));
            var sizes = stage.Calls("update_connection_to_gateway").Select(c => c["mac_dicts"]!.AsObject().Sum(m => m.Value!.AsArray().Count));
            Assert.That(sizes, Is.EqualTo(new[] { 10, 10, 10, 10, 5 }));
        },
        new PluginOptions { Database = new(), MaxMacsPerRpc = 10 });
}
