using RabbitMQ.Client;

namespace VtepLab.Hosting;

/// <summary>Hands deliveries over to the host's loop, in order.</summary>
internal sealed class PostingConsumer(IChannel channel, IConnection connection, RabbitBus bus, Action<ulong, byte[], string?> take) : AsyncDefaultBasicConsumer(channel)
{
    public override Task HandleBasicDeliverAsync(
        string consumerTag,
        ulong deliveryTag,
        bool redelivered,
        string exchange,
        string routingKey,
        IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body,
        CancellationToken cancellationToken = default)
    {
        var (copy, type) = (body.ToArray(), properties.ContentType);
        bus.Loop.Post(_ => take(deliveryTag, copy, type), null);
        return Task.CompletedTask;
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        bus.StartAfresh(connection, $"the queue of consumer {consumerTag} was deleted");
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }
}
