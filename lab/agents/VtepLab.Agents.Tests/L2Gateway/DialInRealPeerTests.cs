using System.Text.Json.Nodes;
using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>Debian's ovsdb-servers dial in to the agent, as <c>vtep-ctl set-manager</c> has them do.</summary>
[Category(RealPeer.Category)]
public class DialInRealPeerTests
{
    // F19: the original keys everything by the peer's address, here 127.0.0.1 for both, and its echo answer never works, so that the
    // server drops the connection after some silence.
    [TestCase("tcp")]
    [TestCase("ssl")]
    public async Task Two_servers_behind_one_address_are_told_apart_and_stay_connected(string scheme)
    {
        using var certificates = new CertificateFolder();
        await certificates.CertifyAsync("ca");
        await certificates.CertifyAsync("agent-1", signedBy: "ca");
        await certificates.CertifyAsync("switch", signedBy: "ca");
        await using var first = await StartAsync("leaf1", certificates);
        await using var second = await StartAsync("leaf2", certificates);
        var port = PeerProcess.FreePort();
        var told = await LiveLab.RunAsync(null, async lab =>
        {
            var options = new AgentOptions { Host = "agent-1", OvsdbHosts = [], ManagerListener = Endpoint.Parse($"p{scheme}:{port}:127.0.0.1") };
            if (scheme == "ssl")
            {
                options = options with { ManagerTls = new TlsIdentity(certificates["agent-1.key"], certificates["agent-1.pem"], certificates["ca.pem"]) };
            }

            var plugin = await ToldPlugin.StartAsync(lab, options);
            await first.VtepCtlAsync("--inactivity-probe=3000", "set-manager", $"{scheme}:127.0.0.1:{port}");
            await second.VtepCtlAsync("--inactivity-probe=3000", "set-manager", $"{scheme}:127.0.0.1:{port}");
            await plugin.MonitorUntilAsync(() => plugin.Casts.Count == 2);

            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(7)); // After 3 s ovsdb-server asks, and waits 3 s for the answer to its echo.
            foreach (var name in (string[])["leaf1", "leaf2"])
            {
                await lab.Driver.Bus.CallAsync(new BusTarget("l2gateway_agent"), "update_connection_to_gateway", Connect(name), TimeSpan.FromSeconds(30));
            }

            await plugin.UntilAsync(() => plugin.Casts.Count == 4);
            return plugin.Casts;
        });

        Assert.That(told.Select(t => (int)t["activity"]!), Is.EqualTo(new[] { 0, 0, 1, 1 }), "a second dump means that a connection was lost");
        Assert.That(told.Take(2).Select(Identifier), Is.EquivalentTo(new[] { "leaf1", "leaf2" }));
        Assert.That(told.Skip(2).Select(Identifier), Is.EquivalentTo(new[] { "leaf1", "leaf2" }));
        Assert.That((await first.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo("0010 net-leaf1"));
        Assert.That((await second.VtepCtlAsync("list-bindings", "leaf2", "eth1")).Trim(), Is.EqualTo("0010 net-leaf2"));
    }

    private static string? Identifier(JsonObject cast) => (string?)cast["ovsdb_data"]!["ovsdb_identifier"];

    private static async Task<OvsdbServerPeer> StartAsync(string name, CertificateFolder certificates)
    {
        var server = await OvsdbServerPeer.StartAsync(
            null, "--remote=db:hardware_vtep,Global,managers", $"--private-key={certificates["switch.key"]}", $"--certificate={certificates["switch.pem"]}",
            $"--ca-cert={certificates["ca.pem"]}");
        await server.VtepCtlAsync("add-ps", name, "--", "set", "Physical_Switch", name, "tunnel_ips=192.0.2.101", "--", "add-port", name, "eth1");
        return server;
    }

    private static JsonObject Connect(string name) => new UpdateConnectionRequest(
        name, new LogicalSwitchDict(null, "net-" + name, 5000, ""), [],
        [new PortDict(null, "eth1", null, [new VlanBindingDict(10, null)])], ConnectionOperation.Create).ToJson();
}
