using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A host's attachment to a simulated broker: reconnects by itself, sends again what was not confirmed, declares again what it serves.</summary>
internal sealed class BusClient : IMessageBus
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RouteWait = TimeSpan.FromMinutes(1); // As oslo.messaging waits for the queue of a reply.
    private static readonly TimeSpan RouteRetry = TimeSpan.FromMilliseconds(250);

    private readonly IHost _host;
    private readonly Endpoint _broker;
    private readonly ILogger _log;
    private readonly BusLines _lines = new();
    private readonly SortedDictionary<long, BusPublication> _unconfirmed = [];
    private readonly SortedDictionary<string, TaskCompletionSource<JsonObject>> _calls = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, BusServer> _servers = [];
    private readonly string _replyQueue;
    private readonly long _replies;
    private BusWire? _wire;
    private bool _wasConnected;
    private long _queuesReturnUntil = long.MinValue; // By the monotonic clock.
    private long _ids;
    private long? _largest; // Bytes that the broker takes in one message, once it has said so.

    public BusClient(IHost host, Endpoint broker)
    {
        (_host, _broker, _log) = (host, broker, host.Logs.CreateLogger<BusClient>());
        _replyQueue = $"reply_{_host.Entropy.NewUuid():N}";
        _replies = _ids++;
        host.Spawn("bus", RunAsync);
    }

    public event Action? Reconnected;

    public async ValueTask CastAsync(
        BusTarget target, string method, JsonObject arguments, JsonObject? context = null, CancellationToken cancel = default) =>
        await PublishAsync(target, _lines.Request(target, Request(method, arguments, context), NewId()), null, cancel);

    public async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context = null, CancellationToken cancel = default)
    {
        var id = NewId();
        var request = _lines.Request(target, Request(method, arguments, context), NewId(), id, _replyQueue);
        var reply = new TaskCompletionSource<JsonObject>();
        _calls.Add(id, reply);
        using var limit = new CancellationTokenSource(timeout, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await PublishAsync(target, request, (long)timeout.TotalMilliseconds, either.Token);
            var answer = await reply.Task.WaitAsync(either.Token);
            if (answer["failure"] is JsonObject failure)
            {
                throw new BusRemoteException((string)failure["class"]!, (string)failure["message"]!);
            }

            var result = answer["result"];
            answer.Remove("result"); // So that the caller may put it elsewhere.
            return result;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"no reply to {method} from {target.Topic}{(target.Server is null ? "" : "." + target.Server)} within {timeout}");
        }
        finally
        {
            _calls.Remove(id);
        }
    }

    public async ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel = default)
    {
        if (target.Server is null)
        {
            throw new ArgumentException($"serving {target.Topic} needs a server's name", nameof(target));
        }

        var id = _ids++;
        var (shared, own) = (Key(target.Exchange, target.Topic), Key(target.Exchange, $"{target.Topic}.{target.Server}"));
        var declare = _lines.Consume(id, [shared, own], shared, $"{target.Topic}_fanout_{_host.Entropy.NewUuid():N}");
        var server = new BusServer(_host, shared, declare, handler, atATime, Acknowledge, Reply, () => Stop(id), _log);
        _servers.Add(id, server);
        await SendConfirmedAsync(id, new BusPublication(declare, shared, long.MaxValue), cancel);
        return server;
    }

    private static string Key(string exchange, string key) => $"{exchange}/{key}";

    private static BusRequest Request(string method, JsonObject arguments, JsonObject? context) => new(method, arguments, context ?? []);

    private string NewId() => _host.Entropy.NewUuid().ToString("N");

    private async ValueTask PublishAsync(BusTarget target, byte[] body, long? expires, CancellationToken cancel)
    {
        var id = _ids++;
        var key = target is { Server: { } server, Fanout: false } ? $"{target.Topic}.{server}" : target.Topic;
        // A call is sent again as long as its caller waits; a cast that no queue is there for is dropped.
        var patience = expires is null ? long.MinValue : long.MaxValue;
        await SendConfirmedAsync(id, Publication(id, Key(target.Exchange, key), target.Fanout, body, expires, patience), cancel);
    }

    private BusPublication Publication(long id, string key, bool fanout, byte[] body, long? expires, long patience) =>
        new(_lines.Publish(id, key, fanout, expires, body), key, patience);

    /// <summary>Sends, again after each reconnect and each refusal, until the broker confirms.</summary>
    private async ValueTask SendConfirmedAsync(long id, BusPublication publication, CancellationToken cancel)
    {
        // It would cost the connection, and whoever then tells all anew would send it again.
        if (_largest is { } most && publication.Line.Length - 1 is var bytes && bytes > most)
        {
            throw new BusMessageTooLargeException($"the broker takes no message of {bytes} bytes, at most {most}: nothing was sent to {publication.Key}");
        }

        _unconfirmed.Add(id, publication);
        _wire?.Send(publication.Line);
        try
        {
            await publication.Confirmed.Task.WaitAsync(cancel);
        }
        finally
        {
            _unconfirmed.Remove(id);
        }
    }

    /// <summary>Sends again what the broker did not take, unless it was confirmed or the connection has gone meanwhile: a new one sends all of it again.</summary>
    private void SendAgain(long id, BusPublication publication, TimeSpan wait)
    {
        var wire = _wire;
        _host.Spawn("send again", async cancel =>
        {
            await _host.DelayAsync(wait, cancel);
            if (wire is not null && wire == _wire && _unconfirmed.ContainsKey(id))
            {
                wire.Send(publication.Line);
            }
        });
    }

    private void Acknowledge(long server, long tag) => _wire?.Send(_lines.Acknowledge(server, tag));

    private void Reply(BusCall call, BusAnswer answer)
    {
        var message = _lines.Reply(answer, call.MessageId!);
        _host.Spawn("reply", async cancel =>
        {
            try
            {
                await SendAsync(message);
            }
            catch (BusMessageTooLargeException e)
            {
                _log.LogError("a reply is too large: {Reason}", e.Message);
                await SendAsync(_lines.Reply(new BusAnswer(null, (nameof(BusMessageTooLargeException), e.Message)), call.MessageId!));
            }

            async Task SendAsync(byte[] body)
            {
                var id = _ids++;
                await SendConfirmedAsync(id, Publication(id, call.ReplyQueue!, false, body, null, After(RouteWait)), cancel);
            }
        });
    }

    private long After(TimeSpan wait) => _host.Time.GetTimestamp() + (long)(wait.TotalSeconds * _host.Time.TimestampFrequency);

    private void Stop(long id)
    {
        _servers.Remove(id);
        _wire?.Send(_lines.Say("cancel", id));
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        var backOff = TimeSpan.FromSeconds(1);
        while (true)
        {
            try
            {
                await using var connection = await _host.Network.ConnectAsync(_broker, null, cancel);
                backOff = TimeSpan.FromSeconds(1);
                await UseAsync(connection, cancel);
                _log.LogWarning("the broker at {Broker} closed the stream; reconnecting in {BackOff}", _broker, backOff);
            }
            catch (NetworkException e)
            {
                _log.LogWarning("no broker at {Broker}: {Reason}; reconnecting in {BackOff}", _broker, e.Message, backOff);
            }
            finally
            {
                _wire = null;
            }

            await _host.DelayAsync(backOff, cancel);
            backOff = backOff + TimeSpan.FromSeconds(2) < LongestBackOff ? backOff + TimeSpan.FromSeconds(2) : LongestBackOff;
        }
    }

    private async Task UseAsync(IConnection connection, CancellationToken cancel)
    {
        var wire = new BusWire(connection);
        using var watchdog = new Watchdog(_host, BusBroker.Silence, connection.Abort);
        await using var beat = _host.Time.CreateTimer(_ => wire.Send(_lines.Say("ping")), null, Heartbeat, Heartbeat);
        wire.Send(_lines.Consume(_replies, [_replyQueue]));
        foreach (var (id, server) in _servers)
        {
            server.ForgetTaken(); // What was taken over the old stream comes again.
            if (!_unconfirmed.ContainsKey(id))
            {
                wire.Send(server.Declaration);
            }
        }

        foreach (var publication in _unconfirmed.Values.ToList())
        {
            wire.Send(publication.Line);
        }

        _wire = wire;
        if (_wasConnected)
        {
            _queuesReturnUntil = After(RouteWait); // The servers' queues come back one by one.
            Reconnected?.Invoke();
        }

        _wasConnected = true;
        while (await wire.ReceiveAsync(cancel) is { } message)
        {
            watchdog.Feed();
            Handle(message, connection);
        }
    }

    private void Handle(BusFrame message, IConnection connection)
    {
        var id = message.Id ?? -1;
        switch (message.Op)
        {
            case "confirm":
                if (_unconfirmed.TryGetValue(id, out var waiting))
                {
                    waiting.Confirmed.TrySetResult();
                }

                break;
            case "nack":
                if (_unconfirmed.TryGetValue(id, out var refused))
                {
                    _log.LogInformation("the broker refused a message; sending it again");
                    SendAgain(id, refused, refused.NextWait());
                }

                break;
            case "return":
                if (_unconfirmed.TryGetValue(id, out var returned))
                {
                    var now = _host.Time.GetTimestamp();
                    if (now < returned.Patience || now < _queuesReturnUntil)
                    {
                        SendAgain(id, returned, RouteRetry);
                    }
                    else
                    {
                        _log.LogWarning("nobody serves {Queue}; a message for it is dropped", returned.Key);
                        returned.Confirmed.TrySetResult();
                    }
                }

                break;
            case "blocked":
                _log.LogWarning("the broker takes no messages for now: {Reason}", message.Reason);
                break;
            case "unblocked":
                _log.LogInformation("the broker takes messages again");
                break;
            case "closed" or "cancelled":
                if (message.Largest is { } largest && _unconfirmed.TryGetValue(id, out var tooLarge))
                {
                    _largest = largest;
                    tooLarge.Confirmed.TrySetException(new BusMessageTooLargeException($"nothing was sent to {tooLarge.Key}: {message.Reason}"));
                    _unconfirmed.Remove(id);
                }

                // What was declared over this connection may be gone: all of it starts afresh.
                _log.LogWarning("the broker no longer lets us consume: {Reason}; connecting anew", message.Reason ?? $"{message.Queue} was deleted");
                connection.Abort();
                break;
            case "deliver" when id == _replies:
                Acknowledge(_replies, message.Tag);
                TakeReply(message.Message);
                break;
            case "deliver":
                if (_servers.TryGetValue(id, out var server))
                {
                    server.Take(id, message.Tag, message.Message);
                }

                break;
        }
    }

    private void TakeReply(ReadOnlyMemory<byte> body)
    {
        try
        {
            var reply = BusBody.ReadReply(body);
            if (_calls.TryGetValue((string)reply["_msg_id"]!, out var call))
            {
                call.TrySetResult(reply);
            }
        }
        catch (FormatException e)
        {
            _log.LogWarning("dropped a reply: {Reason}", e.Message);
        }
    }
}
