using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One served topic of a host: takes deliveries in order, so many at a time, acknowledges each when its handler has returned.</summary>
internal sealed class BusServer(
    IHost host,
    string topic,
    byte[] declaration,
    BusHandler handler,
    int atATime,
    Action<long, long> acknowledge,
    Action<BusCall, BusAnswer> reply,
    Action stopped,
    ILogger log) : IAsyncDisposable
{
    private const int RemembersLast = 16; // As oslo.messaging does, a repeat of one of the last messages is dropped.

    private readonly Queue<(long Id, long Tag, ReadOnlyMemory<byte> Body)> _taken = new();
    private readonly Queue<string> _seen = new();
    private readonly Dictionary<string, TaskCompletionSource> _underWay = new(StringComparer.Ordinal);
    private int _workers;
    private bool _disposed;

    public byte[] Declaration { get; } = declaration;

    public void Take(long id, long tag, ReadOnlyMemory<byte> body)
    {
        _taken.Enqueue((id, tag, body));
        if (_workers < atATime && !_disposed)
        {
            _workers++;
            host.Spawn("bus handler", WorkAsync);
        }
    }

    public void ForgetTaken() => _taken.Clear();

    public ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            _taken.Clear();
            stopped();
        }

        return ValueTask.CompletedTask;
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            while (!_disposed && _taken.TryDequeue(out var taken))
            {
                var (id, tag, body) = taken;
                BusCall call;
                try
                {
                    call = BusBody.ReadRequest(body);
                }
                catch (FormatException e)
                {
                    log.LogWarning("dropped a message for {Topic}: {Reason}", topic, e.Message);
                    acknowledge(id, tag);
                    continue;
                }

                await WhenNotUnderWayAsync(call, cancel);
                if (!IsRepeat(call) && !await TryServeAsync(call, cancel))
                {
                    return;
                }

                acknowledge(id, tag);
            }
        }
        finally
        {
            _workers--;
        }
    }

    // False: stopped meanwhile, and somebody else gets it.
    private async ValueTask<bool> TryServeAsync(BusCall call, CancellationToken cancel)
    {
        var unique = call.UniqueId ?? "";
        var ended = new TaskCompletionSource();
        _underWay[unique] = ended;
        try
        {
            var answer = await AnswerAsync(call.Request, cancel);
            if (_disposed)
            {
                return false;
            }

            Remember(call);
            if (call.ReplyQueue is not null)
            {
                reply(call, answer);
            }

            return true;
        }
        finally
        {
            _underWay.Remove(unique);
            ended.TrySetResult();
        }
    }

    // A message that came again over a new connection: whether it counts shows when the first has ended.
    private async ValueTask WhenNotUnderWayAsync(BusCall call, CancellationToken cancel)
    {
        while (call.UniqueId is { } unique && _underWay.TryGetValue(unique, out var first))
        {
            await first.Task.WaitAsync(cancel);
        }
    }

    private async ValueTask<BusAnswer> AnswerAsync(BusRequest request, CancellationToken cancel)
    {
        try
        {
            return new BusAnswer(await handler(request, cancel));
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw; // Stopping: not acknowledged, so another server gets it.
        }
#pragma warning disable CA1031 // Whatever a handler lets out is the caller's answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogWarning(e, "{Method} failed", request.Method);
            return new BusAnswer(null, ((e as BusRemoteException)?.RemoteClass ?? e.GetType().Name, e.Message));
        }
    }

    private bool IsRepeat(BusCall call) => call.UniqueId is { } id && _seen.Contains(id);

    private void Remember(BusCall call)
    {
        if (call.UniqueId is { } id)
        {
            _seen.Enqueue(id);
            if (_seen.Count > RemembersLast + atATime)
            {
                _seen.Dequeue();
            }
        }
    }
}
