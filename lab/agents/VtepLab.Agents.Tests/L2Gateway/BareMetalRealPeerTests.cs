using System.Text.Json.Nodes;
using VtepLab.L2Gateway.Agent;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>What a switch does of itself, done here with vtep-ctl to a real ovsdb-server, reaches the plugin once.</summary>
[Category(RealPeer.Category)]
public class BareMetalRealPeerTests
{
    [Test]
    public async Task A_learned_address_moves_and_ages_out_and_faults_and_tunnel_addresses_are_all_told()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1", "--",
            "add-ls", "blue", "--", "set", "Logical_Switch", "blue", "tunnel_key=5000");
        await LiveLab.RunAsync(null, async lab =>
        {
            var options = new AgentOptions { Host = "agent-1", OvsdbHosts = [new OvsdbHost("leaf1", Endpoint.Parse(server.Endpoint))] };
            var plugin = await ToldPlugin.StartAsync(lab, options);
            await plugin.MonitorUntilAsync(() => plugin.Casts.Count > 0);
            plugin.Casts.Clear();

            // F14: each is told, with address and locator.
            var learned = await AfterAsync("add-ucast-local", "blue", "02:1a:0a:00:00:99", "192.0.2.101");
            Assert.That((string?)learned["new_local_macs"]![0]!["mac"], Is.EqualTo("02:1a:0a:00:00:99"));
            Assert.That((string?)learned["new_physical_locators"]![0]!["dst_ip"], Is.EqualTo("192.0.2.101"));
            var moved = await AfterAsync("add-ucast-local", "blue", "02:1a:0a:00:00:99", "192.0.2.102");
            Assert.That(moved.ToJsonString(), Does.Contain("192.0.2.102").And.Contain("local_macs"));
            // F7: the locator goes with its last row, and is told as what it is: a locator, with nothing else.
            var aged = await AfterAsync("del-ucast-local", "blue", "02:1a:0a:00:00:99");
            Assert.That(aged.Select(m => m.Key), Is.EquivalentTo(new[] { "ovsdb_identifier", "deleted_physical_locators", "deleted_local_macs" }));

            // F17: two faults at once are a fault. F16: all tunnel addresses, whenever they are set.
            var faulty = await AfterAsync("set", "Physical_Port", "eth1", "port_fault_status=down,vlan-limit");
            Assert.That((string?)faulty["modified_physical_ports"]![0]!["port_fault_status"], Is.EqualTo("down"));
            var tunnels = await AfterAsync("set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101,192.0.2.102");
            Assert.That(tunnels["modified_physical_switches"]![0]!["tunnel_ip"]!.ToJsonString(), Is.EqualTo("""["set",["192.0.2.101","192.0.2.102"]]"""));

            // F23: what no plugin keeps changes without a word; the next cast is of the next change.
            await server.VtepCtlAsync("set", "Physical_Port", "eth1", "other_config:counted=1");
            var sound = await AfterAsync("clear", "Physical_Port", "eth1", "port_fault_status");
            Assert.That(sound["modified_physical_ports"]![0]!["port_fault_status"], Is.Null);

            // F9: a port that goes is told before its switch.
            var gone = await AfterAsync("del-ps", "leaf1");
            Assert.That(gone.Select(m => m.Key), Is.EqualTo(new[] { "ovsdb_identifier", "deleted_physical_ports", "deleted_physical_switches" }));
            return true;

            async Task<JsonObject> AfterAsync(params string[] command)
            {
                await server.VtepCtlAsync(command);
                await plugin.UntilAsync(() => plugin.Casts.Count > 0);
                await lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(300));
                Assert.That(plugin.Casts, Has.Count.EqualTo(1), "one transaction is one cast");
                var told = plugin.Casts[0]["ovsdb_data"]!.AsObject();
                plugin.Casts.Clear();
                return told;
            }
        });
    }
}
