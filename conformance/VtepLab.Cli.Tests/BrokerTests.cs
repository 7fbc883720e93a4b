using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab neutron</c> and <c>vteplab agent</c> over a RabbitMQ that is a cluster, and over one that wants to know who they are.</summary>
[Category(RealPeer.Category)]
public class BrokerTests : FolderFixture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Test]
    public async Task A_member_of_the_cluster_is_killed_and_the_other_one_carries_on_with_nothing_lost()
    {
        await using var first = await RabbitMqPeer.StartAsync();
        await using var second = await first.StartMemberAsync();
        Assert.That(await second.ControlAsync("cluster_status"), Does.Contain($"vl{first.Port}@localhost").And.Contain($"vl{second.Port}@localhost"));
        await using var leaf1 = await StartLeafAsync();
        var both = $"rabbit://guest:guest@127.0.0.1:{first.Port},guest:guest@127.0.0.1:{second.Port}/";
        await using var neutron = await RunningNeutron.StartAsync("--bus", both, "-v");
        await using var agent = await StartAgentAsync($"transport_url = {both}", leaf1);
        await using var oslo = await OsloPeer.StartAsync(second, "compute1", isGatewayAgent: false);
        await oslo.ReportL2AgentAsync("compute1", "192.0.2.11");
        await oslo.ReportL2AgentAsync("compute2", "192.0.2.12");
        await MonitorsAsync(neutron, agent);
        var blue = await neutron.MakeAsync("networks", new() { ["name"] = "blue", ["provider:segmentation_id"] = 5000 });
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(blue, "fa:16:3e:00:00:01", "compute1"));
        var gateway = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway("gw", "leaf1", "eth1"));
        var connection = await SpecifiedScenarios.ConnectAsync(neutron.Client, gateway, blue, "10");

        // Both ends were connected to the first, whose queues go with it, while machines come and the switch learns.
        await first.CrashAsync();
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(blue, "fa:16:3e:00:00:02", "compute2"));
        await leaf1.VtepCtlAsync("add-ucast-local", blue, "aa:bb:cc:00:00:01", "192.0.2.101");
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(blue, "fa:16:3e:00:00:03", "compute1"));

        await Eventually.That(
            async () => await leaf1.VtepCtlAsync("list-remote-macs", blue),
            Does.Contain("fa:16:3e:00:00:01 -> vxlan_over_ipv4/192.0.2.11").And.Contain("fa:16:3e:00:00:02 -> vxlan_over_ipv4/192.0.2.12")
                .And.Contain("fa:16:3e:00:00:03 -> vxlan_over_ipv4/192.0.2.11"),
            Patience);
        await oslo.GetsAsync("add_fdb_entries", a => a.ToJsonString().Contains("aa:bb:cc:00:00:01", StringComparison.Ordinal));
        await leaf1.VtepCtlAsync("del-ucast-local", blue, "aa:bb:cc:00:00:01");
        await MonitorsAsync(neutron, agent);
        Assert.That((await neutron.AskAsync("DELETE", $"/l2-gateway-connections/{connection}")).Status, Is.EqualTo(204));
        await Eventually.That(async () => await leaf1.VtepCtlAsync("list-ls"), Does.Not.Contain(blue), Patience);
    }

    [Test]
    public async Task A_broker_that_verifies_its_peers_serves_those_with_a_certificate_and_no_others()
    {
        using var certificates = new CertificateFolder();
        await certificates.CertifyAsync("ca");
        foreach (var name in (string[])["broker", "neutron", "agent"])
        {
            await certificates.CertifyAsync(name, signedBy: "ca");
        }

        await using var broker = await RabbitMqPeer.StartAsync(certificates);
        await using var leaf1 = await StartLeafAsync();
        var address = $"guest:guest@127.0.0.1:{broker.TlsPort}/";
        string[] withAuthority = ["--bus", $"amqps://{address}", "--bus-ca-cert", certificates["ca.pem"], "-v"];
        await using var neutron = await RunningNeutron.StartAsync([.. withAuthority, "--bus-cert", certificates["neutron.pem"], "--bus-key", certificates["neutron.key"]]);
        await using var agent = await StartAgentAsync(
            $"""
            transport_url = rabbit://{address}
            [oslo_messaging_rabbit]
            ssl = true
            ssl_ca_file = {certificates["ca.pem"]}
            ssl_cert_file = {certificates["agent.pem"]}
            ssl_key_file = {certificates["agent.key"]}
            """,
            leaf1);

        await MonitorsAsync(neutron, agent);
        Assert.That(
            await broker.ControlAsync("list_connections", "peer_cert_subject"), Does.Contain("CN=neutron").And.Contain("CN=agent"));
        await using var stranger = new RunningVteplab(["neutron", "--listen", "http://127.0.0.1:0", .. withAuthority]);
        await stranger.SaysAsync($"no broker at 127.0.0.1:{broker.TlsPort}: ");
    }

    [Test]
    public async Task A_certificate_without_its_key_is_refused() => Assert.That(
        (await Vteplab.RunAsync("neutron", "--listen", "http://127.0.0.1:0", "--bus", "amqps://127.0.0.1/", "--bus-cert", "a.pem")).Refusal(ExitCode.Usage),
        Does.Contain("--bus-cert and --bus-key belong together"));

    private static async Task<OvsdbServerPeer> StartLeafAsync()
    {
        var leaf = await OvsdbServerPeer.StartAsync();
        await leaf.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1");
        return leaf;
    }

    private async Task<RunningVteplab> StartAgentAsync(string bus, OvsdbServerPeer leaf)
    {
        await File.WriteAllTextAsync(Folder["agent.ini"], $"""
            [agent]
            report_interval = 5
            [ovsdb]
            ovsdb_hosts = leaf1:127.0.0.1:{leaf.Port}
            [DEFAULT]
            host = agent-1
            {bus}
            """);
        return new RunningVteplab("agent", "l2gateway", "--config", Folder["agent.ini"], "-v");
    }

    private static async Task MonitorsAsync(RunningNeutron neutron, RunningVteplab agent)
    {
        try
        {
            await Eventually.That(
                async () => (await neutron.ListAsync("agents")).Where(a => a!["configurations"]!["l2gw_agent_type"]?.ToString() == "monitor" && (bool)a["alive"]!)
                    .Select(a => (string)a!["host"]!),
                Is.EqualTo(new[] { "agent-1" }), Patience);
        }
        catch (AssertionException)
        {
            TestContext.Out.WriteLine($"{neutron.Output}\n{agent.Output}");
            throw;
        }
    }
}
