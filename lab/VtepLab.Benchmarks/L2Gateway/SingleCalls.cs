using System.Text.Json.Nodes;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>An agent that is called as the original's plugin calls it: <c>add_vif_to_gateway</c> for each machine, in the request that made the machine.</summary>
internal static class SingleCalls
{
    private const int AtATime = 8; // A Neutron server with eight API workers that are all busy.

    /// <summary>Measures one run.</summary>
    public static async Task<Timing> MeasureAsync(RabbitMqPeer broker, int macs, bool isOriginal)
    {
        await using var rig = await GatewayRig.StartAsync(broker);
        await rig.Server.VtepCtlAsync(
            ["add-ls", "blue", "--", "set", "Logical_Switch", "blue", "tunnel_key=5000",
                .. Enumerable.Range(0, GatewayRig.Nodes).SelectMany(n => (string[])["--", "add-ucast-remote", "blue", $"02:00:00:00:00:{n:x2}", $"192.0.2.{11 + n}"])]);
        var network = (await rig.Server.VtepCtlAsync("--bare", "--columns=_uuid", "list", "Logical_Switch")).Trim();
        var locators = (await rig.Server.VtepCtlAsync("--bare", "--columns=_uuid,dst_ip", "list", "Physical_Locator"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Chunk(2).ToDictionary(l => l[1], l => l[0]);
        rig.StartAgent(isOriginal);
        return await LiveHost.RunAsync("bench", new LiveHostOptions { Bus = host => new RabbitBus(host, rig.Bus) }, async host =>
        {
            var watch = await MacWatch.StartAsync(host, rig.Server);
            await rig.UntilAsync(host, "an agent", async () =>
                (await rig.Cloud.AskAsync("GET", "/agents")).Body!["agents"]!.AsArray().Any(a => a!["configurations"]!["l2gw_agent_type"]?.ToString() == "monitor"));
            await CallAsync(1_000_000, 100);
            var meter = ProcessorMeter.Start(rig.Server.Process, rig.Neutron, rig.Agent);
            var all = watch.HasRowsAsync(host, macs + 100 + GatewayRig.Nodes);
            await CallAsync(0, macs);
            await all;
            return meter.Stop();

            async Task CallAsync(int first, int count)
            {
                var next = first;
                await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
                {
                    while (next < first + count)
                    {
                        await host.Bus.CallAsync(new BusTarget("l2gateway_agent"), "add_vif_to_gateway", Arguments(next++), TimeSpan.FromSeconds(60));
                    }
                }));
            }
        });

        JsonObject Arguments(int n) => new()
        {
            ["ovsdb_identifier"] = "leaf1",
            ["logical_switch_dict"] = new JsonObject
            {
                ["uuid"] = network, ["name"] = "blue", ["key"] = 5000, ["description"] = "", ["ovsdb_identifier"] = "leaf1",
            },
            ["locator_dict"] = new JsonObject { ["uuid"] = locators[$"192.0.2.{11 + (n % GatewayRig.Nodes)}"], ["dst_ip"] = $"192.0.2.{11 + (n % GatewayRig.Nodes)}" },
            ["mac_dict"] = new JsonObject
            {
                ["uuid"] = null, ["mac"] = $"fa:16:3e:{n >> 16:x2}:{(n >> 8) & 255:x2}:{n & 255:x2}", ["ip_address"] = $"10.0.{(n >> 8) & 255}.{n & 255}",
                ["logical_switch_id"] = network, ["physical_locator_id"] = locators[$"192.0.2.{11 + (n % GatewayRig.Nodes)}"], ["ovsdb_identifier"] = "leaf1",
                ["logical_switch_uuid"] = network,
            },
        };
    }
}
