using System.CommandLine;
using System.Diagnostics;
using Spectre.Console;
using VtepLab.Cli.Exploring;
using VtepLab.Cli.Output;
using VtepLab.Gherkin;
using VtepLab.Hosting;
using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab explore</c>: runs scenarios under many seeds, and cuts the faults of a failing run down to those that matter.</summary>
internal sealed class ExploreCommand
{
    private const int MostRecorded = 20;
    private const int MostShrinking = 500;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    private readonly Argument<string> scenario = new("SCENARIO") { Description = "id (VT-L2GW-050), name, part of a name, or tag expression (@l2gateway)" };
    private readonly Option<SeedRange> seeds = new("--seeds")
    {
        Description = "the first and the last seed",
        HelpName = "A..B",
        Required = true,
        CustomParser = result =>
        {
            if (!SeedRange.TryParse(result.Tokens[0].Value, out var range, out var problem))
            {
                result.AddError(problem);
            }

            return range;
        },
    };

    private readonly Option<string?> faults = new("--faults") { Description = FaultSelection.Help, HelpName = "PLAN" };
    private readonly Option<int> threads = ThreadsOption.Make();
    private readonly RunLimitOptions limits = new();
    private readonly Option<string?> workers = new("--workers")
    {
        Description = "let 'vteplab worker' processes at this RabbitMQ run the seeds; results are the same", HelpName = "amqp://USER:PASSWORD@HOST:PORT/VHOST",
    };

