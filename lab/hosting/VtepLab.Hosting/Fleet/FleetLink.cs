using System.Globalization;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace VtepLab.Hosting;

/// <summary>A connection to the fleet's broker with one channel: publishes are confirmed, deliveries wait in an inbox.</summary>
/// <remarks>
/// A range is a message with the job as its body, the headers <c>first</c> and <c>count</c>, its number as the message id, and the queue
/// that takes the result as reply-to. A result has the number as its correlation id, and the type <c>result</c> or <c>failure</c>.
/// </remarks>
internal sealed class FleetLink : IAsyncDisposable
{
    public const string Result = "result";
    public const string Failure = "failure";
    public const string First = "first";
    public const string Count = "count";

    private readonly IConnection _connection;
    private readonly Channel<BasicDeliverEventArgs> _inbox = System.Threading.Channels.Channel.CreateUnbounded<BasicDeliverEventArgs>();

    private FleetLink(IConnection connection, IChannel channel)
    {
        (_connection, Channel) = (connection, channel);
        channel.ChannelShutdownAsync += (_, reason) =>
        {
            _inbox.Writer.TryComplete(new OperationInterruptedException(reason));
            return Task.CompletedTask;
        };
    }

    public IChannel Channel { get; }

    /// <summary>Connects and declares the queue of ranges.</summary>
    public static async Task<FleetLink> OpenAsync(FleetOptions options, string name, CancellationToken cancel)
    {
        var factory = new ConnectionFactory
        {
            Uri = options.Broker, AutomaticRecoveryEnabled = false, TopologyRecoveryEnabled = false, ClientProvidedName = name,
        };
        var connection = await factory.CreateConnectionAsync(cancel);
        try
        {
            var link = new FleetLink(connection, await connection.CreateChannelAsync(new CreateChannelOptions(true, true), cancel));
            await link.DeclareAsync(options.Queue, null, cancel);
            return link;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>True for what a lost or refusing broker throws.</summary>
    public static bool IsLoss(Exception e) =>
        e is RabbitMQClientException or IOException or ObjectDisposedException or TimeoutException or ChannelClosedException;

    public async Task DeclareAsync(string queue, TimeSpan? expires, CancellationToken cancel)
    {
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum" };
        if (expires is { } time)
        {
            arguments["x-expires"] = (long)time.TotalMilliseconds;
        }

        await Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: cancel);
    }

    /// <summary>Whether a queue is there; asked on a channel of its own, which the broker closes when it is not.</summary>
    public async Task<bool> ExistsAsync(string queue, CancellationToken cancel)
    {
        await using var probe = await _connection.CreateChannelAsync(cancellationToken: cancel);
        try
        {
            await probe.QueueDeclarePassiveAsync(queue, cancel);
            return true;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return false;
        }
    }

    /// <summary>Takes deliveries from a queue into the inbox; each is acknowledged by hand.</summary>
    public async Task ConsumeAsync(string queue, ushort prefetch, CancellationToken cancel)
    {
        await Channel.BasicQosAsync(0, prefetch, global: false, cancel);
        var consumer = new AsyncEventingBasicConsumer(Channel);
        consumer.ReceivedAsync += (_, delivery) =>
        {
            // The body is the client's own buffer once this returns.
            _inbox.Writer.TryWrite(new BasicDeliverEventArgs(
                delivery.ConsumerTag, delivery.DeliveryTag, delivery.Redelivered, delivery.Exchange, delivery.RoutingKey,
                delivery.BasicProperties, delivery.Body.ToArray(), CancellationToken.None));
            return Task.CompletedTask;
        };
        consumer.UnregisteredAsync += (_, _) =>
        {
            _inbox.Writer.TryComplete(new IOException($"the broker ended the consumer of {queue}"));
            return Task.CompletedTask;
        };
        await Channel.BasicConsumeAsync(queue, autoAck: false, consumer, cancel);
    }

    public ValueTask<BasicDeliverEventArgs> NextAsync(CancellationToken cancel) => _inbox.Reader.ReadAsync(cancel);

    /// <summary>Publishes straight to a queue and waits for the broker's confirm.</summary>
    /// <exception cref="PublishException">There is no such queue, or the broker did not take it.</exception>
    public ValueTask PublishAsync(string queue, BasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        properties.DeliveryMode = DeliveryModes.Persistent;
        return Channel.BasicPublishAsync("", queue, mandatory: true, properties, body, cancel);
    }

    public static object? Header(IReadOnlyBasicProperties properties, string name) =>
        properties.Headers is { } headers && headers.TryGetValue(name, out var value) ? value : null;

    public static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    public static string Text(object? header) => header switch
    {
        byte[] bytes => System.Text.Encoding.UTF8.GetString(bytes),
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        _ => "",
    };

    public async ValueTask DisposeAsync()
    {
        _inbox.Writer.TryComplete();
        await _connection.DisposeAsync();
    }
}
