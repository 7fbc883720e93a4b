using System.Text.Json.Nodes;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Both scenarios of the L2 gateway's specification, and how what they made goes again, over a real bus and on a real database server.</summary>
internal static class SpecifiedScenarios
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // An agent of OpenStack's has 64 requests at once, and a machine one moment.

    /// <summary>Plays them; some agent serves the switch <c>leaf1</c> with the port <c>eth1</c> and the tunnel address 192.0.2.101.</summary>
    public static async Task PlayAsync(NeutronClient neutron, OvsdbServerPeer leaf1, OsloPeer oslo)
    {
        await oslo.ReportL2AgentAsync("compute1", "192.0.2.11");
        await oslo.ReportL2AgentAsync("compute2", "192.0.2.12");
        await Eventually.That(
            async () => (await neutron.ListAsync("agents")).Count(a => a!["configurations"]!["l2gw_agent_type"]?.ToString() == "monitor"), Is.EqualTo(1), Patience);
        var gateway = await neutron.MakeAsync("l2-gateways", Gateway("gw", "leaf1", "eth1"));

        // Scenario 1: the machines are there first.
        var blue = await neutron.MakeAsync("networks", new() { ["name"] = "blue", ["provider:segmentation_id"] = 5000 });
        await neutron.MakeAsync("ports", Port(blue, "fa:16:3e:00:00:01", "compute1"));
        await neutron.MakeAsync("ports", Port(blue, "fa:16:3e:00:00:02", "compute2"));
        var connection = await ConnectAsync(neutron, gateway, blue, "10");
        Assert.That((await leaf1.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo($"0010 {blue}"));
        Assert.That(
            await leaf1.VtepCtlAsync("list-remote-macs", blue),
            Does.Contain("fa:16:3e:00:00:01 -> vxlan_over_ipv4/192.0.2.11").And.Contain("fa:16:3e:00:00:02 -> vxlan_over_ipv4/192.0.2.12"));
        await oslo.GetsAsync("add_fdb_entries", a => a["fdb_entries"]![blue]?["ports"]!.ToJsonString() == """{"192.0.2.101":[["00:00:00:00:00:00","0.0.0.0"]]}""");

        // Scenario 2: the connection is there first.
        var red = await neutron.MakeAsync("networks", new() { ["name"] = "red", ["provider:segmentation_id"] = 6000 });
        await ConnectAsync(neutron, gateway, red, "20");
        var port = await neutron.MakeAsync("ports", Port(red, "fa:16:3e:00:00:03", "compute1"));
        await LeafHasAsync(leaf1, red, "fa:16:3e:00:00:03 -> vxlan_over_ipv4/192.0.2.11");
        await neutron.AskAsync("PUT", $"/ports/{port}", new JsonObject { ["port"] = new JsonObject { ["binding:host_id"] = "compute2" } });
        await LeafHasAsync(leaf1, red, "fa:16:3e:00:00:03 -> vxlan_over_ipv4/192.0.2.12");

        // Bare metal is learned, told to the compute nodes, and forgotten.
        await leaf1.VtepCtlAsync("add-ucast-local", blue, "aa:bb:cc:00:00:01", "192.0.2.101");
        await oslo.GetsAsync("add_fdb_entries", a => a.ToJsonString().Contains("aa:bb:cc:00:00:01", StringComparison.Ordinal));
        await leaf1.VtepCtlAsync("del-ucast-local", blue, "aa:bb:cc:00:00:01");
        var removed = await oslo.GetsAsync("remove_fdb_entries");
        Assert.That(removed["fdb_entries"]![blue]!["ports"]!.ToJsonString(), Is.EqualTo("""{"192.0.2.101":[["aa:bb:cc:00:00:01","0.0.0.0"]]}"""));

        // What is no longer wanted goes, its logical switch too.
        await neutron.AskAsync("DELETE", $"/ports/{port}");
        await Eventually.That(async () => await leaf1.VtepCtlAsync("list-remote-macs", red), Does.Not.Contain("fa:16:3e:00:00:03"), Patience);
        Assert.That((await neutron.AskAsync("DELETE", $"/l2-gateway-connections/{connection}")).Status, Is.EqualTo(204));
        await Eventually.That(async () => await leaf1.VtepCtlAsync("list-ls"), Does.Not.Contain(blue), Patience);
        Assert.That((await leaf1.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo($"0020 {red}"));
    }

    /// <summary>A gateway of one port.</summary>
    public static JsonObject Gateway(string name, string device, string port) => new()
    {
        ["name"] = name,
        ["devices"] = new JsonArray(new JsonObject { ["device_name"] = device, ["interfaces"] = new JsonArray(new JsonObject { ["name"] = port }) }),
    };

    /// <summary>A machine on a compute node.</summary>
    public static JsonObject Port(string network, string mac, string host) => new()
    {
        ["network_id"] = network, ["mac_address"] = mac, ["device_owner"] = "compute:nova", ["binding:host_id"] = host,
    };

    /// <summary>Connects a network to a gateway: the monitor says that it is one before it has told what its switches hold.</summary>
    public static async Task<string> ConnectAsync(NeutronClient neutron, string gateway, string network, string vlan)
    {
        string? made = null;
        await Eventually.That(
            async () =>
            {
                var (status, body) = await neutron.AskAsync("POST", "/l2-gateway-connections", new JsonObject
                {
                    ["l2_gateway_connection"] = new JsonObject { ["l2_gateway_id"] = gateway, ["network_id"] = network, ["segmentation_id"] = vlan },
                });
                made = status == 201 ? (string)body!["l2_gateway_connection"]!["id"]! : null;
                return $"{status} {body?.ToJsonString()}";
            },
            Does.StartWith("201"), Patience);
        return made!;
    }

    private static Task LeafHasAsync(OvsdbServerPeer leaf, string network, string row) =>
        Eventually.That(async () => await leaf.VtepCtlAsync("list-remote-macs", network), Does.Contain(row), Patience);
}
