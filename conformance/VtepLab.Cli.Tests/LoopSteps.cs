using VtepLab.Gherkin;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Cli.Tests;

/// <summary>Steps that only the tests have, loaded into the command from this assembly.</summary>
[Binding]
public sealed class LoopSteps(LabWorld lab)
{
    private SimulatedWorld World => ((SimulatedLab)lab).World;

    /// <summary>Code that is right until a fault comes, and then never gives the thread back.</summary>
    [When("for {int} seconds somebody waits for {string} without an await")]
    public async Task WaitWithoutAwait(int seconds, string machine)
    {
        for (var second = 0; second < seconds; second++)
        {
            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
            while (!World.Hosts[machine].IsUp)
            {
                _ = lab.Driver.Time.GetUtcNow(); // Where a run that was given up ends, so that these tests leave no thread that loops.
            }
        }
    }

    /// <summary>Code that is right until a fault comes, and then waits for ever for what it has missed.</summary>
    [When("for {int} seconds somebody waits for {string} in vain")]
    public async Task WaitInVain(int seconds, string machine)
    {
        for (var second = 0; second < seconds; second++)
        {
            await lab.Driver.DelayAsync(TimeSpan.FromSeconds(1));
            for (var isMissed = !World.Hosts[machine].IsUp; isMissed;)
            {
                await lab.Driver.DelayAsync(TimeSpan.FromSeconds(2));
            }
        }
    }

    [When("somebody waits for ever")]
    public async Task WaitForEver()
    {
        while (true)
        {
            await lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(1));
        }
    }

    [When("somebody loops for ever")]
    public void LoopForEver()
    {
        while (true)
        {
            _ = lab.Driver.Time.GetUtcNow();
        }
    }
}
