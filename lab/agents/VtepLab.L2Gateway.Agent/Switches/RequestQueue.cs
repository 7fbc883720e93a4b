using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The requests for one switch: carried out in the order they came, those that wait at the same time together if they can be.</summary>
/// <remarks>
/// The one that meets an idle switch goes at once and alone; what comes while it is under way shares the next transaction. Several that
/// fail together are tried again in halves, down to each by itself, so that none fails for another. Every request is answered before its patience ends.
/// </remarks>
/// <param name="host">The host.</param>
/// <param name="name">The switch.</param>
/// <param name="patience">How long a request may take, waiting for those before it included.</param>
/// <param name="carryOut">Carries out some requests in one transaction, within a time.</param>
internal sealed class RequestQueue(
    IHost host, string name, TimeSpan patience, Func<IReadOnlyList<MacRequest>, TimeSpan, CancellationToken, Task> carryOut)
{
    // Two requests of a plugin of ours: ovsdb-server, which does one thing at a time, is busy 0.1 s with them.
    private const int MostMacs = 5000;

    private readonly Queue<Waiting> _waiting = new();
    private bool _isWorking;

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
        if (!_isWorking)
        {
            _isWorking = true;
            host.Spawn($"requests for {name}", _ => WorkAsync());
        }

        return waiting.Done.Task;
    }

    private async Task WorkAsync()
    {
        try
        {
            while (_waiting.Count > 0)
            {
                await CarryOutAsync(Take());
            }
        }
        finally
        {
            _isWorking = false;
        }
    }

    private List<Waiting> Take()
    {
        List<Waiting> batch = [];
        var macs = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (_waiting.TryPeek(out var next))
        {
            var isFirst = batch.Count == 0;
            var fits = isFirst || (batch[0].Request is not null && next.Request is { } request && macs.Count + request.Macs.Count <= MostMacs);
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
