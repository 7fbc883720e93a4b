using System.Net.Sockets;
using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab agent l2gateway</c>, on a real broker with a real database server.</summary>
public class AgentTests : FolderFixture
{
    [Test]
    [Category(RealPeer.Category)]
    public async Task The_agent_reports_on_a_real_broker_and_ends_by_a_signal()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var server = await OvsdbServerPeer.StartAsync();
        await File.WriteAllTextAsync(
            Folder["neutron.conf"], $"[DEFAULT]\nhost = agent-1\ntransport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/\n");
        await File.WriteAllTextAsync(Folder["l2gateway_agent.ini"], $"[ovsdb]\novsdb_hosts = 'leaf1:127.0.0.1:{server.Port}'\n");
        await LiveHost.RunAsync(
            "plugin",
            new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) },
            async host =>
            {
                var reported = new TaskCompletionSource<JsonObject>();
                await using var served = await host.Bus.ServeAsync(new BusTarget("l2gateway_plugin", "plugin"), (request, _) =>
                {
                    if (request.Method == "report_state")
                    {
                        reported.TrySetResult(request.Arguments);
                    }

                    return ValueTask.FromResult<JsonNode?>(null);
                });
                await using var agent = new RunningVteplab(
                    "agent", "l2gateway", "--config", Folder["neutron.conf"], "--config", Folder["l2gateway_agent.ini"]);

                var report = await reported.Task.WaitAsync(TimeSpan.FromMinutes(1));
                Assert.That(report.ToJsonString(), Does.Contain("\"host\":\"agent-1\""));
                await agent.SignalAsync("TERM");
                Assert.That(await agent.EndAsync(), Is.EqualTo(ExitCode.Passed), agent.Output);
                Assert.That(agent.Output, Does.StartWith($"agent agent-1 serves leaf1 at tcp:127.0.0.1:{server.Port}\n"));
            });
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task A_supervisor_sees_when_it_is_ready_and_a_request_under_way_is_carried_out_when_it_is_asked_to_stop()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ps", "leaf1", "--", "add-port", "leaf1", "eth1");
        using var supervisor = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        supervisor.Bind(new UnixDomainSocketEndPoint(Folder["notify"]));
        Directory.CreateDirectory(Folder["conf.d"]);
        await File.WriteAllTextAsync(
            Folder["conf.d/10-neutron.conf"], $"[DEFAULT]\nhost = agent-1\ntransport_url = rabbit://guest:guest@127.0.0.1:{broker.Port}/\n");
        await File.WriteAllTextAsync(Folder["conf.d/20-agent.conf"], $"[ovsdb]\novsdb_hosts = leaf1:127.0.0.1:{server.Port}\n");
        var reports = new List<JsonObject>();
        await LiveHost.RunAsync(
            "plugin",
            new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) },
            async host =>
            {
                await using var served = await host.Bus.ServeAsync(new BusTarget("l2gateway_plugin", "plugin"), (request, _) =>
                {
                    reports.AddRange(request.Method == "report_state" ? [request.Arguments] : []);
                    return ValueTask.FromResult<JsonNode?>(null);
                });
                await using var agent = new RunningVteplab(
                    [new("NOTIFY_SOCKET", Folder["notify"])],
                    ["agent", "l2gateway", "--config-dir", Folder["conf.d"], "--verbose", "--log-format", "json"]);
                Assert.That(await ReceiveAsync(supervisor), Does.StartWith("READY=1\nSTATUS=serving leaf1 at tcp:127.0.0.1:"));

                // The server is frozen, so the call is under way when the signal comes.
                await server.SignalAsync("STOP");
                var call = host.Bus.CallAsync(new BusTarget("l2gateway_agent"), "update_connection_to_gateway", Connect, TimeSpan.FromMinutes(2)).AsTask();
                await Eventually.That(() => broker.UnacknowledgedAsync("l2gateway_agent"), Is.EqualTo(1));
                await agent.SignalAsync("TERM");
                Assert.That(await ReceiveAsync(supervisor), Is.EqualTo("STOPPING=1"));
                await server.SignalAsync("CONT");
                await call;

                Assert.That(await agent.EndAsync(), Is.EqualTo(ExitCode.Passed), agent.Output);
                Assert.That((await server.VtepCtlAsync("list-bindings", "leaf1", "eth1")).Trim(), Is.EqualTo("0010 blue"));
                await Eventually.That(
                    () => Task.FromResult((bool?)reports[^1]["agent_state"]!["agent_state"]!["configurations"]!["stopping"]), Is.True);
                var logs = agent.Output.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!).ToList();
                Assert.That(
                    logs.Select(l => (string?)l["message"]), Has.Some.EqualTo("leaf1: could bind VLAN 10 on eth1, attempt 1"), agent.Output);
                Assert.That(logs.Select(l => (string?)l["values"]!["Switch"]), Has.Some.EqualTo("leaf1"));
            });
    }

    [TestCase("[ovsdb]\nperiodic_interval = soon\n", "periodic_interval")]
    [TestCase("[ovsdb\n", "agent.ini")]
    [TestCase("[ovsdb]\novsdb_hosts = leaf1\n", "expected name:address:port, found 'leaf1'")]
    [TestCase("[ovsdb]\novsdb_hosts = leaf1:192.0.2.11:6640\n", "transport_url is not set")]
    [TestCase("[DEFAULT]\ntransport_url = kafka://u:secret@h/\n", "the transport 'kafka' is not known here")]
    [TestCase("[DEFAULT]\ntransport_url = rabbit://u:secret@a,b/\n", "all brokers have a user or none has, found 'rabbit://u:***@a,b/'")]
    public async Task A_configuration_that_cannot_be_used_is_refused(string text, string message)
    {
        await File.WriteAllTextAsync(Folder["agent.ini"], text);

        var result = await Vteplab.RunAsync("agent", "l2gateway", "--config", Folder["agent.ini"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain(message).And.Not.Contain("secret"));
    }

    private static JsonObject Connect => JsonNode.Parse("""
        {"ovsdb_identifier": "leaf1", "op_method": "CREATE", "locator_dicts": [], "mac_dicts": {},
         "logical_switch_dict": {"uuid": null, "name": "blue", "key": 5000, "description": ""},
         "port_dicts": [{"uuid": null, "name": "eth1", "physical_switch_id": null, "port_fault_status": null,
                         "vlan_bindings": [{"vlan": 10, "logical_switch_uuid": null}]}]}
        """)!.AsObject();

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[4096];
        return System.Text.Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token));
    }

    [Test]
    public async Task The_effective_configuration_is_shown_without_the_password()
    {
        await File.WriteAllTextAsync(Folder["a.ini"], "[DEFAULT]\ntransport_url = rabbit://u:secret@h:5672/\n[ovsdb]\novsdb_hosts = leaf1:192.0.2.11:6640\n");

        var result = await Vteplab.RunAsync("agent", "l2gateway", "--config", Folder["a.ini"], "--show-config");

        Assert.That(result.Success(), Does.Contain("rabbit://u:***@h:5672/").And.Contain("leaf1:192.0.2.11:6640").And.Not.Contain("secret"));
    }
}
