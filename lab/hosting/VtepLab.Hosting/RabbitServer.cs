using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using VtepLab.Runtime;
using IConnection = RabbitMQ.Client.IConnection;

namespace VtepLab.Hosting;

/// <summary>One served topic: its three queues on one channel, so many messages at a time, each acknowledged when handled.</summary>
internal sealed class RabbitServer(RabbitBus bus, BusTarget target, BusHandler handler, int atATime, string fanoutQueue) : IAsyncDisposable
{
    private const int FanoutQueueExpires = 1_800_000;
    private static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(10);
    private const int RemembersLast = 16; // As oslo.messaging does, a repeat of one of the last messages is dropped.

    private readonly Queue<(IChannel Channel, ulong Tag, byte[] Body)> _taken = new();
    private readonly Queue<string> _seen = new();
    private IChannel? _channel;
    private readonly Dictionary<string, TaskCompletionSource> _underWay = new(StringComparer.Ordinal);
    private TaskCompletionSource _handled = new();
    private int _workers;
    private bool _disposed;

    public bool IsServing { get; private set; }

    public async Task StartAsync(IConnection connection, CancellationToken cancel)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancel);
        bus.Watch(channel, connection);
        var durable = bus.Options.DurableQueues || bus.Options.QuorumQueues;
        var arguments = bus.Options.QuorumQueues ? new Dictionary<string, object?> { ["x-queue-type"] = "quorum" } : null;
        await bus.DeclareExchangeAsync(channel, target, cancel);
        await bus.DeclareExchangeAsync(channel, target with { Fanout = true }, cancel);
        foreach (var queue in (string[])[target.Topic, $"{target.Topic}.{target.Server}"])
        {
            await channel.QueueDeclareAsync(queue, durable, exclusive: false, autoDelete: false, arguments, cancellationToken: cancel);
            await channel.QueueBindAsync(queue, target.Exchange, queue, cancellationToken: cancel);
        }

        await channel.QueueDeclareAsync(
            fanoutQueue, durable: false, exclusive: false, autoDelete: false,
            new Dictionary<string, object?> { ["x-expires"] = FanoutQueueExpires }, cancellationToken: cancel);
        await channel.QueueBindAsync(fanoutQueue, $"{target.Topic}_fanout", target.Topic, cancellationToken: cancel);
        _channel = channel; // Before the first delivery, which may come while the next queue is being asked for.
        var consumer = new PostingConsumer(channel, connection, bus, (tag, body, type) => Take(channel, tag, body, type));
        foreach (var queue in (string[])[target.Topic, $"{target.Topic}.{target.Server}", fanoutQueue])
        {
            await channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancel);
        }

        IsServing = true;
    }

    /// <summary>The connection is gone; what was taken comes again.</summary>
    public void Lost()
    {
        (_channel, IsServing) = (null, false);
        _taken.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        bus.Forget(this);
        _taken.Clear();

        // What is under way is carried out and answered, if it is not stuck; what has not begun is somebody else's.
        using (var enough = new CancellationTokenSource(DrainWait, bus.Host.Time))
        {
            await Task.WhenAny(_workers == 0 ? Task.CompletedTask : _handled.Task, Task.Delay(Timeout.InfiniteTimeSpan, bus.Host.Time, enough.Token));
        }

        if (_channel is { } channel)
        {
            _channel = null;
            await bus.TriedAsync(async () => await channel.CloseAsync()); // The broker then hands out again what was not acknowledged.
            await channel.DisposeAsync();
        }
    }

    private void Take(IChannel channel, ulong tag, byte[] body, string? contentType)
    {
        if (_disposed || channel != _channel)
        {
            return;
        }

        if (contentType != "application/json")
        {
            bus.Log.LogWarning("dropped a message for {Topic}: its content type is {Type}, expected application/json", target.Topic, contentType);
            Acknowledge(channel, tag);
            return;
        }

        _taken.Enqueue((channel, tag, body));
        if (_workers < atATime)
        {
            _workers++;
            bus.Host.Spawn($"bus handler of {target.Topic}", WorkAsync);
        }
    }

    private async Task WorkAsync(CancellationToken cancel)
    {
        try
        {
            while (!_disposed && _taken.TryDequeue(out var taken))
            {
                await HandleAsync(taken.Channel, taken.Tag, taken.Body, cancel);
            }
        }
        finally
        {
            _workers--;
            if (_workers == 0)
            {
                _handled.TrySetResult();
                _handled = new TaskCompletionSource();
            }
        }
    }

    private async Task HandleAsync(IChannel channel, ulong tag, byte[] body, CancellationToken cancel)
    {
        JsonObject message;
        BusRequest request;
        try
        {
            message = OsloMessage.Open(body);
            request = OsloMessage.ReadRequest(message);
        }
        catch (FormatException e)
        {
            bus.Log.LogWarning("dropped a message for {Topic}: {Reason}", target.Topic, e.Message);
            Acknowledge(channel, tag);
            return;
        }

        var unique = OsloMessage.Text(message, "_unique_id");
        while (unique is not null && _underWay.TryGetValue(unique, out var first))
        {
            await first.Task.WaitAsync(cancel); // It came again over a new connection: whether it counts shows when the first has ended.
        }

        if ((unique is null || !_seen.Contains(unique)) && !await TryServeAsync(channel, message, request, unique, cancel))
        {
            return;
        }

        Acknowledge(channel, tag);
    }

    // False: it took too long to wait for, and somebody else has it now.
    private async Task<bool> TryServeAsync(IChannel channel, JsonObject message, BusRequest request, string? unique, CancellationToken cancel)
    {
        var ended = new TaskCompletionSource();
        _underWay[unique ?? ""] = ended;
        try
        {
            var (result, failure) = await AnswerAsync(request, cancel);
            if (_disposed && channel != _channel)
            {
                return false;
            }

            if (unique is not null)
            {
                _seen.Enqueue(unique);
                while (_seen.Count > RemembersLast + atATime)
                {
                    _seen.Dequeue();
                }
            }

            if (OsloMessage.Text(message, "_reply_q") is { } queue && OsloMessage.Text(message, "_msg_id") is { } id)
            {
                var sent = bus.ReplyAsync(queue, id, result, failure, cancel);
                if (_disposed)
                {
                    await sent; // The last ones: nobody is left to wait for them.
                }
                else
                {
                    bus.Host.Spawn($"reply to {request.Method}", _ => sent);
                }
            }

            return true;
        }
        finally
        {
            _underWay.Remove(unique ?? "");
            ended.TrySetResult();
        }
    }

    private async Task<(JsonNode? Result, BusRemoteException? Failure)> AnswerAsync(BusRequest request, CancellationToken cancel)
    {
        try
        {
            return (await handler(request, cancel), null);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw; // Stopping: not acknowledged, so another server gets it.
        }
        catch (BusRemoteException e)
        {
            return (null, e);
        }
#pragma warning disable CA1031 // Whatever a handler lets out is the caller's answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            bus.Log.LogWarning(e, "{Method} failed", request.Method);
            return (null, new BusRemoteException(e.GetType().Name, e.Message));
        }
    }

    private void Acknowledge(IChannel channel, ulong tag)
    {
        if (channel == _channel)
        {
            _ = bus.TriedAsync(async () => await channel.BasicAckAsync(tag, multiple: false));
        }
    }
}
