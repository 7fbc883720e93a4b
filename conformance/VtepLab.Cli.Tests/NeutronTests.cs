using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab neutron</c> as a process: durable, stoppable, and the other end of Debian's oslo.messaging, RabbitMQ and ovsdb-server.</summary>
public class NeutronTests
{
    private TempDirectory _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TempDirectory();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task A_kill_at_any_moment_loses_no_accepted_request()
    {
        var (accepted, deleted, asked) = (new ConcurrentDictionary<string, string>(), new ConcurrentDictionary<string, string>(), new ConcurrentDictionary<string, string>());
        for (var round = 0; round < 4; round++)
        {
            await using var neutron = await RunningNeutron.StartAsync("--bus", "memory", "--db", _folder["l2gw.db"]);
            await CompareAsync(neutron, accepted, deleted, asked);
            var clients = Enumerable.Range(0, 4).Select(c => WriteUntilItDiesAsync(neutron, $"{round}-{c}", accepted, deleted, asked)).ToList();
            var before = accepted.Count;
            await Eventually.That(() => Task.FromResult(accepted.Count), Is.GreaterThan(before + 60 + (10 * round)));
            await neutron.SignalAsync("KILL");
            await Task.WhenAll(clients);
        }

        await using var last = await RunningNeutron.StartAsync("--bus", "memory", "--db", _folder["l2gw.db"]);
        await CompareAsync(last, accepted, deleted, asked);
        Assert.That(accepted.Keys.Count(k => k.StartsWith("gw", StringComparison.Ordinal)), Is.GreaterThan(50));
        await last.SignalAsync("TERM");
        Assert.That(await last.EndAsync(), Is.EqualTo(ExitCode.Passed), last.Output);
    }

    [Test]
    public async Task A_file_serves_one_server_at_a_time()
    {
        await using var first = await RunningNeutron.StartAsync("--bus", "memory", "--db", _folder["l2gw.db"]);

        var second = await Vteplab.RunAsync("neutron", "--listen", "http://127.0.0.1:0", "--bus", "memory", "--db", _folder["l2gw.db"]);

        Assert.That(second.Refusal(ExitCode.Usage), Does.Contain("cannot use the database file"));
    }

    [TestCase("ftp://127.0.0.1:0", "memory", "--listen: expected http://IP[:PORT], found 'ftp://127.0.0.1:0'")]
    [TestCase("http://127.0.0.1:0", "kafka://u:secret@h", "the transport 'kafka' is not known here")]
    public async Task What_cannot_be_served_is_refused(string listen, string bus, string message) =>
        Assert.That((await Vteplab.RunAsync("neutron", "--listen", listen, "--bus", bus)).Refusal(ExitCode.Usage), Does.Contain(message).And.Not.Contain("secret"));

    [Test]
    [Category(RealPeer.Category)]
    public async Task The_tables_may_be_on_a_real_ovsdb_server()
    {
        await File.WriteAllTextAsync(_folder["l2gw.ovsschema"], (await Vteplab.RunAsync("neutron", "schema")).Success());
        await using var server = await OvsdbServerPeer.StartAsync([_folder["l2gw.ovsschema"]]);
        string id;
        await using (var neutron = await RunningNeutron.StartAsync("--bus", "memory", "--ovsdb", server.Endpoint))
        {
            id = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway("gw", "tor1", "eth1"));
            await neutron.SignalAsync("KILL");
        }

        await server.CrashAsync();
        await server.StartAgainAsync();
        await using var again = await RunningNeutron.StartAsync("--bus", "memory", "--ovsdb", server.Endpoint);
        Assert.That((await again.ListAsync("l2-gateways")).Select(g => (string)g!["id"]!), Is.EqualTo(new[] { id }));
        Assert.That(await server.OvsdbClientAsync("dump", "VtepLab_L2Gateway", "L2_Gateway"), Does.Contain(id));
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task The_death_of_a_RAFT_leader_loses_no_accepted_request()
    {
        await File.WriteAllTextAsync(_folder["l2gw.ovsschema"], (await Vteplab.RunAsync("neutron", "schema")).Success());
        await using var cluster = await OvsdbClusterPeer.StartAsync(3, _folder["l2gw.ovsschema"], "VtepLab_L2Gateway");
        await using var neutron = await RunningNeutron.StartAsync("--bus", "memory", "--ovsdb", cluster.Endpoints);
        var (accepted, stop) = (new ConcurrentDictionary<string, string>(), false);
        var clients = Enumerable.Range(0, 4).Select(async c =>
        {
            for (var n = 0; !stop; n++)
            {
                accepted[$"gw-{c}-{n}"] = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway($"gw-{c}-{n}", "tor1", "eth1"));
            }
        }).ToList();
        for (var deaths = 1; deaths <= 3; deaths++)
        {
            var before = accepted.Count;
            await Eventually.That(() => Task.FromResult(accepted.Count), Is.GreaterThan(before + 20), TimeSpan.FromSeconds(60));
            var dead = cluster.Leader;
            await cluster.KillLeaderAsync(); // In the middle of the requests.
            await cluster.AwaitLeaderAsync();
            cluster.StartAgain(dead);
        }

