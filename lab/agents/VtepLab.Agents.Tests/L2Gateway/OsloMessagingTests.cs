using System.Diagnostics;
using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>Debian's python3-oslo.messaging as the plugin's end of a real RabbitMQ, and a real ovsdb-server as the switch.</summary>
/// <remarks>
/// The session is one that was captured between neutron-server 21 and networking-l2gw 19: its calls are made again, and after each the
/// agent has to have told what the original agent told. UUIDs differ; rows are compared by their names.
/// </remarks>
[Category(RealPeer.Category)]
public class OsloMessagingTests
{
    private static string Sample(string name) => Path.Combine(TestContext.CurrentContext.TestDirectory, "L2Gateway", "Samples", name);

    [Test]
    public async Task A_captured_session_played_by_oslo_messaging_has_the_captured_outcome_and_survives_a_broker_crash()
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", "tor1", "--", "set", "Physical_Switch", "tor1", "tunnel_ips=192.0.2.101", "--", "add-port", "tor1", "eth1", "--",
            "add-port", "tor1", "eth2");
        var options = new AgentOptions { Host = "agent-1", OvsdbHosts = [new OvsdbHost("tor-a", Endpoint.Parse(server.Endpoint))] };
        using var stop = new CancellationTokenSource();
        var agent = LiveHost.RunAsync(
            "agent-1", new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) },
            host => L2GatewayAgent.RunAsync(host, options, host.Stopping), stop.Token);
        using var plugin = StartPlugin($"rabbit://guest:guest@127.0.0.1:{broker.Port}/");
        try
        {
            var replayed = await SayAsync(plugin, "replayed");
            Assert.That((int)replayed["replayed"]!, Is.EqualTo(File.ReadLines(Sample("captured-session.jsonl")).Count(l => l.Contains("\"call\":"))));
            Assert.That((int)replayed["dumps"]!, Is.EqualTo(1));
            Assert.That((await SayAsync(plugin, "refused"))["refused"]!.ToJsonString(), Is.EqualTo(
                """[["NoSuchMethod","Endpoint does not support RPC method no_such_method"],["OVSDBError","agent agent-1 looks after no switch \u0027tor-z\u0027"]]"""));
            Assert.That((string?)(await SayAsync(plugin, "report"))["report"]!["topic"], Is.EqualTo("l2gateway_agent"));

            await broker.CrashAsync();
            await server.VtepCtlAsync("add-port", "tor1", "eth9");
            await broker.StartAgainAsync();
            await plugin.StandardInput.WriteLineAsync("go on");
            var after = await SayAsync(plugin, "after");
            Assert.That(after["after"]!["networks"]!.AsArray(), Has.Count.EqualTo(3));
        }
        finally
        {
            plugin.Kill(entireProcessTree: true);
            await plugin.WaitForExitAsync();
            stop.Cancel();
            await Task.WhenAny(agent);
        }
    }

    private static Process StartPlugin(string url)
    {
        // Debian's own interpreter: the first python on the path need not have Debian's packages.
        var python = RealPeer.Require("/usr/bin/python3");
        return Process.Start(new ProcessStartInfo(python, [Sample("oslo_plugin.py"), url, Sample("captured-session.jsonl")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
    }

    private static async Task<JsonObject> SayAsync(Process plugin, string member)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var line = await plugin.StandardOutput.ReadLineAsync(limit.Token);
        Assert.That(line, Does.StartWith($$"""{"{{member}}":"""), () => line ?? plugin.StandardError.ReadToEnd());
        return JsonNode.Parse(line!)!.AsObject();
    }
}
