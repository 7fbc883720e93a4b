using VtepLab.L2Gateway.Plugin;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>A plugin's tables when others write them too.</summary>
public class SharedModelTests
{
    private static readonly Endpoint Server = new(EndpointScheme.Tcp, "", Endpoint.DefaultPort);

    [Test]
    public void A_row_of_a_switch_that_went_and_came_back_within_one_change_is_in_the_copy() => SimulatedLab.Run(7, async lab =>
    {
        var host = lab.Driver;
        var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
        server.Add(new Database(PluginModel.Schema, host.Entropy.NewUuid));
        await using var service = new OvsdbServerService(
            host, server, new OvsdbServerServiceOptions { Remotes = [new Endpoint(EndpointScheme.PassiveTcp, "", Endpoint.DefaultPort)] });
        await service.StartAsync();
        var model = await PluginModel.OpenAsync(host, new ModelDatabaseOptions { Servers = [Server with { Host = host.Name }] }, host.Stopping);

        await WriteAsync(host, _ => { });
        await host.DelayAsync(TimeSpan.FromSeconds(1));
        Assert.That(model.Switch("leaf1").RemoteMacs, Has.Count.EqualTo(20));

        // Another plugin applied "deleted" and "new" while this one was away: the rows of the database are others, those of the switch the same.
        await WriteAsync(host, write => write.Delete("Ucast_Macs_Remote", Where.EveryRow));
        await host.DelayAsync(TimeSpan.FromSeconds(1));
        Assert.That(model.Switch("leaf1").RemoteMacs, Has.Count.EqualTo(20));

        await WriteAsync(host, write => write.Delete("Ucast_Macs_Remote", Where.EveryRow), insert: false);
        await host.DelayAsync(TimeSpan.FromSeconds(1));
        Assert.That(model.Switch("leaf1").RemoteMacs, Is.Empty);
        return true;
    });

    private static Task<TransactionResult> WriteAsync(IHost host, Action<OvsdbTransaction> before, bool insert = true) => OvsdbVisit.RunAsync(
        host, Server with { Host = host.Name }, null, host.Name, PluginModel.Schema.Name,
        (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            before(write);
            for (var n = 0; n < 20 && insert; n++)
            {
                write.Insert(
                    "Ucast_Macs_Remote", ("ovsdb_identifier", "leaf1"), ("uuid", $"00000000-0000-0000-0000-0000000000{n:x2}"), ("mac", $"02:1a:00:00:00:{n:x2}"),
                    ("logical_switch", ""), ("locator", ""), ("ip_address", ""));
            }

            return client.TransactAsync(write);
        },
        host.Stopping);
}