        var last = accepted.Count;
        await Eventually.That(() => Task.FromResult(accepted.Count), Is.GreaterThan(last + 20), TimeSpan.FromSeconds(60));
        stop = true;
        await Task.WhenAll(clients); // Every request was answered, and with 201.

        await using var fresh = await RunningNeutron.StartAsync("--bus", "memory", "--ovsdb", cluster.Endpoints);
        foreach (var server in new[] { neutron, fresh })
        {
            var found = (await server.ListAsync("l2-gateways")).Select(g => ((string)g!["name"]!, (string)g["id"]!)).ToList();
            Assert.That(found, Is.EquivalentTo(accepted.Select(a => (a.Key, a.Value))), "each once");
        }
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task The_tables_may_be_behind_TLS()
    {
        using var certificates = new CertificateFolder();
        await certificates.CertifyAsync("ca");
        await certificates.CertifyAsync("db", signedBy: "ca");
        await certificates.CertifyAsync("plugin", signedBy: "ca");
        await File.WriteAllTextAsync(_folder["l2gw.ovsschema"], (await Vteplab.RunAsync("neutron", "schema")).Success());
        var port = PeerProcess.FreePort();
        await using var server = await OvsdbServerPeer.StartAsync(
            [_folder["l2gw.ovsschema"]], $"--private-key={certificates["db.key"]}", $"--certificate={certificates["db.pem"]}", $"--ca-cert={certificates["ca.pem"]}",
            $"--remote=pssl:{port}:127.0.0.1");

        await using var neutron = await RunningNeutron.StartAsync(
            "--bus", "memory", "--ovsdb", $"ssl:127.0.0.1:{port}", "-p", certificates["plugin.key"], "-c", certificates["plugin.pem"], "-C", certificates["ca.pem"]);
        var id = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway("gw", "tor1", "eth1"));

