using System.Collections.Immutable;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Wire;
using VtepLab.Results;
using VtepLab.Runtime;

namespace VtepLab.Conformance.Running;

/// <summary>Gives every check its turn, cleans up after each, and watches over the device.</summary>
/// <param name="tester">The run.</param>
/// <param name="checks">What to run, in order.</param>
/// <param name="deviations">What is declared.</param>
/// <param name="today">The day that decides which declarations count.</param>
/// <param name="watch">Called for everything that happens.</param>
public sealed class CheckTurns(
    Tester tester, ImmutableArray<CheckDefinition> checks, DeviationFile deviations, DateOnly today, Action<RunEvent>? watch)
{
    private readonly CheckResult?[] _results = new CheckResult?[checks.Length];
    private readonly CleanUp _cleanUp = new(tester);

    /// <summary>How the run ended.</summary>
    public RunEnding Ending { get; private set; } = RunEnding.Completed;

    /// <summary>Why it ended early, or empty.</summary>
    public string EndingReason { get; private set; } = "";

    /// <summary>What could not be undone.</summary>
    public ImmutableArray<string> LeftBehind { get; private set; } = [];

    /// <summary>One result a check, in the catalogue's order.</summary>
    public ImmutableArray<CheckResult> Results => [.. _results.Select((r, i) => r ?? NotRun(checks[i]))];

    /// <summary>Runs all checks.</summary>
    /// <param name="before">What was on the device when the run began.</param>
    /// <param name="cancel">Interrupts.</param>
    public async Task RunAsync(Snapshot before, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var beside = Enumerable.Range(0, checks.Length).Where(i => checks[i].RunsBeside).ToList();
        List<Task> waiting = [.. beside.Select(i => RunBesideAsync(i, stop.Token))];
        var baseline = before;
        for (var i = 0; i < checks.Length && Ending == RunEnding.Completed; i++)
        {
            if (!checks[i].RunsBeside)
            {
                baseline = await RunOneAsync(i, baseline, stop.Token) ?? baseline;
            }
        }

        if (Ending != RunEnding.Completed)
        {
            stop.Cancel();
        }

        await Task.WhenAll(waiting);
        if (cancel.IsCancellationRequested && Ending == RunEnding.Completed)
        {
            (Ending, EndingReason) = (RunEnding.Interrupted, "interrupted");
        }

        await FinishAsync();
    }

    private async Task RunBesideAsync(int i, CancellationToken cancel)
    {
        var started = Start(i);
        var context = new CheckContext(tester, checks[i], null, cancel);
        var (verdict, message) = await JudgeAsync(checks[i], context, cancel);
        await context.EndAsync();
        if (verdict == Verdict.Fail && !await StillThereAsync(checks[i].Id))
        {
            (verdict, message) = (Loss(checks[i], verdict), LossMessage(checks[i], verdict, message));
        }

        Finish(i, started, context, verdict, message);
    }

    // A connection that ended tells nothing about a requirement when the whole device has gone.
    private async Task<bool> StillThereAsync(string check)
    {
        try
        {
            var session = await tester.OpenAliveAsync(tester.NextConnectionName(), check, CancellationToken.None);
            await session.DisposeAsync();
            return true;
        }
        catch (NetworkException)
        {
            return false;
        }
    }

    private async Task<Snapshot?> RunOneAsync(int i, Snapshot baseline, CancellationToken cancel)
    {
        var check = checks[i];
        var started = Start(i);
        WireSession session;
        try
        {
            session = await tester.ControlAsync(cancel);
        }
        catch (NetworkException e)
        {
            Lose(e.Message);
            return null;
        }
        catch (OperationCanceledException)
        {
            Interrupt();
            return null;
        }

        session.Check = check.Id;
        var context = new CheckContext(tester, check, session, cancel);
        var (verdict, message) = await JudgeAsync(check, context, cancel);
        await context.EndAsync();
        session.Check = null;
        Snapshot? after = null;
        if (!cancel.IsCancellationRequested)
        {
            (verdict, message, after) = await LookAfterAsync(check, context, session, baseline, verdict, message);
        }
        else
        {
            Interrupt();
        }

        Finish(i, started, context, verdict, message);
        return after;
    }

    // Whether the device lives, whether all of ours is gone and all that is not ours is as it was.
    private async Task<(Verdict Verdict, string Message, Snapshot? After)> LookAfterAsync(
        CheckDefinition check, CheckContext context, WireSession session, Snapshot baseline, Verdict verdict, string message)
    {
        var after = default(Snapshot);
        try
        {
            var survived = await tester.IsAliveAsync(session, tester.Timing.Reply, CancellationToken.None);
            var because = session.ClosedBecause ?? "no answer to an echo";
            if (!survived)
            {
                session.Abort();
            }

            after = await tester.SnapshotAsync(CancellationToken.None);
            after = after is null ? null : await _cleanUp.RunAsync(after, CancellationToken.None);
            if (!survived && verdict == Verdict.Pass)
            {
                (verdict, message) = Blame(context, "the connection lives at the end of the check", because);
            }

            if (after is null)
            {
                Lose($"the device at {tester.Link.Endpoint} stopped answering while it was cleaned up");
                return (Loss(check, verdict), LossMessage(check, verdict, message), null);
            }

            var own = tester.Journal.OwnRows(after);
            var changes = baseline.ChangesTo(after, (_, row) => own.Contains(row.Uuid));
            if (changes.Count > 0 && verdict is Verdict.Pass or Verdict.NotApplicable)
            {
                (verdict, message) = Blame(context, "rows that are not the suite's stay as they were", string.Join("; ", changes.Take(5)));
            }
        }
        catch (NetworkException e)
        {
            Lose(e.Message);
            return (Loss(check, verdict), LossMessage(check, verdict, message), null);
        }

        return (verdict, message, after);
    }

    private static (Verdict Verdict, string Message) Blame(CheckContext context, string expected, string seen)
    {
        try
        {
            context.Did("look after the device when the check is over");
            context.Expect(false, expected, seen);
            return (Verdict.Fail, "");
        }
        catch (CheckFailedException e)
        {
            return (Verdict.Fail, e.Message);
        }
    }

    private static async Task<(Verdict Verdict, string Message)> JudgeAsync(CheckDefinition check, CheckContext context, CancellationToken cancel)
    {
        try
        {
            await check.Body(context);
            return (Verdict.Pass, context.Partly.Length == 0 ? check.Name : $"{check.Name} (in part: {context.Partly})");
        }
        catch (CheckFailedException e)
        {
            return (Verdict.Fail, e.Message);
        }
        catch (NotApplicableException e)
        {
            return (Verdict.NotApplicable, e.Message);
        }
        catch (BlockedException e)
        {
            return (Verdict.Inconclusive, $"blocked: {e.Message}");
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return (Verdict.Inconclusive, "cut short");
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            // Something in an answer that the check did not foresee: nothing may be concluded, and the text helps to mend the check.
            return (Verdict.Inconclusive, $"the check could not make sense of what it saw: {e.GetType().Name}: {e.Message}");
        }
    }

    private async Task FinishAsync()
    {
        watch?.Invoke(new CleaningUp());
        using var limit = new CancellationTokenSource(tester.Timing.Recovery + (2 * tester.Timing.Hardware), tester.Host.Time);
        try
        {
            var snapshot = Ending == RunEnding.DeviceLost ? null : await tester.SnapshotAsync(limit.Token);
            snapshot = snapshot is null ? null : await _cleanUp.RunAsync(snapshot, limit.Token);
            snapshot = await _cleanUp.SettleAsync(snapshot, limit.Token);
            LeftBehind = snapshot is null ? Unreachable() : [.. _cleanUp.LeftBehind(snapshot)];
        }
        catch (Exception e) when (e is NetworkException or OperationCanceledException)
        {
            LeftBehind = Unreachable();
        }
    }

    private ImmutableArray<string> Unreachable() =>
        [$"the device could not be reached to clean up; rows whose names begin with {tester.Marks.NamePrefix} or whose MACs begin with "
            + $"{tester.Marks.MacPrefix} are the suite's"];

    private TimeSpan Start(int i)
    {
        watch?.Invoke(new CheckStarted(checks[i], i + 1, checks.Length));
        return tester.Transcript.Now;
    }

    private void Finish(int i, TimeSpan started, CheckContext context, Verdict verdict, string message)
    {
        var covering = verdict == Verdict.Fail ? deviations.Covering(checks[i].Id, today) : null;
        var result = new CheckResult(
            checks[i].Requirement, covering is null ? verdict : Verdict.PassWithDeviation, message, started,
            tester.Transcript.Now - started, context.Steps, tester.Transcript.EvidenceOf(checks[i].Id), covering)
        {
            Partly = verdict == Verdict.Pass ? context.Partly : "",
        };
        _results[i] = result;
        watch?.Invoke(new CheckFinished(result, i + 1, checks.Length));
    }

    private void Lose(string because) => (Ending, EndingReason) = (RunEnding.DeviceLost, because);

    private void Interrupt() => (Ending, EndingReason) = (RunEnding.Interrupted, "interrupted");

    private static Verdict Loss(CheckDefinition check, Verdict verdict) =>
        check.DeviceMustSurvive ? Verdict.Fail : verdict == Verdict.Fail ? Verdict.Inconclusive : verdict;

    private static string LossMessage(CheckDefinition check, Verdict verdict, string message) =>
        check.DeviceMustSurvive ? $"the device did not survive: {message}"
        : verdict == Verdict.Fail ? $"the device stopped answering during the check: {message}" : message;

    private CheckResult NotRun(CheckDefinition check) => new(
        check.Requirement, Verdict.Inconclusive, $"not run: {(EndingReason.Length > 0 ? EndingReason : "the run ended before")}", default, default, [], []);
}