    private readonly Option<string?> folder = Options.Path("--out", "-o", "DIR", "write the failing runs here (default: out/explore-UTC)");

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var explore = new ExploreCommand();
        var command = new Command("explore", "Run scenarios under many seeds, with faults, and shrink what fails")
        {
            explore.scenario, explore.seeds, explore.faults, explore.threads, explore.workers, explore.folder,
        };
        explore.limits.AddTo(command);
        command.SetAction(async (parsed, cancel) => (int)await explore.RunAsync(parsed, cancel));
        return command;
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CancellationToken cancel)
    {
        var pickles = ScenarioChoice.Find(parsed.GetValue(scenario)!);
        var plan = parsed.GetValue(faults);
        var kinds = FaultSelection.Parse(plan);
        var range = parsed.GetValue(seeds);
        var within = limits.Of(parsed);
        var fleet = parsed.GetValue(workers) is { } address ? WorkerFleet.At("--workers", address) : null;
        var place = RunFolder.Make(parsed.GetValue(folder), "explore", DateTimeOffset.UtcNow);
        try
        {
            var all = new List<RunOutcome>();
            var clock = Stopwatch.StartNew();
            var exploring = TimeSpan.Zero;
            foreach (var pickle in pickles)
            {
                if (cancel.IsCancellationRequested)
                {
                    break;
                }

                var began = clock.Elapsed;
                var experiment = within.On(ScenarioExperiment.Of(pickle, kinds));
                var outcomes = await ExploreAsync(pickle, plan, experiment, within, range, parsed.GetValue(threads), fleet, cancel);
                exploring += clock.Elapsed - began;
                all.AddRange(outcomes);
                Show(pickle, plan, kinds, experiment, within, [.. outcomes.Where(o => o.Failure is not null)], place, cancel);
            }

            var failed = all.Count(o => o.Failure is not null);
            Say($"digest of the batch: {RecordedRun.HashOf(all)}");
            Say(FormattableString.Invariant($"{all.Count - failed} passed, {failed} failed, {((long)range.Count * pickles.Length) - all.Count} skipped"));
            Terminal.Error.WriteLine(FormattableString.Invariant(
                $"{all.Count / Math.Max(exploring.TotalMinutes, 1e-6):0} seeds a minute on {(fleet is null ? $"{parsed.GetValue(threads)} threads" : "the workers")}"));
            return cancel.IsCancellationRequested ? ExitCode.Interrupted : failed > 0 ? ExitCode.Failed : ExitCode.Passed;
        }
        finally
        {
            place.RemoveUnused();
        }
    }

    private static async Task<IReadOnlyList<RunOutcome>> ExploreAsync(
        Pickle pickle, string? plan, Experiment experiment, RunLimits within, SeedRange range, int threads, FleetOptions? fleet, CancellationToken cancel)
    {
        Say(FormattableString.Invariant($"{ScenarioChoice.IdOf(pickle)} {pickle.Name}"));
        var (done, failed) = (0, 0);
        var sinceReport = Stopwatch.StartNew();
        return fleet is null
            ? Explorer.Explore(experiment, range.First, range.Count, threads, Progress, cancel)
            : await WorkerFleet.ExploreAsync(fleet, pickle, plan, within, range, Progress, cancel);

        void Progress(RunOutcome outcome)
        {
            done++;
            failed += outcome.Failure is null ? 0 : 1;
            if (sinceReport.Elapsed >= ReportEvery)
            {
                sinceReport.Restart();
                Terminal.Error.WriteLine(FormattableString.Invariant($"{done} of {range.Count} seeds, {failed} failed"));
            }
        }
    }

    private void Show(
        Pickle pickle, string? plan, IReadOnlyList<FaultKind>? kinds, Experiment experiment, RunLimits within, List<RunOutcome> failed, RunFolder place, CancellationToken cancel)
    {
        foreach (var (outcome, i) in failed.Select((o, i) => (o, i)))
        {
            Say(FormattableString.Invariant($"FAIL  seed {outcome.Seed}  at {outcome.VirtualTime:c}  {outcome.Failure}"));
            Say($"      {outcome.Message}");
            if (i < MostRecorded && !cancel.IsCancellationRequested)
            {
                Keep(pickle, kinds, outcome, outcome.Plan, place, FolderOf(pickle, outcome), cancel);
            }
        }

        if (failed.Count == 0 || cancel.IsCancellationRequested)
        {
            return;
        }

        var first = failed[0];
        Terminal.Error.WriteLine(FormattableString.Invariant($"shrinking the {first.Plan.Commands.Count} faults of seed {first.Seed}"));
        var (smallest, runs) = Explorer.Shrink(experiment, first, MostShrinking, cancel);
        Say(FormattableString.Invariant(
            $"seed {first.Seed} fails in the same way with {smallest.Plan.Commands.Count} of its {first.Plan.Commands.Count} faults ({runs} runs):"));
        foreach (var command in smallest.Plan.Commands)
        {
            Say($"      {command}");
        }

        var shrunk = FolderOf(pickle, first) + "-shrunk";
        Keep(pickle, kinds, smallest, smallest.Plan, place, shrunk, cancel);
        var asDrawn = new List<string> { "replay", FormattableString.Invariant($"{first.Seed}"), "--scenario", pickle.Name };
        asDrawn.AddRange(plan is null ? [] : ["--faults", plan]);
        asDrawn.AddRange(limits.Again(within));
        Say($"replay: ./vteplab {CommandLineText.Of(["replay", place[shrunk]])}");
        Say($"replay with all its faults: ./vteplab {CommandLineText.Of(asDrawn)}");
    }

    private static void Keep(
        Pickle pickle, IReadOnlyList<FaultKind>? kinds, RunOutcome outcome, FaultPlan plan, RunFolder place, string within, CancellationToken cancel)
    {
        var run = RunRecorder.Record(
            pickle, kinds, outcome.Seed, plan, RunEnd.Of(outcome.Failure, outcome.Events, outcome.VirtualTime), place, within, cancel: cancel);
        if (run.Digest != RecordedRun.Hex(outcome.Digest))
        {
            throw new CommandException(
                ExitCode.Bug,
                FormattableString.Invariant($"a bug of ours, sorry: seed {outcome.Seed} of {pickle.Name} went another way when it was run again: digest {RecordedRun.Hex(outcome.Digest)}, then {run.Digest}"));
        }
    }

    private static string FolderOf(Pickle pickle, RunOutcome outcome) =>
        FormattableString.Invariant($"{string.Concat(ScenarioChoice.IdOf(pickle).Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}-line-{pickle.Line}-seed-{outcome.Seed}");

    private static void Say(string line) => Terminal.Out.WriteLine(Safe.Line(line));
}
