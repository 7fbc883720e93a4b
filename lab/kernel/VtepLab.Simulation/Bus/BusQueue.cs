namespace VtepLab.Simulation;

/// <summary>A message in a queue of the broker.</summary>
internal sealed record BusMessage(ReadOnlyMemory<byte> Body, DateTimeOffset? Expires)
{
    public bool Redelivered { get; set; }
}

/// <summary>One consumer of a queue, with what it has taken and not acknowledged, by delivery tag.</summary>
internal sealed class BusConsumer(BusWire wire, long id, long number)
{
    /// <summary>Its place among all consumers of the broker, in the order they came.</summary>
    public long Number { get; } = number;

    public BusWire Wire { get; } = wire;

    public long Id { get; } = id;

    public SortedDictionary<long, (BusQueue Queue, BusMessage Message)> Unacknowledged { get; } = [];
}

/// <summary>A queue: first in, first out, handed to its consumers in turn; a consumer takes as much as there is.</summary>
internal sealed class BusQueue(string name)
{
    private readonly LinkedList<BusMessage> _ready = new();
    private readonly List<BusConsumer> _consumers = [];
    private int _turn;

    public string Name { get; } = name;

    public int Ready => _ready.Count;

    public IReadOnlyList<BusConsumer> Consumers => _consumers;

    public bool IsConsumed => _consumers.Count > 0;

    /// <summary>When the queue goes unless somebody consumes it; null: never.</summary>
    public DateTimeOffset? Expires { get; set; }

    public void Add(BusMessage message) => _ready.AddLast(message);

    /// <summary>Puts a message back where it was: before all that came later.</summary>
    public void PutBack(BusMessage message)
    {
        message.Redelivered = true;
        _ready.AddFirst(message);
    }

    public void Add(BusConsumer consumer) => _consumers.Add(consumer);

    public void Remove(BusConsumer consumer) => _consumers.Remove(consumer);

    /// <summary>The next message and who is to have it; expired ones are dropped.</summary>
    public bool TryTake(DateTimeOffset now, out BusMessage message, out BusConsumer consumer)
    {
        while (_consumers.Count > 0 && _ready.First is { } first)
        {
            _ready.RemoveFirst();
            if (first.Value.Expires is { } expires && expires <= now)
            {
                continue;
            }

            _turn = (_turn + 1) % _consumers.Count;
            (message, consumer) = (first.Value, _consumers[_turn]);
            return true;
        }

        (message, consumer) = (null!, null!);
        return false;
    }
}
