using VtepLab.L2Gateway.Agent;
using VtepLab.Neutron;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>Switches behind a TLS that the original cannot speak: Debian's ovsdb-server on OpenSSL 3.</summary>
[Category(RealPeer.Category)]
public class TlsRealPeerTests
{
    [Test]
    public async Task F18_a_switch_behind_OpenSSL_3_is_read_and_written_and_one_of_another_authority_is_not()
    {
        using var certificates = new CertificateFolder();
        await certificates.CertifyAsync("ca");
        await certificates.CertifyAsync("other-ca");
        await certificates.CertifyAsync("leaf1", signedBy: "ca");
        await certificates.CertifyAsync("agent", signedBy: "ca");
        await certificates.CertifyAsync("leaf2", signedBy: "other-ca");
        await using var leaf1 = await StartAsync(certificates, "leaf1", "ca");
        await using var leaf2 = await StartAsync(certificates, "leaf2", "other-ca");
        var ours = new TlsIdentity(certificates["agent.key"], certificates["agent.pem"], certificates["ca.pem"]);
        await LiveLab.RunAsync(null, async lab =>
        {
            var options = new AgentOptions
            {
                Host = "agent-1",
                OvsdbHosts = [new OvsdbHost("leaf1", leaf1.Endpoint, ours), new OvsdbHost("leaf2", leaf2.Endpoint, ours)],
            };
            var plugin = await ToldPlugin.StartAsync(lab, options);
            await plugin.MonitorUntilAsync(() => Told(plugin).Contains("leaf1"));
            await lab.Driver.Bus.CallAsync(
                new BusTarget("l2gateway_agent"), "add_vif_to_gateway",
                new AddVifRequest(
                    "leaf1", new LogicalSwitchDict(null, "blue", 5000, "blue"), new LocatorDict(null, "192.0.2.21"),
                    new MacDict(null, "02:1a:0a:00:00:01", "10.0.0.1", null)).ToJson(),
                TimeSpan.FromSeconds(30));
            Assert.That(Told(plugin), Does.Not.Contain("leaf2"));
            return true;
        });
        Assert.That(await leaf1.Server.VtepCtlAsync("list-remote-macs", "blue"), Does.Contain("02:1a:0a:00:00:01"));
    }

    private static IEnumerable<string> Told(ToldPlugin plugin) => plugin.Casts.Select(c => (string)c["ovsdb_data"]!["ovsdb_identifier"]!);

    private static async Task<TlsSwitch> StartAsync(CertificateFolder certificates, string name, string authority)
    {
        var port = PeerProcess.FreePort();
        return new TlsSwitch(
            await OvsdbServerPeer.StartAsync(
                null, $"--private-key={certificates[name + ".key"]}", $"--certificate={certificates[name + ".pem"]}",
                $"--ca-cert={certificates[authority + ".pem"]}", $"--remote=pssl:{port}:127.0.0.1"),
            new Endpoint(EndpointScheme.Ssl, "127.0.0.1", port));
    }

    private sealed record TlsSwitch(OvsdbServerPeer Server, Endpoint Endpoint) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
