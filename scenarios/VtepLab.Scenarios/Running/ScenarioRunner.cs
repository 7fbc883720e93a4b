using System.Globalization;
using VtepLab.Results;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>Runs a scenario in a lab of its own: in virtual time on the calling thread, or live against a device.</summary>
public static class ScenarioRunner
{
    /// <summary>The tag of scenarios that a real device can take part in: nothing in them reboots or breaks it.</summary>
    public const string LiveTag = "@live";

    /// <summary>Runs a scenario to its end; what goes wrong in it is in the result and is not thrown.</summary>
    public static async Task<ScenarioResult> RunAsync(Pickle pickle, ScenarioRunOptions options, CancellationToken cancel = default) =>
        options.Device is { } device ? await RunLiveAsync(pickle, options, device, cancel) : RunSimulated(pickle, options);

    /// <summary>Runs a scenario in virtual time.</summary>
    public static ScenarioResult RunSimulated(Pickle pickle, ScenarioRunOptions options)
    {
        SimulatedLab? lab = null;
        ScenarioResult result;
        try
        {
            result = SimulatedLab.Run(
                options.Seed,
                here =>
                {
                    lab = here;
                    return ExecuteAsync(here, pickle, options);
                },
                new SimulationOptions { Logs = options.Logs });
        }
        catch (SimulationException broken)
        {
            // A machine of the lab crashed, or nothing was left that could happen: no step says so, so one is added that does.
            var step = new ScenarioStep("After", "the simulated world", 0, ScenarioStatus.Failed, lab!.World.Now, TimeSpan.Zero, broken.ToString(), [], []);
            result = new ScenarioResult(
                pickle.Uri, pickle.Line, pickle.Feature, pickle.Name, pickle.Tags, ScenarioStatus.Failed, lab.World.Now, [step]);
        }

        return result with
        {
            Seed = options.Seed,
            TraceHash = lab!.World.Digest.ToString("x16", CultureInfo.InvariantCulture),
            ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --seed {options.Seed}",
        };
    }

    private static async Task<ScenarioResult> RunLiveAsync(Pickle pickle, ScenarioRunOptions options, LabDevice device, CancellationToken cancel)
    {
        var result = await LiveLab.RunAsync(device, here => ExecuteAsync(here, pickle, options), options.Logs, cancel);
        return result with { ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --device {options.DeviceFile}" };
    }

    private static Task<ScenarioResult> ExecuteAsync(LabWorld lab, Pickle pickle, ScenarioRunOptions options) =>
        new ScenarioExecutor(ScenarioBook.Bindings, lab.Driver.Time, options.Listener)
            .RunAsync(pickle, container => container.RegisterInstanceAs(lab));
}
