namespace VtepLab.Hosting;

/// <summary>Where coordinators and workers of one fleet meet.</summary>
/// <param name="Broker">The RabbitMQ: <c>amqp://user:password@host:port/vhost</c>.</param>
/// <param name="Queue">
/// The queue of ranges. Results are the same only if all run the same program, so its name should hold what identifies the program.
/// </param>
public sealed record FleetOptions(Uri Broker, string Queue)
{
    /// <summary>How often a range is handed out before it counts as one that kills its workers.</summary>
    public int MostDeliveries { get; init; } = 5;

    /// <summary>How long results of a coordinator that has gone are kept; after that its ranges are dropped.</summary>
    public TimeSpan ResultsExpire { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The wait before a lost broker is tried again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);
}
