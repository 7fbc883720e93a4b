using System.Text.Json.Nodes;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>A whole neutron-server of Debian with the plugin of networking-l2gw has our agent program a real ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class NeutronServerTests : FolderFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task What_users_ask_of_OpenStacks_Neutron_our_agent_does_on_the_switch_in_both_scenarios_of_the_specification()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var leaf1 = await OvsdbServerPeer.StartAsync();
        await leaf1.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1");
        await using var server = await NeutronServerPeer.StartAsync(broker);
        await File.WriteAllTextAsync(Folder["agent.ini"], $"""
            [DEFAULT]
            host = agent-1
            transport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/
            [agent]
            report_interval = 5
            [ovsdb]
            ovsdb_hosts = leaf1:127.0.0.1:{leaf1.Port}
            """);
        await using var agent = new RunningVteplab("agent", "l2gateway", "--config", Folder["agent.ini"], "-v");
        await using var oslo = await OsloPeer.StartAsync(broker, "compute1", isGatewayAgent: false);
        try
        {
            await PlayAsync(server.Client, leaf1, oslo);
        }
        catch // Whatever the test fails by, what the two wrote tells why.
        {
            TestContext.Out.WriteLine($"{server.Output}\n{agent.Output}");
            throw;
        }
    }

    private static async Task PlayAsync(NeutronClient neutron, OvsdbServerPeer leaf1, OsloPeer oslo)
    {
        await oslo.ReportL2AgentAsync("compute1", "192.0.2.11");
        await oslo.ReportL2AgentAsync("compute2", "192.0.2.12");
        var gateway = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway("gw", "leaf1", "eth1"));
        var (blue, red) = (await NetworkAsync(neutron, "blue", 5000, "10.0.0.0/24"), await NetworkAsync(neutron, "red", 6000, "10.0.1.0/24"));
        await Eventually.That(async () => await MonitorsAsync(neutron), Is.EqualTo("agent-1"), Patience);

        // Scenario 1: the machines are there first.
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(blue, "fa:16:3e:00:00:01", "compute1"));
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(blue, "fa:16:3e:00:00:02", "compute2"));
        var connection = await SpecifiedScenarios.ConnectAsync(neutron, gateway, blue, "10");
        Assert.That((await leaf1.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo($"0010 {blue}"));
        Assert.That(
            await leaf1.VtepCtlAsync("list-remote-macs", blue),
            Does.Contain("fa:16:3e:00:00:01 -> vxlan_over_ipv4/192.0.2.11").And.Contain("fa:16:3e:00:00:02 -> vxlan_over_ipv4/192.0.2.12"));
        Assert.That((await leaf1.VtepCtlAsync("--columns=tunnel_key", "--bare", "find", "Logical_Switch", $"name={blue}")).Trim(), Is.EqualTo("5000"));

        // What the agent tells the plugin has the plugin tell the compute nodes.
        await oslo.GetsAsync("add_fdb_entries", a => a["fdb_entries"]![blue]?["ports"]!.ToJsonString() == """{"192.0.2.101":[["00:00:00:00:00:00","0.0.0.0"]]}""");

        // Scenario 2: the connection is there first. This plugin notices a port when it is bound.
        await SpecifiedScenarios.ConnectAsync(neutron, gateway, red, "20");
        var port = await neutron.MakeAsync("ports", SpecifiedScenarios.Port(red, "fa:16:3e:00:00:03", ""));
        await BindAsync(neutron, port, "compute1");
        await HasAsync(leaf1, red, Does.Contain("fa:16:3e:00:00:03 -> vxlan_over_ipv4/192.0.2.11"));
        await BindAsync(neutron, port, "compute2");
        await HasAsync(leaf1, red, Does.Contain("fa:16:3e:00:00:03 -> vxlan_over_ipv4/192.0.2.12"));
        Assert.That((await neutron.AskAsync("DELETE", $"/ports/{port}")).Status, Is.EqualTo(204));
        await HasAsync(leaf1, red, Does.Not.Contain("fa:16:3e:00:00:03"));

        // It leaves the logical switch where it is (F28).
        Assert.That((await neutron.AskAsync("DELETE", $"/l2-gateway-connections/{connection}")).Status, Is.EqualTo(204));
        await Eventually.That(async () => (await leaf1.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo($"0020 {red}"), Patience);
    }

    private static async Task<string> NetworkAsync(NeutronClient neutron, string name, int vni, string cidr)
    {
        var network = await neutron.MakeAsync(
            "networks", new() { ["name"] = name, ["provider:network_type"] = "vxlan", ["provider:segmentation_id"] = vni });
        await neutron.MakeAsync("subnets", new() { ["network_id"] = network, ["cidr"] = cidr, ["ip_version"] = 4 });
        return network;
    }

    private static async Task<string> MonitorsAsync(NeutronClient neutron) => string.Join(' ', (await neutron.ListAsync("agents"))
        .Where(a => a!["configurations"]!["l2gw_agent_type"]?.ToString() == "monitor").Select(a => a!["host"]));

    private static async Task BindAsync(NeutronClient neutron, string port, string host)
    {
        var (status, body) = await neutron.AskAsync("PUT", $"/ports/{port}", new JsonObject { ["port"] = new JsonObject { ["binding:host_id"] = host } });
        Assert.That(status, Is.EqualTo(200), body?.ToJsonString());
    }

    private static Task HasAsync(OvsdbServerPeer leaf, string network, NUnit.Framework.Constraints.IResolveConstraint expected) =>
        Eventually.That(async () => await leaf.VtepCtlAsync("list-remote-macs", network), expected, Patience);
}
