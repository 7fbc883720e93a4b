using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>One served topic of a host: takes deliveries in order, one at a time, acknowledges each when its handler has returned.</summary>
internal sealed class BusServer(
    IHost host,
    JsonObject declaration,
    BusHandler handler,
    Action<long, long> acknowledge,
    Action<string, JsonObject> reply,
    Action stopped,
    ILogger log) : IAsyncDisposable
{
    private const int RemembersLast = 16; // As oslo.messaging does, a repeat of one of the last messages is dropped.

    private readonly Queue<(long Id, long Tag, JsonNode? Body)> _taken = new();
    private readonly Queue<string> _seen = new();
    private bool _working;
    private bool _disposed;

    public JsonObject Declaration { get; } = declaration;

    private string Topic => (string)Declaration["fanout"]!;

    public void Take(long id, long tag, JsonNode? body)
    {
        _taken.Enqueue((id, tag, body));
        if (!_working && !_disposed)
        {
            _working = true;
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

                if (IsRepeat(message))
                {
                    acknowledge(id, tag);
                    continue;
                }

                var answer = await AnswerAsync(request, cancel);
                if (_disposed)
                {
                    return;
                }

                Remember(message);
                if ((string?)message["_reply_q"] is { } queue)
                {
                    answer["_msg_id"] = (string)message["_msg_id"]!;
                    reply(queue, answer);
                }

                acknowledge(id, tag);
            }
        }
        finally
        {
            _working = false;
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
            if (_seen.Count > RemembersLast)
            {
                _seen.Dequeue();
            }
        }
    }
}
