using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A message broker with the semantics that oslo.messaging gets from RabbitMQ, as the program of a host.</summary>
/// <remarks>
/// Topic exchange with exact keys, a fanout exchange a topic, transient queues: a restart loses them all. What a consumer has taken and not
/// acknowledged when its stream ends goes back to the head of the queue. Publishers get a confirm. A client that says nothing for
/// <see cref="Silence"/> is dropped.
/// </remarks>
internal sealed partial class BusBroker
{
    /// <summary>The broker's TCP port.</summary>
    public const int Port = 5672;

    /// <summary>How long either side listens to nothing before it gives the stream up (twice the heartbeat).</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan FanoutExpires = TimeSpan.FromMinutes(30);

    private readonly IHost _host;
    private readonly BusFaults _faults;
    private readonly ILogger _log;
    private readonly BusLines _lines = new();
    private readonly SortedDictionary<string, BusQueue> _queues = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _fanouts = new(StringComparer.Ordinal);
    private readonly SortedDictionary<long, BusConsumer> _channels = [];
    private long _tags;
    private long _numbers;

    private BusBroker(IHost host, BusFaults faults) =>
        (_host, _faults, _log) = (host, faults, host.Logs.CreateLogger<BusBroker>());

    /// <summary>True while somebody is attached.</summary>
    public bool IsUsed => _channels.Count > 0;

    /// <summary>Runs a broker until the host stops.</summary>
    /// <param name="host">The broker's host.</param>
    /// <param name="faults">What goes wrong with it.</param>
    /// <param name="listen">Where it listens; null for its port on every address.</param>
    /// <param name="listening">Told where it really listens, as soon as it does.</param>
    public static async Task RunAsync(IHost host, BusFaults faults, Endpoint? listen = null, Action<Endpoint>? listening = null)
    {
        var broker = new BusBroker(host, faults);
        faults.Broker = broker;
        await using var listener = await host.Network.ListenAsync(listen ?? new Endpoint(EndpointScheme.PassiveTcp, "", Port));
        listening?.Invoke(listener.Local);
        while (true)
        {
            var connection = await listener.AcceptAsync(host.Stopping);
            host.Spawn($"client {connection.Remote}", cancel => broker.ServeAsync(connection, cancel));
        }
    }

    private async Task ServeAsync(IConnection connection, CancellationToken cancel)
    {
        var wire = new BusWire(connection);
        var consumers = new SortedDictionary<long, BusConsumer>();
        var held = new Queue<BusFrame>();
        try
        {
            using var watchdog = new Watchdog(_host, Silence, connection.Abort);
            while (await wire.ReceiveAsync(cancel) is { } message)
            {
                watchdog.Feed();
                if (message.Op == "publish")
                {
                    if (wire.LastLength > _faults.MaxMessageSize)
                    {
                        Refuse(message, wire);
                        continue;
                    }

                    if (_faults.IsBlocked || held.Count > 0)
                    {
                        Hold(message, held, wire, consumers);
                        continue;
                    }
                }

                Handle(message, wire, consumers);
            }
        }
        catch (NetworkException e)
        {
            _log.LogInformation("lost {Client}: {Reason}", connection.Remote, e.Message);
        }
        finally
        {
            held.Clear(); // What a client that is gone had not been confirmed it sends again.
            foreach (var consumer in consumers.Values)
            {
                End(consumer);
            }

            await connection.DisposeAsync();
        }
    }

    /// <summary>Keeps what is published, in its order, until there is room again.</summary>
    private void Hold(BusFrame message, Queue<BusFrame> held, BusWire wire, SortedDictionary<long, BusConsumer> consumers)
    {
        held.Enqueue(message);
        if (held.Count == 1)
        {
            wire.Send(_lines.Say("blocked", null, "reason", "low on memory"));
            _host.Spawn("blocked publisher", async _ =>
            {
                await _faults.Unblocked;
                wire.Send(_lines.Say("unblocked"));
                while (held.TryPeek(out var next))
                {
                    Handle(next, wire, consumers);
                    held.Dequeue();
                }
            });
        }
    }

    private void Refuse(BusFrame message, BusWire wire) => wire.Send(_lines.TooLarge(
        message.Id, _faults.MaxMessageSize, $"PRECONDITION_FAILED - message size {wire.LastLength} is larger than configured max size {_faults.MaxMessageSize}"));

