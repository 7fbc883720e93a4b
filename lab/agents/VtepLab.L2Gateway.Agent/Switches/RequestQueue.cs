using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The requests for one switch: carried out in the order they came, those that wait at the same time together if they can be.</summary>
/// <remarks>
/// The one that meets an idle switch goes at once and alone; what comes while it is under way shares the next transaction. Where they may
/// overlap, that one is made while the switch works on the one before it, if no address is in both; otherwise it waits for the answer.
/// Several that fail together are tried again in halves, down to each by itself, so that none fails for another. Every request is answered
/// before its patience ends.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="name">The switch.</param>
/// <param name="patience">How long a request may take, waiting for those before it included.</param>
/// <param name="carryOut">Carries out some requests in one transaction, within a time.</param>
/// <param name="mayOverlap">Whether one that is under way would not get into the way of another's.</param>
internal sealed class RequestQueue(
    IHost host, string name, TimeSpan patience, Func<IReadOnlyList<MacRequest>, TimeSpan, CancellationToken, Task> carryOut, Func<bool> mayOverlap)
{
    // ovsdb-server, which does one thing at a time, is busy some 50 ms with so many.
    private const int MostMacs = 2500;

    // One that the switch works on, and one that waits in its buffer.
    private const int MostUnderWay = 2;

    // With more than these the processor has better things to do than to tell of each batch at once.
    private const int ManyMacs = 500;

    private readonly Queue<Waiting> _waiting = new();
    private readonly HashSet<string> _macsUnderWay = new(StringComparer.OrdinalIgnoreCase);
    private int _underWay;
    private bool _isAlone; // What is under way goes with nothing else.
    private TaskCompletionSource? _calm;

    /// <summary>Completes when no more than a few MAC addresses wait or are under way; at once when that is so.</summary>
    public Task Calm => IsCalm ? Task.CompletedTask : (_calm ??= new TaskCompletionSource()).Task;

    private bool IsCalm => _macsUnderWay.Count + _waiting.Sum(w => w.Request?.Macs.Count ?? 0) <= ManyMacs;

    /// <summary>Carries out a request when its turn has come; others may go with it.</summary>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public Task AddAsync(MacRequest request, CancellationToken cancel) => AddAsync(new Waiting(request, null, host.Time.GetTimestamp(), cancel));

    /// <summary>Carries out something by itself when its turn has come.</summary>
    /// <exception cref="GatewayException">It could not be done.</exception>
    public Task AddAsync(Func<TimeSpan, CancellationToken, Task> alone, CancellationToken cancel) =>
        AddAsync(new Waiting(null, alone, host.Time.GetTimestamp(), cancel));

    private Task AddAsync(Waiting waiting)
    {
        _waiting.Enqueue(waiting);
        StartIfItMay();
        return waiting.Done.Task;
    }

    private void StartIfItMay()
    {
        if (MayBegin())
        {
            host.Spawn($"requests for {name}", _ => WorkAsync());
        }
    }

    private bool MayBegin() => _waiting.TryPeek(out var next)
        && (_underWay == 0 || (_underWay < MostUnderWay && !_isAlone && next.Request is { } request && mayOverlap() && IsApart(request)));

    private bool IsApart(MacRequest request) => !request.Macs.Any(_macsUnderWay.Contains);

    private async Task WorkAsync()
    {
        do
        {
            var batch = Take();
            var macs = batch.SelectMany(w => w.Request?.Macs ?? []).ToList();
            _underWay++;
            _isAlone = batch[0].Request is null;
            _macsUnderWay.UnionWith(macs);
            try
            {
                StartIfItMay();
                await CarryOutAsync(batch);
            }
            finally
            {
                _underWay--;
                _isAlone = false;
                _macsUnderWay.ExceptWith(macs);
                if (IsCalm)
                {
                    _calm?.TrySetResult();
                    _calm = null;
                }
            }
        }
        while (MayBegin());
    }

    private List<Waiting> Take()
    {
        List<Waiting> batch = [];
        var macs = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (_waiting.TryPeek(out var next))
        {
            var isFirst = batch.Count == 0;
            var fits = isFirst || (batch[0].Request is not null && next.Request is { } request && macs.Count + request.Macs.Count <= MostMacs && IsApart(request));
            // Two that are about one address are two steps.
            if (!fits || (next.Request?.Macs.All(macs.Add) == false && !isFirst))
            {
                break;
            }

            batch.Add(_waiting.Dequeue());
        }

        return batch;
    }

    private async Task CarryOutAsync(List<Waiting> batch)
    {
        var (first, left) = (batch[0], Left(batch[0]));
        var run = first.Alone is { } alone ? alone(left, first.Cancel) : carryOut([.. batch.Select(w => w.Request!)], left, first.Cancel);
        await Task.WhenAny(run);
        if (run.IsFaulted && batch.Count > 1)
        {
            var half = batch.Count / 2;
            await CarryOutAsync(batch[..half]);
            await CarryOutAsync(batch[half..]);
            return;
        }

        batch.ForEach(w => w.Done.TrySetFromTask(run));
    }

    private TimeSpan Left(Waiting waiting)
    {
        var left = patience - host.Time.GetElapsedTime(waiting.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private sealed record Waiting(MacRequest? Request, Func<TimeSpan, CancellationToken, Task>? Alone, long Since, CancellationToken Cancel)
    {
        public TaskCompletionSource Done { get; } = new();
    }
}