        Assert.That(await server.OvsdbClientAsync("dump", "VtepLab_L2Gateway", "L2_Gateway"), Does.Contain(id));
        foreach (var (key, certificate, ca, complaint) in new[]
        {
            ("nowhere.key", "plugin.pem", "ca.pem", $"cannot read the private key {certificates["nowhere.key"]}: no such file"),
            ("db.key", "plugin.pem", "ca.pem", $"{certificates["db.key"]} holds no private key of the certificate {certificates["plugin.pem"]}"),
            ("plugin.pem", "plugin.pem", "ca.pem", $"{certificates["plugin.pem"]} holds no private key (PEM)"),
            ("plugin.key", "plugin.key", "ca.pem", $"{certificates["plugin.key"]} holds no certificate (PEM)"),
            ("plugin.key", "plugin.pem", "ca.key", $"{certificates["ca.key"]} holds no certificate of an authority (PEM)"),
        })
        {
            var refused = await Vteplab.RunAsync(
                "neutron", "--listen", "http://127.0.0.1:0", "--bus", "memory", "--ovsdb", $"ssl:127.0.0.1:{port}",
                "-p", certificates[key], "-c", certificates[certificate], "-C", certificates[ca]);
            Assert.That(refused.Refusal(ExitCode.Usage), Does.Contain(complaint));
        }
    }

    [TestCase("ssl:127.0.0.1:6640", "ssl:127.0.0.1:6640 needs --private-key, --certificate and --ca-cert")]
    [TestCase("tcp:127.0.0.1:6640,ptcp:6641", "--ovsdb takes tcp:, ssl: or unix:, not 'ptcp:6641'")]
    [TestCase("tcp:127.0.0.1:6640,192.0.2.1", "--ovsdb: '192.0.2.1' is no endpoint")]
    public async Task Servers_that_cannot_be_are_refused(string servers, string message) => Assert.That(
        (await Vteplab.RunAsync("neutron", "--listen", "http://127.0.0.1:0", "--bus", "memory", "--ovsdb", servers)).Refusal(ExitCode.Usage), Does.Contain(message));

    [Test]
    [Category(RealPeer.Category)]
    public async Task Oslo_messaging_serves_as_agent_and_as_L2_agent()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var neutron = await RunningNeutron.StartAsync("--bus", $"rabbit://guest:guest@127.0.0.1:{broker.Port}/", "--db", _folder["l2gw.db"]);
        await using var oslo = await OsloPeer.StartAsync(broker, "agent-1");
        Assert.That((string?)await ReportAsync(oslo, ""), Is.EqualTo("new"));
        Assert.That((string?)(await oslo.GetsAsync("set_monitor_agent"))["hostname"], Is.EqualTo("agent-1"));
        Assert.That((string?)await ReportAsync(oslo, "monitor"), Is.EqualTo("alive"));
        await oslo.CastAsync("l2gateway_plugin", "update_ovsdb_changes", Dump());
        await oslo.ReportL2AgentAsync("compute1", "192.0.2.11");
        var network = await neutron.MakeAsync("networks", new() { ["name"] = "net-a", ["provider:segmentation_id"] = 5760 });
        var gateway = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway("gw", "tor1", "eth1"));

        var connection = await ConnectAsync(neutron, gateway, network, "100");
        var call = await oslo.GetsAsync("update_connection_to_gateway");
        await oslo.CastAsync("l2gateway_plugin", "update_ovsdb_changes", Bound(network));
        var added = await oslo.GetsAsync("add_fdb_entries");
        await neutron.MakeAsync("ports", SpecifiedScenarios.Port(network, "fa:16:3e:00:00:01", "compute1"));
        var vif = await oslo.GetsAsync("add_vif_to_gateway");
        var after = oslo.Said.Count;
        await neutron.AskAsync("DELETE", $"/l2-gateway-connections/{connection}");
        var unbound = await oslo.GetsAsync("update_connection_to_gateway", a => (string?)a["op_method"] == "DELETE", after);

        Assert.Multiple(() =>
        {
            Assert.That(call["logical_switch_dict"]!.ToJsonString(), Is.EqualTo($$"""{"description":"net-a","key":5760,"name":"{{network}}","uuid":null}"""));
            Assert.That((string?)call["port_dicts"]![0]!["name"], Is.EqualTo("eth1"));
            Assert.That(added.ToJsonString(), Is.EqualTo(
                $$$$"""{"fdb_entries":{"{{{{network}}}}":{"network_type":"vxlan","ports":{"192.0.2.101":[["00:00:00:00:00:00","0.0.0.0"]]},"segment_id":5760}}}"""));
            Assert.That((string?)vif["mac_dict"]!["mac"], Is.EqualTo("fa:16:3e:00:00:01"));
            Assert.That((string?)vif["locator_dict"]!["dst_ip"], Is.EqualTo("192.0.2.11"));
            Assert.That((int)unbound["port_dicts"]![0]!["vlan_bindings"]![0]!["vlan"]!, Is.EqualTo(100));
        });
        var agents = await neutron.ListAsync("agents");
        Assert.That(agents.Select(a => $"{a!["agent_type"]} {a["host"]} {a["alive"]}"), Is.EquivalentTo(
            new[] { "L2 Gateway agent agent-1 true", "Open vSwitch agent compute1 true" }));
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task Both_scenarios_of_the_specification_reach_a_real_database_server()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var leaf1 = await OvsdbServerPeer.StartAsync();
        await leaf1.VtepCtlAsync(
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.101", "--", "add-port", "leaf1", "eth1", "--", "add-port", "leaf1", "eth2");
        var url = $"rabbit://guest:guest@127.0.0.1:{broker.Port}/";
        await using var neutron = await RunningNeutron.StartAsync("--bus", url, "--db", _folder["l2gw.db"], "-v");
        await using var agent1 = await StartAgentAsync("agent-1", url, leaf1.Port);
        await using var agent2 = await StartAgentAsync("agent-2", url, leaf1.Port);
        await using var oslo = await OsloPeer.StartAsync(broker, "compute1");
        await SpecifiedScenarios.PlayAsync(neutron.Client, leaf1, oslo);
    }

    private static Task<string> ConnectAsync(RunningNeutron neutron, string gateway, string network, string vlan) => neutron.MakeAsync(
        "l2-gateway-connections", new() { ["l2_gateway_id"] = gateway, ["network_id"] = network, ["segmentation_id"] = vlan });

    private async Task<RunningVteplab> StartAgentAsync(string name, string url, int port)
    {
        await File.WriteAllTextAsync(
            _folder[$"{name}.ini"], $"[DEFAULT]\nhost = {name}\ntransport_url = {url}\n[ovsdb]\novsdb_hosts = 'leaf1:127.0.0.1:{port}'\nperiodic_interval = 20\n[agent]\nreport_interval = 2\n");
        return new RunningVteplab("agent", "l2gateway", "--config", _folder[$"{name}.ini"]);
    }

    private static Task<JsonNode?> ReportAsync(OsloPeer oslo, string role) => oslo.CallAsync(
        "l2gateway_plugin", "report_state", "1.2",
        OsloPeer.Report("L2 Gateway agent", "neutron-l2gateway-agent", "l2gateway_agent", "agent-1", new() { ["report_interval"] = 30.0, ["l2gw_agent_type"] = role }));

    private static JsonObject Dump() => JsonNode.Parse(
        """
        {"activity": 0, "ovsdb_data": {"ovsdb_identifier": "tor-a",
          "new_physical_switches": [{"uuid": "acc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "name": "tor1", "tunnel_ip": "192.0.2.101", "switch_fault_status": null}],
          "new_physical_ports": [{"uuid": "e7a5ecea-a194-4c19-bef2-01ed7b6c2a0d", "name": "eth1", "physical_switch_id": "acc16a3c-0c60-4c3e-9be5-ffd86aba98eb",
            "vlan_bindings": [], "port_fault_status": null}]}}
        """)!.AsObject();

    private static JsonObject Bound(string network) => JsonNode.Parse(
        $$$"""
        {"activity": 1, "ovsdb_data": {"ovsdb_identifier": "tor-a",
          "new_logical_switches": [{"uuid": "ae2d52a4-a918-4491-97e3-4f1322b50573", "name": "{{{network}}}", "key": 5760, "description": "net-a"}],
          "modified_physical_ports": [{"uuid": "e7a5ecea-a194-4c19-bef2-01ed7b6c2a0d", "name": "eth1", "physical_switch_id": null,
            "vlan_bindings": [{"vlan": 100, "logical_switch_uuid": "ae2d52a4-a918-4491-97e3-4f1322b50573"}], "port_fault_status": null}]}}
        """)!.AsObject();

    private static async Task WriteUntilItDiesAsync(
        RunningNeutron neutron, string client, ConcurrentDictionary<string, string> accepted, ConcurrentDictionary<string, string> deleted, ConcurrentDictionary<string, string> asked)
    {
        for (var n = 0; ; n++)
        {
            var (gateway, network) = ($"gw-{client}-{n}", $"net-{client}-{n}");
            asked[gateway] = asked[network] = "";
            try
            {
                accepted[gateway] = await neutron.MakeAsync("l2-gateways", SpecifiedScenarios.Gateway(gateway, "tor1", "eth1"));
                accepted[network] = await neutron.MakeAsync("networks", new() { ["name"] = network });
                if (n % 3 == 0)
                {
                    // From the request on nobody knows whether it is there; after the answer it must not be.
                    deleted[gateway] = "maybe";
                    var (status, _) = await neutron.AskAsync("DELETE", $"/l2-gateways/{accepted[gateway]}");
                    deleted[gateway] = status == 204 ? "surely" : throw new AssertionException($"{status}");
                }
            }
            catch (HttpRequestException)
            {
                return;
            }
        }
    }

    private static async Task CompareAsync(
        RunningNeutron neutron, ConcurrentDictionary<string, string> accepted, ConcurrentDictionary<string, string> deleted, ConcurrentDictionary<string, string> asked)
    {
        var found = (await neutron.ListAsync("l2-gateways")).Concat(await neutron.ListAsync("networks")).ToDictionary(r => (string)r!["name"]!, r => (string)r!["id"]!);
        Assert.Multiple(() =>
        {
            Assert.That(accepted.Where(a => !deleted.ContainsKey(a.Key) && found.GetValueOrDefault(a.Key) != a.Value), Is.Empty, "accepted and lost");
            Assert.That(found.Keys.Where(n => deleted.GetValueOrDefault(n) == "surely"), Is.Empty, "deleted and back");
            Assert.That(found.Keys.Where(n => !asked.ContainsKey(n)), Is.Empty, "never asked for");
        });
    }
}
