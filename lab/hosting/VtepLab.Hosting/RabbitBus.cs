using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using VtepLab.Runtime;
using IConnection = RabbitMQ.Client.IConnection;

namespace VtepLab.Hosting;

/// <summary>The message bus over RabbitMQ, with the queues and messages of oslo.messaging 14, so that both can talk to each other.</summary>
/// <remarks>
/// Unlike oslo.messaging, a server acknowledges when its handler has returned; nobody else on the bus can tell. After a loss of the broker it reconnects (1 s, then 2 s more each time, up to 30 s), declares again what it serves, and sends again what
/// was not confirmed. All of its own state is touched on the host's loop only.
/// </remarks>
public sealed partial class RabbitBus : IMessageBus, IAsyncDisposable
{
    private const int ReplyQueueExpires = 1_800_000; // Milliseconds; oslo.messaging's rabbit_transient_queues_ttl.
    private const uint LargestOfAnyBroker = 512 << 20;
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RouteWait = TimeSpan.FromMinutes(1); // As oslo.messaging does for replies.
    private static readonly TimeSpan RouteRetry = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestRefusalWait = TimeSpan.FromSeconds(8);

    private readonly IHost _host;
    private readonly RabbitBusOptions _options;
    private readonly ILogger _log;
    private readonly SynchronizationContext _loop;
    private readonly Dictionary<string, TaskCompletionSource<JsonObject>> _calls = new(StringComparer.Ordinal);
    private readonly List<RabbitServer> _servers = [];
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);
    private readonly string _replyQueue;
    private TaskCompletionSource<IChannel> _sender = new();
    private RabbitLink? _link;
    private long _largest = long.MaxValue; // Bytes that the broker takes in one message, as far as it has said.
    private bool _disposed;
    private bool _wasConnected;
    private long _queuesReturnUntil = long.MinValue; // By the monotonic clock.

    /// <summary>Attaches a host; made on the host's loop, as <see cref="LiveHostOptions.Bus"/> does.</summary>
    public RabbitBus(IHost host, RabbitBusOptions options)
    {
        ArgumentNullException.ThrowIfNull(host);
        (_host, _options) = (host, options);
        _log = host.Logs.CreateLogger<RabbitBus>();
        _loop = SynchronizationContext.Current ?? throw new InvalidOperationException("a bus is made on its host's loop");
        _replyQueue = $"reply_{host.Entropy.NewUuid():N}";
        host.Spawn("bus", RunAsync);
    }

    internal IHost Host => _host;

    internal RabbitBusOptions Options => _options;

    internal SynchronizationContext Loop => _loop;

    internal ILogger Log => _log;

    /// <inheritdoc/>
    public event Action? Reconnected;

    /// <inheritdoc/>
    public async ValueTask CastAsync(
        BusTarget target, string method, JsonObject arguments, JsonObject? context = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        await SendAsync(target, OsloMessage.Request(target, method, arguments, context, NewId(), null), null, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask<JsonNode?> CallAsync(
        BusTarget target, string method, JsonObject arguments, TimeSpan timeout, JsonObject? context = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        var id = NewId();
        var reply = new TaskCompletionSource<JsonObject>();
        _calls.Add(id, reply);
        using var limit = new CancellationTokenSource(timeout, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await SendAsync(target, OsloMessage.Request(target, method, arguments, context, NewId(), (id, _replyQueue)), timeout, either.Token);
            var answer = await reply.Task.WaitAsync(either.Token);
            return OsloMessage.ReadFailure(answer) is { } failure ? throw failure : answer["result"]?.DeepClone();
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

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable> ServeAsync(BusTarget target, BusHandler handler, int atATime, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Server is null)
        {
            throw new ArgumentException($"serving {target.Topic} needs a server's name", nameof(target));
        }

        var server = new RabbitServer(this, target, handler, atATime, $"{target.Topic}_fanout_{_host.Entropy.NewUuid():N}");
        _servers.Add(server);
        while (!server.IsServing)
        {
            await _sender.Task.WaitAsync(cancel);
            if (_link is { IsOpen: true } link && !server.IsServing)
            {
                await TriedAsync(async () => await server.StartAsync(link.Consuming, cancel));
            }
        }

        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (_link is { } link)
        {
            await TriedAsync(link.CloseAsync);
            await link.DisposeAsync();
        }
    }

    internal void Forget(RabbitServer server) => _servers.Remove(server);

    /// <summary>Sends a reply; one whose queue is not there is tried again for a minute, as oslo.messaging does.</summary>
    internal async Task ReplyAsync(string queue, string messageId, JsonNode? result, BusRemoteException? failure, CancellationToken cancel)
    {
        var body = OsloMessage.Reply(messageId, NewId(), result, failure);
        for (var tries = 0; tries < RouteWait / RouteRetry; tries++)
        {
            try
            {
                await PublishAsync("", queue, mandatory: true, body, null, cancel);
                return;
            }
            catch (BusMessageTooLargeException e)
            {
                _log.LogError("the reply to {Message} is too large: {Reason}", messageId, e.Message);
                body = OsloMessage.Reply(messageId, NewId(), null, new BusRemoteException(nameof(BusMessageTooLargeException), e.Message));
            }
            catch (PublishException e) when (e.IsReturn)
            {
                await _host.DelayAsync(RouteRetry, cancel);
            }
        }

        _log.LogWarning("no reply queue {Queue} for a minute; the reply to {Message} is dropped", queue, messageId);
    }

    /// <summary>Runs something that a lost connection may end; the reconnecting loop does the rest.</summary>
    internal async Task<bool> TriedAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
        {
            _log.LogDebug("the broker was lost meanwhile: {Reason}", e.Message);
            return false;
        }
    }

    internal async Task DeclareExchangeAsync(IChannel channel, BusTarget target, CancellationToken cancel)
    {
        if (target.Fanout)
        {
            await channel.ExchangeDeclareAsync($"{target.Topic}_fanout", "fanout", durable: false, autoDelete: true, cancellationToken: cancel);
        }
        else
        {
            var durable = _options.DurableQueues || _options.QuorumQueues;
            await channel.ExchangeDeclareAsync(target.Exchange, "topic", durable, autoDelete: false, cancellationToken: cancel);
        }
    }

    private string NewId() => _host.Entropy.NewUuid().ToString("N");

    /// <summary>
    /// Sends a request. A call that no queue is there for is tried again as long as its caller waits; a cast is dropped, as oslo.messaging
    /// does, unless the broker has just come back: the servers' queues then come back one by one.
    /// </summary>
    private async Task SendAsync(BusTarget target, byte[] body, TimeSpan? expiration, CancellationToken cancel)
    {
        var key = target.Fanout ? "" : target.Server is null ? target.Topic : $"{target.Topic}.{target.Server}";
        var exchange = target.Fanout ? $"{target.Topic}_fanout" : target.Exchange;
        while (true)
        {
            try
            {
                await PublishAsync(
                    exchange, key, mandatory: !target.Fanout, body, expiration, cancel, channel => DeclareOnceAsync(channel, target, exchange, cancel));
                return;
            }
            catch (PublishException e) when (e.IsReturn)
            {
                if (expiration is null && _host.Time.GetTimestamp() >= _queuesReturnUntil)
                {
                    _log.LogWarning("nobody serves {Topic}; a message for it is dropped", key);
                    return;
                }

                await _host.DelayAsync(RouteRetry, cancel);
            }
        }
    }

    private async Task DeclareOnceAsync(IChannel channel, BusTarget target, string exchange, CancellationToken cancel)
    {
        // A fanout exchange goes with its last queue, so it is declared each time; one that is missing would close the channel.
        if (target.Fanout || _declared.Add(exchange))
        {
            await DeclareExchangeAsync(channel, target, cancel);
        }
    }

    /// <summary>Publishes and waits for the broker's confirm; again over the next connection if this one is lost before.</summary>
    private async Task PublishAsync(
        string exchange, string key, bool mandatory, byte[] body, TimeSpan? expiration, CancellationToken cancel, Func<IChannel, Task>? before = null)
    {
        var properties = new BasicProperties
        {
            ContentType = "application/json", ContentEncoding = "utf-8", DeliveryMode = DeliveryModes.Persistent, Priority = 0,
        };
        if (expiration is { } limit)
        {
            properties.Expiration = ((long)limit.TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        var wait = RouteRetry;
        while (true)
        {
            if (body.Length > _largest)
            {
                throw new BusMessageTooLargeException(
                    $"the broker takes no message of {body.Length} bytes, at most {_largest}: nothing was sent to {exchange}/{key}");
            }

            var channel = await _sender.Task.WaitAsync(cancel);
            try
            {
                if (before is not null)
                {
                    await before(channel);
                }

                await channel.BasicPublishAsync(exchange, key, mandatory, properties, body, cancel);
                return;
            }
            catch (Exception e) when (e is OperationInterruptedException or IOException or ObjectDisposedException)
            {
                _largest = (e as OperationInterruptedException)?.ShutdownReason is { } reason && SizeLimit().Match(reason.ReplyText) is { Success: true } limited
                    ? long.Parse(limited.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)
                    : _largest;
                _log.LogInformation("the broker was lost before it confirmed a message to {Exchange}/{Key}: {Reason}", exchange, key, e.Message);
                await _host.DelayAsync(TimeSpan.FromMilliseconds(50), cancel);
            }
            catch (PublishException e) when (!e.IsReturn)
            {
                _log.LogInformation("the broker refused a message to {Exchange}/{Key}; sending it again in {Wait}", exchange, key, wait);
                await _host.DelayAsync(wait, cancel);
                wait = wait * 2 < LongestRefusalWait ? wait * 2 : LongestRefusalWait;
            }
        }
    }

    /// <summary>What the broker takes back of a connection (a channel it closes, a consumer whose queue was deleted) takes the connection with it, so that all starts afresh.</summary>
    internal void StartAfresh(IConnection connection, string reason) => _loop.Post(
        _ =>
        {
            if (_link is { IsOpen: true } link && link.Has(connection))
            {
                _log.LogWarning("the broker no longer serves this connection: {Reason}; connecting anew", reason);
                _ = TriedAsync(link.AbortAsync);
            }
        },
        null);

    /// <summary>Starts afresh when the broker closes a channel.</summary>
    internal void Watch(IChannel channel, IConnection connection) => channel.ChannelShutdownAsync += (_, reason) =>
    {
        if (reason.Initiator != ShutdownInitiator.Application)
        {
            StartAfresh(connection, reason.ReplyText);
        }

        return Task.CompletedTask;
    };

    private async Task RunAsync(CancellationToken cancel)
    {
        var backOff = FirstBackOff;
        for (var turn = 0; !cancel.IsCancellationRequested && !_disposed;)
        {
            // Each member of the cluster has its turn before there is a pause.
            var broker = _options.Brokers[turn % _options.Brokers.Length];
            var pause = turn % _options.Brokers.Length == _options.Brokers.Length - 1 ? backOff : TimeSpan.Zero;
            try
            {
                var link = await RabbitLink.OpenAsync(FactoryFor(broker), _loop, _log, cancel);
                _link = link;
                backOff = FirstBackOff;
                pause = _options.Brokers.Length > 1 ? TimeSpan.Zero : backOff;
                await UseAsync(link, cancel);
                _log.LogWarning("lost the broker {Broker}: {Reason}; reconnecting in {BackOff}", Place(broker), await link.Lost, pause);
            }
            catch (Exception e) when (e is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException)
            {
                _log.LogWarning("no broker at {Broker}: {Reason}; trying again in {BackOff}", Place(broker), e.InnerException?.Message ?? e.Message, pause);
            }

            if (_disposed)
            {
                return;
            }

            turn++;
            if (pause > TimeSpan.Zero)
            {
                await _host.DelayAsync(pause, cancel);
                backOff = backOff + TimeSpan.FromSeconds(2) < LongestBackOff ? backOff + TimeSpan.FromSeconds(2) : LongestBackOff;
            }
        }
    }

    // As RabbitMQ words it since 3.8, when it closes the channel that the message came over.
    [GeneratedRegex("message size [0-9]+ is larger than (?:configured )?max size ([0-9]+)")]
    private static partial Regex SizeLimit();

    private static string Place(Uri broker) => $"{broker.Host}:{broker.Port}";

    private ConnectionFactory FactoryFor(Uri broker)
    {
        var factory = new ConnectionFactory
        {
            Uri = broker, AutomaticRecoveryEnabled = false, TopologyRecoveryEnabled = false, RequestedHeartbeat = _options.Heartbeat,
            RequestedConnectionTimeout = ConnectTimeout, ClientProvidedName = _host.Name,
            MaxInboundMessageBodySize = LargestOfAnyBroker, // A message that we did not take would be delivered again and again.
        };
        if (_options.Tls is { } tls)
        {
            factory.Ssl = tls.For(broker.Host);
        }

        return factory;
    }

    private async Task UseAsync(RabbitLink link, CancellationToken cancel)
    {
        try
        {
            var connection = link.Consuming;
            _declared.Clear();
            var replies = await connection.CreateChannelAsync(cancellationToken: cancel);
            Watch(replies, connection);
            await replies.QueueDeclareAsync(
                _replyQueue, durable: false, exclusive: false, autoDelete: false,
                new Dictionary<string, object?> { ["x-expires"] = ReplyQueueExpires }, cancellationToken: cancel);
            await replies.BasicConsumeAsync(_replyQueue, autoAck: true, new PostingConsumer(replies, connection, this, OnReply), cancel);
            foreach (var server in _servers.ToList())
            {
                await server.StartAsync(connection, cancel);
            }

            var sender = await link.Publishing.CreateChannelAsync(new CreateChannelOptions(true, true), cancel);
            Watch(sender, link.Publishing);
            _sender.TrySetResult(sender);
            if (_wasConnected)
            {
                _queuesReturnUntil = _host.Time.GetTimestamp() + (long)(RouteWait.TotalSeconds * _host.Time.TimestampFrequency);
                Reconnected?.Invoke();
            }

            _wasConnected = true;
            await link.Lost.WaitAsync(cancel);
        }
        finally
        {
            if (_sender.Task.IsCompleted)
            {
                _sender = new TaskCompletionSource<IChannel>();
            }

            foreach (var server in _servers)
            {
                server.Lost();
            }

            if (!_disposed)
            {
                _link = null;
                await link.DisposeAsync();
            }
        }
    }

    private void OnReply(ulong tag, byte[] body, string? contentType)
    {
        try
        {
            var reply = OsloMessage.Open(body);
            if (OsloMessage.Text(reply, "_msg_id") is { } id && _calls.TryGetValue(id, out var call))
            {
                // A reply may come in two parts: the result, then the ending.
                if (reply["ending"]?.ToJsonString() != "true" || reply["result"] is not null || reply["failure"] is not null || !call.Task.IsCompleted)
                {
                    call.TrySetResult(reply);
                }
            }
        }
        catch (FormatException e)
        {
            _log.LogWarning("dropped a reply: {Reason}", e.Message);
        }
    }
}
