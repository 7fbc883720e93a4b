using VtepLab.L2Gateway.Plugin;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What somebody writes into the plugins' database who should not: it shows that the invariants about it would see a wrong plugin.</summary>
[Binding]
public sealed class TamperSteps(GatewayWorld world)
{
    [When("somebody writes into the plugins' database that {switch} was elected in term {int}")]
    public Task WriteElection(string agent, int term) => OvsdbVisit.RunAsync(
        world.Lab.Driver, new Endpoint(EndpointScheme.Tcp, Controllers.Database, Endpoint.DefaultPort), null, Controllers.Database, PluginModel.Schema.Name,
        (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            write.Update("Monitor", Where.EveryRow, ("host", agent), ("term", term));
            return client.TransactAsync(write);
        },
        CancellationToken.None);
}
