using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Simulation;

// What an experiment does to a running broker; each happens on the broker's host, in an event of its own.
internal sealed partial class BusBroker
{
    private bool IsUp => _host is not HostLife life || life.IsCurrent;

    public bool CloseChannel(double which) => Pick(_channels.Values.ToList(), which) is { } consumer && Do("close a channel", () =>
    {
        if (_channels.ContainsKey(consumer.Number))
        {
            End(consumer);
            consumer.Wire.Send(_lines.Say("closed", consumer.Id, "reason", "PRECONDITION_FAILED"));
        }
    });

    public bool DeleteQueue(double which) => Pick(_queues.Keys.ToList(), which) is { } name && DeleteQueue(name);

    public bool DeleteQueue(string name) => _queues.ContainsKey(name) && Do("delete a queue", () =>
    {
        if (_queues.TryGetValue(name, out var queue))
        {
            Remove(queue);
            foreach (var consumer in queue.Consumers.ToList())
            {
                queue.Remove(consumer);
                consumer.Wire.Send(_lines.Say("cancelled", consumer.Id, "queue", name));
            }
        }
    });

    public bool Poison(double which) => Pick(_queues.Keys.ToList(), which) is { } name && Poison(name, NoMessage((int)(which * 1e6) % 7));

    public bool Poison(string name, JsonNode body) => _queues.ContainsKey(name) && Do("poison a queue", () =>
    {
        if (Find(name) is { } queue)
        {
            queue.Add(new BusMessage(JsonSerializer.SerializeToUtf8Bytes(body), null));
            Deliver(queue);
        }
    });

    private static JsonNode NoMessage(int number) => number switch
    {
        0 => JsonValue.Create("no message"),
        1 => new JsonArray(7),
        2 => new JsonObject(),
        3 => new JsonObject { ["method"] = 7 },
        4 => new JsonObject { ["method"] = "no_such_method", ["args"] = new JsonObject(), ["context"] = new JsonObject(), ["version"] = "1.0" },
        5 => new JsonObject { ["method"] = "report_state", ["args"] = new JsonArray(), ["_reply_q"] = 7, ["_msg_id"] = new JsonObject(), ["version"] = 1.0 },
        _ => new JsonObject { ["_msg_id"] = 7, ["result"] = null, ["failure"] = "no object" },
    };

    private static T? Pick<T>(List<T> all, double which)
        where T : class => all.Count == 0 ? null : all[Math.Clamp((int)(which * all.Count), 0, all.Count - 1)];

    private bool Do(string what, Action action)
    {
        if (IsUp)
        {
            _host.Spawn(what, async _ =>
            {
                await _host.YieldAsync();
                action();
            });
        }

        return IsUp;
    }
}
