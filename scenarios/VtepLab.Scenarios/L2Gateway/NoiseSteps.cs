using VtepLab.Ovsdb;

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
        _casts = world.Told.CastsOf(name);
        await world.VisitAsync(name, write => write.Update(
            "Physical_Port", Where.EveryRow, ("other_config", Datum.Map([new KeyValuePair<Atom, Atom>("counted", "1")]))));
    }

    [Then("the plugin is told nothing of {switch} for {seconds}")]
    public async Task ToldNothing(string name, TimeSpan time)
    {
        await world.Lab.Driver.DelayAsync(time, world.Lab.Driver.Stopping);
        Expect.That(world.Told.CastsOf(name) == _casts, $"{world.Told.CastsOf(name) - _casts} casts came");
    }
}
