using System.Text.Json.Nodes;

namespace VtepLab.Simulation;

/// <summary>What a world's message broker does wrong beside going down; it outlives the broker's restarts.</summary>
/// <remarks>What RabbitMQ does in the same place is said at each; the contract tests hold the two against each other.</remarks>
public sealed class BusFaults
{
    private readonly RandomStream _duplicates;
    private readonly RandomStream _refusals;
    private TaskCompletionSource? _unblocked;

    internal BusFaults(ulong seed) => (_duplicates, _refusals) = (new RandomStream(seed, "bus/faults"), new RandomStream(seed, "bus/refusals"));

    /// <summary>The share of messages that are delivered twice, from 0 to 1.</summary>
    public double Duplication { get; set; }

    /// <summary>The share of messages that are refused, from 0 to 1: the publisher gets a <c>basic.nack</c>, as of a full queue whose overflow is <c>reject-publish</c>.</summary>
    public double Refusal { get; set; }

    /// <summary>The largest message that the broker takes, in bytes: <c>max_message_size</c>, 128 MiB in RabbitMQ 3.8 to 3.13. A larger one costs its publisher the connection.</summary>
    public int MaxMessageSize { get; set; } = 128 << 20;

    /// <summary>
    /// True: the broker is out of memory or disk. It takes nothing more from those who publish, and says <c>connection.blocked</c> to them; it still
    /// delivers, takes acknowledgements, which come over another connection, and loses nothing.
    /// </summary>
    public bool IsBlocked
    {
        get => _unblocked is not null;
        set
        {
            if (value)
            {
                _unblocked ??= new TaskCompletionSource();
            }
            else if (_unblocked is { } waiting)
            {
                _unblocked = null;
                waiting.TrySetResult();
            }
        }
    }

    /// <summary>True when somebody is attached to the broker.</summary>
    public bool IsUsed => Broker is { IsUsed: true };

    /// <summary>The broker that was started last; null before the first.</summary>
    internal BusBroker? Broker { get; set; }

    /// <summary>Ends when the broker takes messages again.</summary>
    internal Task Unblocked => _unblocked?.Task ?? Task.CompletedTask;

    /// <summary>Closes a channel on which somebody consumes, as RabbitMQ does for an acknowledgement that does not come; what was taken over it is delivered again.</summary>
    /// <param name="which">Which of all there are, from 0 to 1.</param>
    /// <returns>False when there is none.</returns>
    public bool CloseChannel(double which) => Broker?.CloseChannel(which) == true;

    /// <summary>Deletes a queue with what is in it, as an operator does; its consumers get a <c>basic.cancel</c>.</summary>
    /// <param name="which">Which of all there are, from 0 to 1.</param>
    /// <returns>False when there is none.</returns>
    public bool DeleteQueue(double which) => Broker?.DeleteQueue(which) == true;

    /// <summary>Puts something into a queue that is no message of this bus, or a message that means nothing.</summary>
    /// <param name="which">Which queue and what, from 0 to 1.</param>
    /// <returns>False when there is no queue.</returns>
    public bool Poison(double which) => Broker?.Poison(which) == true;

    /// <summary>Puts a body of any kind into a queue.</summary>
    /// <param name="queue">The queue, as the exchange, a slash and the routing key: <c>neutron/l2gateway_agent</c>.</param>
    /// <param name="body">The body.</param>
    /// <returns>False when there is no such queue.</returns>
    public bool Poison(string queue, JsonNode body) => Broker?.Poison(queue, body) == true;

    /// <summary>Deletes a queue by its name, <c>neutron/l2gateway_agent</c>.</summary>
    /// <returns>False when there is no such queue.</returns>
    public bool DeleteQueue(string queue) => Broker?.DeleteQueue(queue) == true;

    internal bool DeliversTwice() => _duplicates.Chance(Duplication);

    internal bool Refuses() => Refusal > 0 && _refusals.Chance(Refusal);
}
