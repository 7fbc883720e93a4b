using VtepLab.Gherkin;
using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Cli.Exploring;

/// <summary>Runs a scenario once more under a seed, with its trace, and keeps it in a folder.</summary>
internal static class RunRecorder
{
    /// <summary>Runs it and writes <c>trace.ndjson</c>, the frames if it has links for them, then <c>run.json</c>.</summary>
    /// <param name="pickle">The scenario.</param>
    /// <param name="kinds">The kinds of faults to draw from; see <see cref="ScenarioExperiment.Of"/>.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="plan">The faults; null to draw them.</param>
    /// <param name="end">Where the run ends.</param>
    /// <param name="place">The folder.</param>
    /// <param name="within">The folder in it, or empty.</param>
    /// <param name="listener">Told of the events of the run; may be null.</param>
    /// <param name="cancel">Ends it at once.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RecordedRun Record(
        Pickle pickle, IReadOnlyList<FaultKind>? kinds, ulong seed, FaultPlan? plan, RunEnd end, RunFolder place, string within = "", Action<ExecutionEvent>? listener = null,
        CancellationToken cancel = default)
    {
        var experiment = ScenarioExperiment.Of(pickle, kinds, listener);
        experiment = experiment with { Options = experiment.Options with { StuckIn = end.StuckIn, TimeLimit = end.TimeLimit, Interrupt = cancel } };
        RecordedRun? run = null;
        place.Write(Path.Combine(within, RecordedRun.TraceFileName), output => place.WriteWhenOpened(Path.Combine(within, FrameFile.NameOf(pickle)), frames =>
        {
            using var trace = new TraceWriter(output);
            var outcome = Explorer.Run(
                experiment, seed, plan, world => (world.Trace, world.Capture) = (trace, new FrameCapture(world, frames)));
            cancel.ThrowIfCancellationRequested();
            run = new RecordedRun(
                pickle.Name, ScenarioChoice.IdOf(pickle), seed, outcome.Plan.Commands, kinds is not null, outcome.Failure, outcome.Message,
                outcome.VirtualTime, outcome.Events, RecordedRun.Hex(outcome.Digest), trace.Hash, BuildIdentity.Text, ToolVersion.Text);
        }));
        place.Write(Path.Combine(within, RecordedRun.FileName), run!.Write);
        return run;
    }
}
