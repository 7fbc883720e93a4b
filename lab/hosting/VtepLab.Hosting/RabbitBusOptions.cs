using System.Collections.Immutable;

namespace VtepLab.Hosting;

/// <summary>How a live host reaches RabbitMQ.</summary>
/// <param name="Brokers">Where: <c>amqp://user:password@host:port/vhost</c>, at least one; several are members of one cluster, tried in turn.</param>
public sealed record RabbitBusOptions(params ImmutableArray<Uri> Brokers)
{
    /// <summary>True where the cloud sets <c>amqp_durable_queues</c>: the exchange and the topic queues are declared durable.</summary>
    public bool DurableQueues { get; init; }

    /// <summary>True where the cloud sets <c>rabbit_quorum_queue</c>: the topic queues are durable quorum queues.</summary>
    public bool QuorumQueues { get; init; }

    /// <summary>The AMQP heartbeat.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How TLS is spoken with the brokers; null for plain TCP.</summary>
    public RabbitTls? Tls { get; init; }
}
