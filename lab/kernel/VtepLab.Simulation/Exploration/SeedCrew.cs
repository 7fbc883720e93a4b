namespace VtepLab.Simulation;

/// <summary>The threads of one exploration, each of which runs whole simulations, one after the other.</summary>
/// <remarks>
/// A thread whose run does not come back from an event is left behind, and another one takes its place: it first runs that seed again, up to
/// the event, to say whose code it is, and then goes on with the other seeds. What was left behind keeps its processor busy until
/// the process ends, unless it asks the simulation for something; so after some of them no further seed is begun.
/// </remarks>
internal sealed class SeedCrew(Experiment experiment, ulong first, int count, Action<RunOutcome>? progress, CancellationToken cancel)
{
    private const int MostLeftBehind = 8;

    private readonly RunOutcome?[] _outcomes = new RunOutcome?[count];
    private readonly object _gate = new();
    private int _next;
    private int _atWork;
    private int _leftBehind;
    private bool _isOver;
    private Exception? _broken;

    /// <summary>Runs the seeds.</summary>
    /// <param name="workers">How many threads.</param>
    /// <returns>The outcomes in the order of the seeds; those that were reached.</returns>
    public IReadOnlyList<RunOutcome> Run(int workers)
    {
        using var interrupt = cancel.Register(Wake);
        lock (_gate)
        {
            for (var n = 0; n < workers; n++)
            {
                Hire(null);
            }

            while (_atWork > 0 && !cancel.IsCancellationRequested)
            {
                Monitor.Wait(_gate);
            }

            _isOver = true; // The threads end by themselves, those that can.
            return _broken is null
                ? [.. _outcomes.OfType<RunOutcome>()]
                : throw new SimulationException($"exploring {experiment.Name} broke off: {_broken.Message}", "explorer", _broken);
        }
    }

    private void Wake()
    {
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void Hire((int Index, StuckEvent Event)? stuck)
    {
        _atWork++;
#pragma warning disable RS0030 // The one place that has threads: each runs whole simulations, which share nothing.
        new Thread(() => Work(new Worker(), stuck)) { Name = "explorer", IsBackground = true }.Start();
#pragma warning restore RS0030
    }

    private void Work(Worker worker, (int Index, StuckEvent Event)? stuck)
    {
        try
        {
            if (stuck is var (index, at))
            {
                Report(worker, index, Name(worker, index, at));
            }

            while (Take(worker) is { } next)
            {
                Report(worker, next, RunOne(worker, next, null));
            }
        }
#pragma warning disable CA1031 // A thread must not let it out; the caller gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _broken = e;
        }

        lock (_gate)
        {
            Leave(worker);
        }
    }

    private int? Take(Worker worker)
    {
        lock (_gate)
        {
            return !worker.HasLeft && _next < count && _leftBehind < MostLeftBehind && _broken is null && !cancel.IsCancellationRequested ? _next++ : null;
        }
    }

    private RunOutcome RunOne(Worker worker, int index, long? stuckIn) => Explorer.Run(
        experiment with
        {
            Options = experiment.Options with { StuckIn = stuckIn, Stuck = at => LeaveBehind(worker, index, at), Interrupt = cancel },
        },
        unchecked(first + (ulong)index));

    /// <summary>Runs a seed again, up to the event that it did not come back from.</summary>
    private RunOutcome Name(Worker worker, int index, StuckEvent at)
    {
        var outcome = RunOne(worker, index, at.Number);
        return outcome.Failure == Explorer.Stuck
            ? outcome
            : outcome with { Failure = Explorer.Stuck, Message = $"{at.Message}; run again, it went another way: {outcome.Message ?? "it passed"}" };
    }

    /// <summary>On the watch's thread: the worker's place is taken by another one, whatever becomes of it.</summary>
    private void LeaveBehind(Worker worker, int index, StuckEvent at)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _leftBehind++;
            Hire((index, at));
            Leave(worker);
        }
    }

    private void Leave(Worker worker)
    {
        if (!worker.HasLeft)
        {
            worker.HasLeft = true;
            _atWork--;
            Monitor.PulseAll(_gate);
        }
    }

    private void Report(Worker worker, int index, RunOutcome outcome)
    {
        lock (_gate)
        {
            if (!worker.HasLeft && !_isOver && outcome.Failure != Explorer.Interrupted)
            {
                _outcomes[index] = outcome;
                progress?.Invoke(outcome);
            }
        }
    }

    private sealed class Worker
    {
        public bool HasLeft { get; set; }
    }
}
