using System.Text.Json.Nodes;
using VtepLab.Emulators.Neutron;
using VtepLab.L2Gateway.Plugin;
using VtepLab.Neutron;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>The casts of one switch in the hands of two plugins.</summary>
public class SharedCastTests
{
    private const string Locator = "3d4b2ec0-4dbb-4a3b-8a4c-0a5ee8a4ba01";
    private const int Rounds = 20;

    [Test]
    public void A_dump_that_is_compared_while_another_plugin_writes_the_change_before_it_loses_nothing() => SimulatedLab.Run(7, async lab =>
    {
        var host = lab.Driver;
        var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
        server.Add(new Database(PluginModel.Schema, host.Entropy.NewUuid));
        server.Add(new Database(NeutronServer.DatabaseSchema, host.Entropy.NewUuid));
        await using var service = new OvsdbServerService(
            host, server, new OvsdbServerServiceOptions { Remotes = [new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort)] });
        await service.StartAsync();
        var database = new ModelDatabaseOptions { Servers = [new Endpoint(EndpointScheme.Tcp, host.Name, Endpoint.DefaultPort)] };
        var controllers = new List<NeutronController>();
        foreach (var name in (string[])["controller-1", "controller-2"])
        {
            lab.Start(name, async machine =>
            {
                controllers.Add(await NeutronController.StartAsync(
                    machine, new NeutronServerOptions { Database = database }, new PluginOptions { Host = name, Database = database }));
                await machine.DelayAsync(Timeout.InfiniteTimeSpan, machine.Stopping);
            });
        }

        await host.DelayAsync(TimeSpan.FromSeconds(5));
        Assert.That(controllers, Has.Count.EqualTo(2));
        await CastAsync(host, 0, "new_physical_locators", new CastOrigin(null, "reading 0", 0));
        for (var n = 0; n < Rounds; n++)
        {
            await host.DelayAsync(TimeSpan.FromSeconds(5));

            // A switch that has come back with an older state: the last change is told just before all that it holds.
            await CastAsync(host, 1, "deleted_physical_locators", new CastOrigin(null, $"reading {n}", 1));
            await CastAsync(host, 0, "new_physical_locators", new CastOrigin(null, $"reading {n + 1}", 0));
            await host.DelayAsync(TimeSpan.FromSeconds(5));
            Assert.That(controllers.Select(c => c.Plugin.Model.Switch("tor-a").Locators.Values), Is.All.EqualTo(new[] { "192.0.2.23" }), $"round {n}");
        }

        return true;
    });

    private static ValueTask CastAsync(IHost host, int activity, string list, CastOrigin origin) => host.Bus.CastAsync(
        new BusTarget("l2gateway_plugin"), "update_ovsdb_changes",
        new JsonObject
        {
            ["activity"] = activity,
            ["ovsdb_data"] = new JsonObject
            {
                ["ovsdb_identifier"] = "tor-a", [list] = new JsonArray(new JsonObject { ["uuid"] = Locator, ["dst_ip"] = "192.0.2.23" }),
            },
        },
        origin.WriteTo([]));
}
