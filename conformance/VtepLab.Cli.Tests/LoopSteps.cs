using VtepLab.Gherkin;
using VtepLab.Topology;

namespace VtepLab.Cli.Tests;

/// <summary>Steps that only the tests have, loaded into the command from this assembly.</summary>
[Binding]
public sealed class LoopSteps(LabWorld lab)
{
    /// <summary>Code that is right until a fault comes, and then never gives the thread back.</summary>
    [When("for {int} seconds somebody waits for {string} without an await")]
    public async Task WaitWithoutAwait(int seconds, string machine)
    {
        var world = ((SimulatedLab)lab).World;
        for (var second = 0; second < seconds; second++)
        {
            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
            while (!world.Hosts[machine].IsUp)
            {
                _ = lab.Driver.Time.GetUtcNow(); // Where a run that was given up ends, so that these tests leave no thread that loops.
            }
        }
    }
}
