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

    /// <summary>What the worlds of scenarios are like, whoever runs them, so that a seed is the same run everywhere.</summary>
    internal static SimulationOptions Worlds { get; } = new() { Order = EventOrder.Drawn, IsKeepAlive = LifeSigns.AreAll };

    /// <summary>Runs a scenario in virtual time.</summary>
    public static ScenarioResult RunSimulated(Pickle pickle, ScenarioRunOptions options)
    {
        var world = new SimulatedWorld(options.Seed, Worlds with { Logs = options.Logs });
        world.Capture = options.Frames is { } open ? new FrameCapture(world, open) : null;
        ScenarioResult result;
        try
        {
            result = RunIn(world, pickle, options);
        }
        catch (SimulationException broken)
        {
            // A machine of the lab crashed, or nothing was left that could happen: no step says so, so one is added that does.
            var step = new ScenarioStep("After", "the simulated world", 0, ScenarioStatus.Failed, world.Now, TimeSpan.Zero, broken.Message, [], [], broken.ToString());
            result = new ScenarioResult(
                pickle.Uri, pickle.Line, pickle.Feature, pickle.Name, pickle.Tags, ScenarioStatus.Failed, world.Now, [step]);
        }

        return result with
        {
            Seed = options.Seed,
            TraceHash = world.Digest.ToString("x16", CultureInfo.InvariantCulture),
            ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --seed {options.Seed}",
        };
    }

    /// <summary>Runs a scenario in a world that is still empty, with the faults of the options; a capture of the world is told of the steps.</summary>
    /// <exception cref="SimulationException">A machine crashed that was not told to, nothing was left that could happen, or an invariant did not hold.</exception>
    internal static ScenarioResult RunIn(SimulatedWorld world, Pickle pickle, ScenarioRunOptions options) =>
        SimulatedLab.Run(world, lab =>
        {
            var listener = options.Faults is { } faults ? faults.Watch(lab, pickle, options.Listener) : options.Listener;
            return ExecuteAsync(lab, pickle, options with { Listener = world.Capture is { } capture ? Remarking(capture) + listener : listener });
        });

    private static Action<ExecutionEvent> Remarking(FrameCapture capture) => happened =>
    {
        if (happened is StepStarted { Step: var step })
        {
            capture.Remark(string.Create(CultureInfo.InvariantCulture, $"line {step.Line}: {step.Keyword} {step.Text}"));
        }
    };

    private static async Task<ScenarioResult> RunLiveAsync(Pickle pickle, ScenarioRunOptions options, LabDevice device, CancellationToken cancel)
    {
        var result = await LiveLab.RunAsync(device, here => ExecuteAsync(here, pickle, options), options.Bus, options.Logs, cancel);
        return result with { ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --device {options.DeviceFile}" };
    }

    private static Task<ScenarioResult> ExecuteAsync(LabWorld lab, Pickle pickle, ScenarioRunOptions options) =>
        new ScenarioExecutor(ScenarioBook.Bindings, lab.Driver.Time, options.Listener)
            .RunAsync(pickle, container =>
            {
                container.RegisterInstanceAs(lab);
                container.RegisterInstanceAs(options.Faults ?? new ScenarioFaults());
            });
}
