using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A host's attachment to a simulated broker: reconnects by itself, sends again what was not confirmed, declares again what it serves.</summary>
internal sealed class BusClient : IMessageBus
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly Endpoint _broker;
    private readonly ILogger _log;
    private readonly SortedDictionary<long, (JsonObject Message, TaskCompletionSource Confirmed)> _unconfirmed = [];
    private readonly SortedDictionary<string, TaskCompletionSource<JsonObject>> _calls = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, BusServer> _servers = [];
    private readonly string _replyQueue;
    private readonly long _replies;
    private BusWire? _wire;
    private bool _wasConnected;
    private long _ids;

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

    public async ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, CancellationToken cancel = default)
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
        var server = new BusServer(_host, declare, handler, Acknowledge, Reply, () => Stop(id), _log);
        _servers.Add(id, server);
        await SendConfirmedAsync(id, declare, cancel);
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
        await SendConfirmedAsync(id, Publication(id, Key(target.Exchange, key), target.Fanout, body, expires), cancel);
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

    /// <summary>Sends, again after each reconnect, until the broker confirms.</summary>
    private async ValueTask SendConfirmedAsync(long id, JsonObject message, CancellationToken cancel)
    {
        var confirmed = new TaskCompletionSource();
        _unconfirmed.Add(id, (message, confirmed));
        _wire?.Send(message);
        try
        {
            await confirmed.Task.WaitAsync(cancel);
        }
        finally
        {
            _unconfirmed.Remove(id);
        }
    }

    private void Acknowledge(long server, long tag) => _wire?.Send(new JsonObject { ["op"] = "ack", ["id"] = server, ["tag"] = tag });

    private void Reply(string queue, JsonObject reply) => _wire?.Send(Publication(_ids++, queue, false, reply, null));

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

        foreach (var (message, _) in _unconfirmed.Values.ToList())
        {
            wire.Send(message);
        }

        _wire = wire;
        if (_wasConnected)
        {
            Reconnected?.Invoke();
        }

        _wasConnected = true;
        while (await wire.ReceiveAsync(cancel) is { } message)
        {
            watchdog.Feed();
            Handle(message);
        }
    }

    private void Handle(JsonObject message)
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
            case "deliver" when id == _replies:
                var reply = message["message"]!.AsObject();
                Acknowledge(_replies, (long)message["tag"]!);
                if (_calls.TryGetValue((string)reply["_msg_id"]!, out var call))
                {
                    call.TrySetResult(reply);
                }

                break;
            case "deliver":
                if (_servers.TryGetValue(id, out var server))
                {
                    server.Take(id, (long)message["tag"]!, message["message"]!.AsObject());
                }

                break;
        }
    }
}
