using System.Diagnostics;
using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.L2Gateway.Agent;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Agents.Tests.L2Gateway;

/// <summary>The plugin's side of Debian's networking-l2gw, over neutron's own RPC, drives our agent on a real ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class OriginalPluginTests
{
    [Test]
    public async Task The_calls_of_networking_l2gw_are_carried_out_by_our_agent()
    {
        RealPeer.Require("neutron-l2gateway-agent"); // Comes with the package that has the plugin too.
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", "tor1", "--", "set", "Physical_Switch", "tor1", "tunnel_ips=192.0.2.101", "--", "add-port", "tor1", "eth1");
        var options = new AgentOptions { Host = "agent-1", OvsdbHosts = [new OvsdbHost("tor-a", Endpoint.Parse(server.Endpoint))] };
        using var stop = new CancellationTokenSource();
        var agent = LiveHost.RunAsync(
            "agent-1", new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(broker.Uri)) },
            host => L2GatewayAgent.RunAsync(host, options, host.Stopping), stop.Token);
        using var plugin = Process.Start(new ProcessStartInfo(
            RealPeer.Require("/usr/bin/python3"),
            [
                Path.Combine(TestContext.CurrentContext.TestDirectory, "L2Gateway", "Samples", "original_plugin.py"),
                $"rabbit://guest:guest@127.0.0.1:{broker.Port}/", "agent-1",
            ])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = plugin.StandardError.ReadToEndAsync();
        try
        {
            await DoneAsync("connected");
            Assert.That((await server.VtepCtlAsync("list-bindings", "tor1", "eth1")).Trim(), Is.EqualTo("0010 net-1"));
            Assert.That(await server.VtepCtlAsync("list-remote-macs", "net-1"), Does.Contain("fa:16:3e:00:00:01 -> vxlan_over_ipv4/192.0.2.11"));
            await GoOnAsync("added");
            Assert.That(await server.VtepCtlAsync("list-remote-macs", "net-1"), Does.Contain("fa:16:3e:00:00:02 -> vxlan_over_ipv4/192.0.2.11"));
            await GoOnAsync("moved");
            Assert.That(await server.VtepCtlAsync("list-remote-macs", "net-1"), Does.Contain("fa:16:3e:00:00:02 -> vxlan_over_ipv4/192.0.2.12"));
            await GoOnAsync("disconnected");
            Assert.That(await server.VtepCtlAsync("list-bindings", "tor1", "eth1"), Is.Empty);
            Assert.That(await server.VtepCtlAsync("list-ls"), Is.Empty);
            // F11: the original's agent says that it was done.
            Assert.That((string?)(await GoOnAsync("refused"))["by"], Does.Contain("agent agent-1 looks after no switch 'tor-z'"));
        }
        finally
        {
            plugin.Kill(entireProcessTree: true);
            await plugin.WaitForExitAsync();
            stop.Cancel();
            await Task.WhenAny(agent);
        }

        async Task<JsonObject> GoOnAsync(string step)
        {
            await plugin.StandardInput.WriteLineAsync("go on");
            await plugin.StandardInput.FlushAsync();
            return await DoneAsync(step);
        }

        async Task<JsonObject> DoneAsync(string step)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
            var line = await plugin.StandardOutput.ReadLineAsync(limit.Token);
            Assert.That(line, Does.StartWith($$"""{"done": "{{step}}" """.TrimEnd()), () => errors.IsCompleted ? errors.Result : "it runs on");
            return JsonNode.Parse(line!)!.AsObject();
        }
    }
}
