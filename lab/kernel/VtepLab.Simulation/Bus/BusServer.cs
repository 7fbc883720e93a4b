using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One served topic of a host: takes deliveries in order, so many at a time, acknowledges each when its handler has returned.</summary>
internal sealed class BusServer(
    IHost host,
    JsonObject declaration,
    BusHandler handler,
    int atATime,
    Action<long, long> acknowledge,
    Action<string, JsonObject> reply,
    Action stopped,
    ILogger log) : IAsyncDisposable
{
    private const int RemembersLast = 16; // As oslo.messaging does, a repeat of one of the last messages is dropped.

    private readonly Queue<(long Id, long Tag, JsonNode? Body)> _taken = new();
    private readonly Queue<string> _seen = new();
    private readonly Dictionary<string, TaskCompletionSource> _underWay = new(StringComparer.Ordinal);
    private int _workers;
    private bool _disposed;

    public JsonObject Declaration { get; } = declaration;

    private string Topic => (string)Declaration["fanout"]!;

    public void Take(long id, long tag, JsonNode? body)
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
                JsonObject message;
                BusRequest request;
                try
                {
                    (message, request) = BusBody.ReadRequest(body);
                }
                catch (FormatException e)
                {
                    log.LogWarning("dropped a message for {Topic}: {Reason}", Topic, e.Message);
                    acknowledge(id, tag);
                    continue;
                }

                await WhenNotUnderWayAsync(message, cancel);
                if (!IsRepeat(message) && !await TryServeAsync(message, request, cancel))
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
    private async ValueTask<bool> TryServeAsync(JsonObject message, BusRequest request, CancellationToken cancel)
    {
        var unique = (string?)message["_unique_id"] ?? "";
        var ended = new TaskCompletionSource();
        _underWay[unique] = ended;
        try
        {
            var answer = await AnswerAsync(request, cancel);
            if (_disposed)
            {
                return false;
            }

            Remember(message);
            if ((string?)message["_reply_q"] is { } queue)
            {
                answer["_msg_id"] = (string)message["_msg_id"]!;
                reply(queue, answer);
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
    private async ValueTask WhenNotUnderWayAsync(JsonObject message, CancellationToken cancel)
    {
        while ((string?)message["_unique_id"] is { } unique && _underWay.TryGetValue(unique, out var first))
        {
            await first.Task.WaitAsync(cancel);
        }
    }

    private async ValueTask<JsonObject> AnswerAsync(BusRequest request, CancellationToken cancel)
    {
        try
        {
            var result = await handler(request, cancel);
            return new JsonObject { ["result"] = result?.DeepClone(), ["failure"] = null };
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
            return new JsonObject
            {
                ["result"] = null,
                ["failure"] = new JsonObject { ["class"] = (e as BusRemoteException)?.RemoteClass ?? e.GetType().Name, ["message"] = e.Message },
            };
        }
    }

    private bool IsRepeat(JsonObject message) => (string?)message["_unique_id"] is { } id && _seen.Contains(id);

    private void Remember(JsonObject message)
    {
        if ((string?)message["_unique_id"] is { } id)
        {
            _seen.Enqueue(id);
            if (_seen.Count > RemembersLast + atATime)
            {
                _seen.Dequeue();
            }
        }
    }
}
