namespace VtepLab.Simulation;

/// <summary>Runs an experiment under many seeds, and cuts a failing run's faults down to those that matter.</summary>
public static class Explorer
{
    /// <summary>The failure of a run that does not come back from one of its events; <see cref="RunOutcome.Events"/> says which.</summary>
    public const string Stuck = "stuck";

    /// <summary>The failure of a run that goes on for ever in virtual time: the limit of the options ended it.</summary>
    public const string Endless = "endless";

    /// <summary>What a run that was interrupted says instead of how it went.</summary>
    public const string Interrupted = "interrupted";

    // Each try that is endless takes the whole limit of a run; one that is stuck takes the whole limit of an event and may leave a thread behind that keeps a processor busy for ever.
    private const int MostUnending = 8;

    /// <summary>Runs one seed.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="plan">The faults; those of the seed when null.</param>
    /// <param name="prepare">Called with the world before it runs, to trace it; must not change what happens.</param>
    public static RunOutcome Run(Experiment experiment, ulong seed, FaultPlan? plan = null, Action<SimulatedWorld>? prepare = null)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        plan ??= experiment.Plan(seed);
        var world = new SimulatedWorld(seed, experiment.Options);
        prepare?.Invoke(world);
        string? failure = null;
        string? message = null;
        try
        {
            experiment.Body(world, plan);
        }
#pragma warning disable CA1031 // Whatever leaves the body is the run's result.
        catch (Exception e)
#pragma warning restore CA1031
        {
            (failure, message) = (e is SimulationException s ? s.Kind : e.GetType().Name, e.Message);
        }

        return new RunOutcome(seed, plan, world.Digest, world.Events, world.Now, failure, message, world.Marks);
    }

    /// <summary>Runs seeds on several threads, one simulation to a thread.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="first">The first seed.</param>
    /// <param name="count">How many.</param>
    /// <param name="workers">How many threads; the outcomes do not depend on it.</param>
    /// <param name="progress">Called, one call at a time, as outcomes come.</param>
    /// <param name="cancel">Ends it at once; runs under way have no outcome.</param>
    /// <returns>
    /// The outcomes in the order of the seeds; those that were reached when it was cancelled. A seed whose run never comes back from an event fails as
    /// <see cref="Stuck"/>; after some of them no further ones are begun, for each keeps a processor busy.
    /// </returns>
    public static IReadOnlyList<RunOutcome> Explore(
        Experiment experiment, ulong first, int count, int workers, Action<RunOutcome>? progress = null, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        return new SeedCrew(experiment, first, count, progress, cancel).Run(workers);
    }

    /// <summary>Runs one seed on a thread of its own, so that also a run that never comes back has an outcome.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="plan">The faults; those of the seed when null.</param>
    /// <param name="cancel">Ends it at once.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static RunOutcome RunApart(Experiment experiment, ulong seed, FaultPlan? plan = null, CancellationToken cancel = default) =>
        Explore(plan is null ? experiment : experiment with { Plan = _ => plan }, seed, 1, 1, cancel: cancel) is [var outcome]
            ? outcome
            : throw new OperationCanceledException(cancel);

    /// <summary>Marks that were expected and reached by no run: what the exploration no longer tests.</summary>
    public static IReadOnlyList<string> Missed(IEnumerable<RunOutcome> outcomes) =>
        [.. outcomes.SelectMany(o => o.Marks).GroupBy(m => m.Key, StringComparer.Ordinal).Where(g => g.All(m => m.Value == 0))
            .Select(g => g.Key).Order(StringComparer.Ordinal)];

    /// <summary>Looks for the fewest and shortest faults that still make a run fail the same way; of one that does not end for few ones, with few tries, and not for short ones.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="failed">The failed run.</param>
    /// <param name="mostRuns">How many runs it may take.</param>
    /// <param name="cancel">Ends the search with what was found so far.</param>
    /// <returns>The smallest failing run found, and the number of runs it took.</returns>
    public static (RunOutcome Smallest, int Runs) Shrink(Experiment experiment, RunOutcome failed, int mostRuns = 2000, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(failed);
        if (failed.Failure is null)
        {
            throw new ArgumentException($"seed {failed.Seed} did not fail", nameof(failed));
        }

        var (best, runs, unending) = (failed, 0, 0);
        var isUnending = failed.Failure is Stuck or Endless;
        var shrunk = !isUnending || !Fails([]); // Most endless loops need no fault at all.
        while (shrunk && !IsOver())
        {
            shrunk = Drop();
            shrunk |= !isUnending && Shorten();
        }

        return (best, runs);

        // Delta debugging (Zeller and Hildebrandt 2002): leave out ever smaller pieces, keep what still fails.
        bool Drop()
        {
            var any = false;
            for (var size = Math.Max(1, best.Plan.Commands.Count / 2); size >= 1; size /= 2)
            {
                for (var start = 0; start < best.Plan.Commands.Count;)
                {
                    var kept = best.Plan.Commands.Where((_, i) => i < start || i >= start + size).ToList();
                    if (Fails(kept))
                    {
                        any = true;
                    }
                    else
                    {
                        start += size;
                    }
                }
            }

            return any;
        }

        bool Shorten()
        {
            var any = false;
            for (var i = 0; i < best.Plan.Commands.Count; i++)
            {
                while (best.Plan.Commands[i] is { } command && command.Duration > TimeSpan.FromMilliseconds(100))
                {
                    var shorter = best.Plan.Commands.ToList();
                    shorter[i] = command with { Duration = command.Duration / 2 };
                    if (!Fails(shorter))
                    {
                        break;
                    }

                    any = true;
                }
            }

            return any;
        }

        bool IsOver() => runs >= mostRuns || unending >= MostUnending || cancel.IsCancellationRequested;

        bool Fails(List<FaultCommand> commands)
        {
            if (IsOver())
            {
                return false;
            }

            runs++;
            if (Explore(experiment with { Plan = _ => new FaultPlan(commands) }, failed.Seed, 1, 1, cancel: cancel) is not [var outcome])
            {
                return false;
            }

            unending += outcome.Failure is Stuck or Endless ? 1 : 0;
            if (outcome.Failure != failed.Failure)
            {
                return false;
            }

            best = outcome;
            return true;
        }
    }
}
