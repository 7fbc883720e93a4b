using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using VtepLab.Cli.Exploring;
using VtepLab.Cli.Output;
using VtepLab.Gherkin;
using VtepLab.Results;
using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab replay</c>: repeats one simulated run exactly, and writes its trace.</summary>
internal sealed class ReplayCommand
{
    private readonly Argument<string> what = new("SEED|DIR") { Description = "a seed, with --scenario; or the folder of a run that explore kept" };
    private readonly Option<string?> scenario = new("--scenario") { Description = "the scenario of a seed: id or name", HelpName = "NAME" };
    private readonly Option<string?> faults = new("--faults") { Description = "the same as explore was given", HelpName = "PLAN" };
    private readonly Option<string?> digest = new("--digest") { Description = "the digest that the run of a seed must have", HelpName = "HEX" };
    private readonly RunLimitOptions limits = new();
    private readonly Option<string?> folder = Options.Path("--out", "-o", "DIR", "write run.json, trace.ndjson and the frames as ID.pcapng here (default: out/replay-UTC)");

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var replay = new ReplayCommand();
        var command = new Command("replay", "Repeat one simulated run exactly: 1 it fails, 0 it passes, 3 it went another way")
        {
            replay.what, replay.scenario, replay.faults, replay.digest, replay.folder,
        };
        replay.limits.AddTo(command);
        command.SetAction((parsed, cancel) => Task.FromResult((int)replay.Run(parsed, cancel)));
        return command;
    }

    private ExitCode Run(ParseResult parsed, CancellationToken cancel)
    {
        var (given, named) = (parsed.GetValue(what)!, parsed.GetValue(scenario));
        var isSeed = ulong.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var seed);
        if (isSeed && (named is not null || !Directory.Exists(given)))
        {
            var pickle = One(named ?? throw new CommandException(ExitCode.Usage, $"replay {given} needs --scenario NAME: of which scenario is it the seed?"));
            var kinds = FaultSelection.Parse(parsed.GetValue(faults));
            return Repeat(parsed, pickle, kinds, seed, null, parsed.GetValue(digest), null, cancel);
        }

        if (new[] { ("--scenario", named), ("--faults", parsed.GetValue(faults)), ("--digest", parsed.GetValue(digest)) }
            .FirstOrDefault(o => o.Item2 is not null) is { Item1: { } option })
        {
            throw new CommandException(
                ExitCode.Usage,
                named is not null ? $"replay takes a seed with --scenario, not '{given}'" : $"{option} belongs to a seed; the folder of a run says it itself");
        }

        var run = RecordedRun.Read(given);
        if (run.Faults.FirstOrDefault(f => FaultCatalogue.Standard.All(k => k.Name != f.Kind)) is { } strange)
        {
            throw new CommandException(ExitCode.Usage, $"{Path.Combine(given, RecordedRun.FileName)}: there is no fault '{strange.Kind}'");
        }

        return Repeat(parsed, One(run.Scenario), run.Uninvited ? FaultCatalogue.Standard : null, run.Seed, new FaultPlan(run.Faults), run.Digest, run, cancel);
    }

    private ExitCode Repeat(
        ParseResult parsed, Pickle pickle, IReadOnlyList<FaultKind>? kinds, ulong seed, FaultPlan? plan, string? expected, RecordedRun? recorded,
        CancellationToken cancel)
    {
        var place = RunFolder.Make(parsed.GetValue(folder), "replay", DateTimeOffset.UtcNow);
        var run = RunRecorder.Record(pickle, kinds, seed, plan, EndOf(pickle, kinds, seed, recorded, limits.Of(parsed), cancel), place, listener: Show, cancel: cancel);
        foreach (var fault in run.Faults)
        {
            Say($"fault  {fault}");
        }

        Say(FormattableString.Invariant($"{(run.Failure is null ? "ok  " : "FAIL")}  {pickle.Name}  seed {seed}  at {run.VirtualTime:c}  {run.Failure}").TrimEnd());
        if (run.Message is not null)
        {
            Say($"      {run.Message}");
        }

        Say($"digest: {run.Digest}");
        Terminal.Error.WriteLine($"trace: {place[RecordedRun.TraceFileName]}");
        var isSame = expected is null || (string.Equals(run.Digest, expected, StringComparison.OrdinalIgnoreCase) && (recorded is null || run.TraceSha256 == recorded.TraceSha256));
        if (isSame)
        {
            return run.Failure is null ? ExitCode.Passed : ExitCode.Failed;
        }

        if (recorded is not null && recorded.Build != run.Build)
        {
            Terminal.Error.WriteLine(Safe.Line($"vteplab: another build ({recorded.Version}) made that run, so this one went another way: digest {expected}, now {run.Digest}"));
            return run.Failure is null ? ExitCode.Passed : ExitCode.Failed;
        }

        throw new CommandException(
            ExitCode.Bug,
            run.Digest == expected
                ? $"a bug of ours, sorry: the trace of the same run has another hash: {recorded!.TraceSha256}, now {run.TraceSha256}"
                : $"the run went another way: digest {expected}, now {run.Digest}; with the same build that is a bug of ours");
    }

    // A run that never ends is repeated up to where it was ended; of a mere seed that is found out first.
    private static RunEnd EndOf(Pickle pickle, IReadOnlyList<FaultKind>? kinds, ulong seed, RecordedRun? recorded, RunLimits within, CancellationToken cancel)
    {
        if (recorded is not null)
        {
            return RunEnd.Of(recorded.Failure, recorded.Events, recorded.VirtualTime);
        }

        var outcome = Explorer.RunApart(within.On(ScenarioExperiment.Of(pickle, kinds)), seed, cancel: cancel);
        return RunEnd.Of(outcome.Failure, outcome.Events, outcome.VirtualTime);
    }

    private static Pickle One(string name)
    {
        var found = ScenarioChoice.Find(name);
        return found is [var only] ? only : throw new CommandException(
            ExitCode.Usage, FormattableString.Invariant($"'{name}' means {found.Length} scenarios; give the name of one, such as '{found[0].Name}'"));
    }

    private static void Show(ExecutionEvent happened)
    {
        if (happened is StepFinished { Result: { Status: not ScenarioStatus.Skipped } step })
        {
            Say(FormattableString.Invariant($"{step.StartedAt:c}  {step.Status,-9}  {step.Keyword} {step.Text}"));
            foreach (var line in step.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeWhile(l => !l.StartsWith("   at ", StringComparison.Ordinal)))
            {
                Say($"      {line.TrimEnd()}");
            }
        }
    }

    private static void Say(string line) => Terminal.Out.WriteLine(Safe.Line(line));
}