    private void Handle(BusFrame message, BusWire wire, SortedDictionary<long, BusConsumer> consumers)
    {
        var id = message.Id ?? 0;
        switch (message.Op)
        {
            case "ping":
                wire.Send(_lines.Say("pong"));
                break;
            case "publish":
                wire.Send(_lines.Say(_faults.Refuses() ? "nack" : Publish(message) ? "confirm" : "return", id));
                break;
            case "consume":
                var consumer = new BusConsumer(wire, id, _numbers++);
                consumers.Add(id, consumer);
                _channels.Add(consumer.Number, consumer);
                Consume(consumer, message);
                wire.Send(_lines.Say("confirm", id));
                break;
            case "cancel":
                if (consumers.Remove(id, out var gone))
                {
                    End(gone);
                }

                break;
            case "ack":
                if (consumers.TryGetValue(id, out var taker))
                {
                    taker.Unacknowledged.Remove(message.Tag);
                }

                break;
        }
    }

    /// <summary>Puts a message where it belongs; false when no queue is there for it and its publisher wants to know.</summary>
    private bool Publish(BusFrame message)
    {
        DateTimeOffset? expires = message.Expires is { } milliseconds ? _host.Time.GetUtcNow().AddMilliseconds(milliseconds) : null;
        var isRouted = message.IsFanout; // A fanout that nobody listens to is nobody's loss.
        IEnumerable<string> names = isRouted ? _fanouts.GetValueOrDefault(message.Key) ?? [] : [message.Key];
        foreach (var name in names.ToList())
        {
            // A message that no queue is bound for is dropped, as a topic exchange does.
            if (Find(name) is { } queue)
            {
                isRouted = true;
                queue.Add(new BusMessage(message.Message, expires));
                Deliver(queue);
            }
        }

        return isRouted;
    }

    private void Consume(BusConsumer consumer, BusFrame message)
    {
        foreach (var name in message.Queues)
        {
            Join(name, consumer);
        }

        if (message is { Fanout: { } fanout, FanoutQueue: { } own })
        {
            if (!_fanouts.TryGetValue(fanout, out var bound))
            {
                _fanouts.Add(fanout, bound = new SortedSet<string>(StringComparer.Ordinal));
            }

            bound.Add(own);
            Join(own, consumer).Expires = DateTimeOffset.MaxValue;
        }
    }

    private BusQueue Join(string name, BusConsumer consumer)
    {
        if (Find(name) is not { } queue)
        {
            _queues[name] = queue = new BusQueue(name);
        }

        queue.Add(consumer);
        Deliver(queue);
        return queue;
    }

    private void Deliver(BusQueue queue)
    {
        while (queue.TryTake(_host.Time.GetUtcNow(), out var message, out var consumer))
        {
            for (var copies = _faults.DeliversTwice() ? 2 : 1; copies > 0; copies--)
            {
                var tag = _tags++;
                consumer.Unacknowledged.Add(tag, (queue, message));
                consumer.Wire.Send(_lines.Deliver(consumer.Id, tag, message.Redelivered, message.Body));
            }
        }
    }

    /// <summary>A consumer is gone: what it had taken goes back, in the old order, to who is left.</summary>
    private void End(BusConsumer consumer)
    {
        _channels.Remove(consumer.Number);
        var touched = new List<BusQueue>();
        foreach (var queue in _queues.Values)
        {
            queue.Remove(consumer);
            if (queue is { IsConsumed: false, Expires: not null })
            {
                queue.Expires = _host.Time.GetUtcNow() + FanoutExpires;
            }
        }

        foreach (var (queue, message) in consumer.Unacknowledged.Values.Reverse())
        {
            queue.PutBack(message);
            touched.Add(queue);
        }

        consumer.Unacknowledged.Clear();
        touched.Reverse();
        foreach (var queue in touched.Distinct())
        {
            Deliver(queue);
        }
    }

    private BusQueue? Find(string name)
    {
        if (!_queues.TryGetValue(name, out var queue))
        {
            return null;
        }

        if (!queue.IsConsumed && queue.Expires <= _host.Time.GetUtcNow())
        {
            Remove(queue);
            return null;
        }

        return queue;
    }

    private void Remove(BusQueue queue)
    {
        _queues.Remove(queue.Name);
        foreach (var bound in _fanouts.Values)
        {
            bound.Remove(queue.Name);
        }
    }
}
