using VtepLab.Ovsdb;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What changes on a switch all the time and concerns no plugin.</summary>
[Binding]
public sealed class NoiseSteps(GatewayWorld world)
{
    private int _casts;

    [When("{switch} counts what passes through its ports")]
    public async Task Count(string name)
    {
        await world.Lab.Driver.DelayAsync(TimeSpan.FromSeconds(2), world.Lab.Driver.Stopping); // What was asked for before has been told.
        _casts = world.Plugin.Mirror(name).Casts;
        await OvsdbVisit.RunAsync(world.Lab.Driver, world.Switch(name).Endpoint, world.Switch(name).Tls, name, (client, schema) =>
        {
            var write = new OvsdbTransaction(schema);
            write.Update("Physical_Port", Where.EveryRow, ("other_config", Datum.Map([new KeyValuePair<Atom, Atom>("counted", "1")])));
            return client.TransactAsync(write);
        }, CancellationToken.None);
    }

    [Then("the plugin is told nothing of {switch} for {seconds}")]
    public async Task ToldNothing(string name, TimeSpan time)
    {
        await world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping);
        Expect.That(world.Plugin.Mirror(name).Casts == _casts, $"{world.Plugin.Mirror(name).Casts - _casts} casts came");
    }
}
