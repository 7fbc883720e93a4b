using System.Text.Json;
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
        await PublishAsync(target, Request(target, method, arguments, context), null, cancel);

    public async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context = null, CancellationToken cancel = default)
    {
        var id = _host.Entropy.NewUuid().ToString("N");
        var request = Request(target, method, arguments, context);
        request["_msg_id"] = id;
        request["_reply_q"] = _replyQueue;
        var reply = new TaskCompletionSource<JsonObject>();
        _calls.Add(id, reply);
        using var limit = new CancellationTokenSource(timeout, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await PublishAsync(target, request, (long)timeout.TotalMilliseconds, either.Token);
            var answer = await reply.Task.WaitAsync(either.Token);
            return answer["failure"] is JsonObject failure
                ? throw new BusRemoteException((string)failure["class"]!, (string)failure["message"]!)
                : answer["result"]?.DeepClone();
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
        var declare = new JsonObject
        {
            ["op"] = "consume",
            ["id"] = id,
            ["queues"] = new JsonArray(Key(target.Exchange, target.Topic), Key(target.Exchange, $"{target.Topic}.{target.Server}")),
            ["fanout"] = Key(target.Exchange, target.Topic),
            ["fanoutQueue"] = $"{target.Topic}_fanout_{_host.Entropy.NewUuid():N}",
        };
        var server = new BusServer(_host, declare, handler, atATime, Acknowledge, Reply, () => Stop(id), _log);
        _servers.Add(id, server);
        await SendConfirmedAsync(id, new BusPublication(declare, long.MaxValue), cancel);
        return server;
    }

    private static string Key(string exchange, string key) => $"{exchange}/{key}";

    private JsonObject Request(BusTarget target, string method, JsonObject arguments, JsonObject? context) => new()
    {
        ["method"] = method,
        ["args"] = arguments.DeepClone(),
        ["context"] = context?.DeepClone() ?? new JsonObject(),
        ["namespace"] = target.Namespace,
        ["version"] = target.Version,
        ["_unique_id"] = _host.Entropy.NewUuid().ToString("N"),
    };

    private async ValueTask PublishAsync(BusTarget target, JsonObject body, long? expires, CancellationToken cancel)
    {
        var id = _ids++;
        var key = target is { Server: { } server, Fanout: false } ? $"{target.Topic}.{server}" : target.Topic;
        // A call is sent again as long as its caller waits; a cast that no queue is there for is dropped.
        var patience = expires is null ? long.MinValue : long.MaxValue;
        await SendConfirmedAsync(id, new BusPublication(Publication(id, Key(target.Exchange, key), target.Fanout, body, expires), patience), cancel);
    }

    private static JsonObject Publication(long id, string key, bool fanout, JsonObject body, long? expires) => new()
    {
        ["op"] = "publish",
        ["id"] = id,
        ["key"] = key,
        ["fanout"] = fanout,
        ["expires"] = expires,
        ["message"] = body,
    };

    /// <summary>Sends, again after each reconnect and each refusal, until the broker confirms.</summary>
    private async ValueTask SendConfirmedAsync(long id, BusPublication publication, CancellationToken cancel)
    {
        // It would cost the connection, and whoever then tells all anew would send it again.
        if (_largest is { } most && JsonSerializer.SerializeToUtf8Bytes<JsonNode>(publication.Message).Length is var bytes && bytes > most)
        {
            throw new BusMessageTooLargeException($"the broker takes no message of {bytes} bytes, at most {most}: nothing was sent to {(string?)publication.Message["key"]}");
        }

        _unconfirmed.Add(id, publication);
        _wire?.Send(publication.Message);
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
                wire.Send(publication.Message);
            }
        });
    }

    private void Acknowledge(long server, long tag) => _wire?.Send(new JsonObject { ["op"] = "ack", ["id"] = server, ["tag"] = tag });

    private void Reply(string queue, JsonObject reply) => _host.Spawn("reply", async cancel =>
    {
        try
        {
            await SendAsync(reply);
        }
        catch (BusMessageTooLargeException e)
        {
            _log.LogError("a reply is too large: {Reason}", e.Message);
            await SendAsync(new JsonObject
            {
                ["_msg_id"] = (string?)reply["_msg_id"], ["result"] = null,
                ["failure"] = new JsonObject { ["class"] = nameof(BusMessageTooLargeException), ["message"] = e.Message },
            });
        }

        async Task SendAsync(JsonObject body)
        {
            var id = _ids++;
            await SendConfirmedAsync(id, new BusPublication(Publication(id, queue, false, body, null), After(RouteWait)), cancel);
        }
    });

    private long After(TimeSpan wait) => _host.Time.GetTimestamp() + (long)(wait.TotalSeconds * _host.Time.TimestampFrequency);

    private void Stop(long id)
    {
        _servers.Remove(id);
        _wire?.Send(new JsonObject { ["op"] = "cancel", ["id"] = id });
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
        await using var beat = _host.Time.CreateTimer(_ => wire.Send(new JsonObject { ["op"] = "ping" }), null, Heartbeat, Heartbeat);
        wire.Send(new JsonObject { ["op"] = "consume", ["id"] = _replies, ["queues"] = new JsonArray(_replyQueue) });
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
            wire.Send(publication.Message);
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

    private void Handle(JsonObject message, IConnection connection)
    {
        var id = (long?)message["id"] ?? -1;
        switch ((string?)message["op"])
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
                        _log.LogWarning("nobody serves {Queue}; a message for it is dropped", (string?)returned.Message["key"]);
                        returned.Confirmed.TrySetResult();
                    }
                }

                break;
            case "blocked":
                _log.LogWarning("the broker takes no messages for now: {Reason}", (string?)message["reason"]);
                break;
            case "unblocked":
                _log.LogInformation("the broker takes messages again");
                break;
            case "closed" or "cancelled":
                if ((long?)message["largest"] is { } largest && _unconfirmed.TryGetValue(id, out var tooLarge))
                {
                    _largest = largest;
                    tooLarge.Confirmed.TrySetException(new BusMessageTooLargeException($"nothing was sent to {(string?)tooLarge.Message["key"]}: {(string?)message["reason"]}"));
                    _unconfirmed.Remove(id);
                }

                // What was declared over this connection may be gone: all of it starts afresh.
                _log.LogWarning("the broker no longer lets us consume: {Reason}; connecting anew", (string?)message["reason"] ?? $"{(string?)message["queue"]} was deleted");
                connection.Abort();
                break;
            case "deliver" when id == _replies:
                Acknowledge(_replies, (long)message["tag"]!);
                TakeReply(message["message"]);
                break;
            case "deliver":
                if (_servers.TryGetValue(id, out var server))
                {
                    server.Take(id, (long)message["tag"]!, message["message"]);
                }

                break;
        }
    }

    private void TakeReply(JsonNode? body)
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
