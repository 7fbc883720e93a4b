using System.Globalization;
using System.Runtime.ExceptionServices;
using VtepLab.Results;
using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios;

/// <summary>Runs a scenario in a lab of its own: in virtual time on the calling thread, or live against a device.</summary>
public static class ScenarioRunner
{
    /// <summary>The tag of scenarios that a real device can take part in: nothing in them reboots or breaks it.</summary>
    public const string LiveTag = "@live";

    /// <summary>The tag of those among them that need two devices.</summary>
    public const string TwoSwitchesTag = "@two-switches";

    /// <summary>Runs a scenario to its end; what goes wrong in it is in the result and is not thrown.</summary>
    public static async Task<ScenarioResult> RunAsync(Pickle pickle, ScenarioRunOptions options, CancellationToken cancel = default) =>
        options.Devices.Count > 0 ? await RunLiveAsync(pickle, options, cancel) : RunSimulated(pickle, options, cancel);

    /// <summary>What the worlds of scenarios are like, whoever runs them, so that a seed is the same run everywhere.</summary>
    internal static SimulationOptions Worlds { get; } = new()
    {
        Order = EventOrder.Drawn, IsKeepAlive = LifeSigns.AreAll, TimeLimit = new ScenarioRunOptions().TimeLimit,
    };

    /// <summary>Runs a scenario in virtual time, on a thread of its own: one that never comes back from an event, or waits for ever, fails and says where.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ScenarioResult RunSimulated(Pickle pickle, ScenarioRunOptions options, CancellationToken cancel = default)
    {
        // A run that is stuck is left behind and repeated up to there, so there may be two: the second one tells, the first one has captured.
        var attempts = new List<Attempt>();
        var experiment = new Experiment(pickle.Name, _ => FaultPlan.None, (world, _) =>
        {
            var attempt = new Attempt();
            attempts.Add(attempt);
            attempt.Run(world, pickle, attempts.Count == 1 ? options : options with { Frames = null });
        })
        {
            Options = Worlds with { Logs = options.Logs, EventLimit = options.EventLimit, TimeLimit = options.TimeLimit },
        };
        var outcome = Explorer.RunApart(experiment, options.Seed, cancel: cancel);
        attempts[^1].Bug?.Throw();
        return (attempts[^1].Result ?? Broken(pickle, outcome.VirtualTime, outcome.Message!, outcome.Message!)) with
        {
            Seed = options.Seed,
            TraceHash = outcome.Digest.ToString("x16", CultureInfo.InvariantCulture),
            ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --seed {options.Seed}",
        };
    }

    /// <summary>Runs a scenario in a world that is still empty, with the faults of the options; a capture of the world is told of the steps.</summary>
    /// <exception cref="SimulationException">A machine crashed that was not told to, nothing was left that could happen, or an invariant did not hold.</exception>
    internal static ScenarioResult RunIn(SimulatedWorld world, Pickle pickle, ScenarioRunOptions options) =>
        SimulatedLab.Run(world, lab =>
        {
            var listener = options.Faults is { } faults ? faults.Watch(lab, pickle, options.Listener) : options.Listener;
            return ExecuteAsync(lab, pickle, options with { Listener = Following(world) + listener });
        });

    /// <summary>The result of a run that no step has ended: a machine of the lab crashed, nothing was left that could happen, or an event did not end. A step is added that says so.</summary>
    private static ScenarioResult Broken(Pickle pickle, TimeSpan at, string message, string details) => new(
        pickle.Uri, pickle.Line, pickle.Feature, pickle.Name, pickle.Tags, ScenarioStatus.Failed, at,
        [new ScenarioStep("After", "the simulated world", 0, ScenarioStatus.Failed, at, TimeSpan.Zero, message, [], [], details)]);

    private static Action<ExecutionEvent> Following(SimulatedWorld world) => happened =>
    {
        if (happened is StepStarted { Step: var step })
        {
            world.Activity = string.Create(CultureInfo.InvariantCulture, $"line {step.Line}: {step.Keyword} {step.Text}");
            world.Capture?.Remark(world.Activity);
        }
        else if (happened is StepFinished { Result: var done })
        {
            world.Activity = string.Create(CultureInfo.InvariantCulture, $"what follows on line {done.Line}: {done.Keyword} {done.Text}");
        }
    };

    private static async Task<ScenarioResult> RunLiveAsync(Pickle pickle, ScenarioRunOptions options, CancellationToken cancel)
    {
        var result = await LiveLab.RunAsync(options.Devices, here => ExecuteAsync(here, pickle, options), options.Bus, options.Logs, cancel);
        return result with { ReplayCommand = $"./vteplab scenario --filter \"{pickle.Name}\" --device {options.DeviceFile}" };
    }

    private static Task<ScenarioResult> ExecuteAsync(LabWorld lab, Pickle pickle, ScenarioRunOptions options) =>
        new ScenarioExecutor(ScenarioBook.Bindings, lab.Driver.Time, options.Listener)
            .RunAsync(pickle, container =>
            {
                container.RegisterInstanceAs(lab);
                container.RegisterInstanceAs(options.Faults ?? new ScenarioFaults());
            });

    /// <summary>One run of a scenario in a world, on whichever thread.</summary>
    private sealed class Attempt
    {
        public ScenarioResult? Result { get; private set; }

        /// <summary>What is no result but a mistake of ours.</summary>
        public ExceptionDispatchInfo? Bug { get; private set; }

        public void Run(SimulatedWorld world, Pickle pickle, ScenarioRunOptions options)
        {
            world.Capture = options.Frames is { } open ? new FrameCapture(world, open) : null;
            try
            {
                Result = RunIn(world, pickle, options);
            }
            catch (SimulationException broken)
            {
                Result = Broken(pickle, world.Now, broken.Message, broken.ToString());
                throw;
            }
            catch (Exception bug)
            {
                Bug = ExceptionDispatchInfo.Capture(bug);
                throw;
            }
        }
    }
}
