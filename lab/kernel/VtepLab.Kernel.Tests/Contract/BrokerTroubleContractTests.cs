using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from the message bus while its broker is in trouble, in either world.</summary>
[TestFixture(typeof(VirtualBroker))]
[TestFixture(typeof(LiveBroker), Category = RealPeer.Category)]
public class BrokerTroubleContractTests<TWorld>
    where TWorld : IBrokerWorld, new()
{
    private const string Topic = "l2gateway_agent";
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly TWorld _world = new();

    [Test]
    public void A_broker_out_of_memory_takes_a_cast_when_it_has_room_again_once() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await using var serving = await ServeAsync(server, got);
        await client.Bus.CastAsync(new BusTarget(Topic), "before", []);

        await _world.BlockAsync(true);
        var cast = client.Bus.CastAsync(new BusTarget(Topic), "meanwhile", []).AsTask();
        await client.DelayAsync(TimeSpan.FromSeconds(2));
        var wasTaken = cast.IsCompleted;
        await _world.BlockAsync(false);
        await cast;
        await client.Bus.CastAsync(new BusTarget(Topic), "after", []);
        await UntilAsync(client, () => got.Count >= 3);
        await client.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That(wasTaken, Is.False);
        Assert.That(got, Is.EqualTo(new[] { "before", "meanwhile", "after" }));
        Assert.That(_world.Warnings, Has.Some.Contains("takes no messages for now").And.Some.Contains("memory"));
    });

    [Test]
    public void A_call_that_a_broker_out_of_memory_does_not_take_times_out_and_the_next_is_answered() => _world.Run(async (server, client) =>
    {
        await using var serving = await server.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), (request, _) => new(request.Method));

        await _world.BlockAsync(true);
        try
        {
            await Caught.ByAsync<TimeoutException>(async () => await client.Bus.CallAsync(new BusTarget(Topic), "meanwhile", [], TimeSpan.FromSeconds(2)));
        }
        finally
        {
            await _world.BlockAsync(false);
        }

        Assert.That((string?)await client.Bus.CallAsync(new BusTarget(Topic), "after", [], Soon), Is.EqualTo("after"));
    });

    [Test]
    public void What_was_handled_while_the_broker_is_out_of_memory_is_acknowledged_all_the_same() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        var isHeld = true;
        var serving = await server.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), async (request, cancel) =>
        {
            got.Add(request.Method);
            while (isHeld)
            {
                await server.DelayAsync(TimeSpan.FromMilliseconds(100), cancel);
            }

            return null;
        });
        await client.Bus.CastAsync(new BusTarget(Topic, "agent-1"), "taken", []);
        await UntilAsync(client, () => got.Count == 1);

        await _world.BlockAsync(true);
        try
        {
            var blocked = server.Bus.CastAsync(new BusTarget(Topic), "blocked", []).AsTask(); // Now the server's own connection is one that is blocked.
            await client.DelayAsync(TimeSpan.FromSeconds(1));
            isHeld = false;
            await client.DelayAsync(TimeSpan.FromSeconds(1));
            await serving.DisposeAsync(); // What was not acknowledged would be the next server's.
            await using var next = await client.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), (request, _) =>
            {
                got.Add($"again {request.Method}");
                return new((JsonNode?)null);
            });
            await client.DelayAsync(TimeSpan.FromSeconds(2));
            Assert.That(got, Is.EqualTo(new[] { "taken" }));
            await _world.BlockAsync(false);
            await blocked;
            await UntilAsync(client, () => got.Count == 2);
        }
        finally
        {
            await _world.BlockAsync(false);
        }

        Assert.That(got, Is.EqualTo(new[] { "taken", "again blocked" }));
    });

    [Test]
    public void A_message_that_is_too_large_is_the_senders_failure_and_others_go_on() => _world.Run(
        async (server, client) =>
        {
            var got = new List<string>();
            await using var serving = await server.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), (request, _) =>
            {
                got.Add(request.Method);
                return new(request.Method == "much" ? new string('x', 200_000) : null);
            });
            var large = new JsonObject { ["text"] = new string('x', 200_000) };

            for (var times = 0; times < 2; times++)
            {
                var refused = await Caught.ByAsync<BusMessageTooLargeException>(async () => await client.Bus.CastAsync(new BusTarget(Topic), "large", large));
                Assert.That(refused.Message, Does.Contain("100000"));
            }

            var call = await Caught.ByAsync<BusMessageTooLargeException>(async () => await client.Bus.CallAsync(new BusTarget(Topic), "large", large, Soon));
            var reply = await Caught.ByAsync<BusRemoteException>(async () => await client.Bus.CallAsync(new BusTarget(Topic), "much", [], Soon));
            await client.Bus.CallAsync(new BusTarget(Topic), "after", [], Soon);

            Assert.That(reply.RemoteClass, Is.EqualTo(nameof(BusMessageTooLargeException)));
            Assert.That(got, Is.EqualTo(new[] { "much", "after" }));
        },
        largest: 100_000);

    [Test]
    public void A_cast_that_is_refused_is_sent_again_until_it_is_taken() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await using var serving = await ServeAsync(server, got);

        await _world.RefuseAsync(true, Topic);
        var cast = client.Bus.CastAsync(new BusTarget(Topic), "refused", []).AsTask();
        await client.DelayAsync(TimeSpan.FromSeconds(2));
        var wasTaken = cast.IsCompleted;
        await _world.RefuseAsync(false, Topic);
        await cast;
        await UntilAsync(client, () => got.Count > 0);
        await client.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That(wasTaken, Is.False);
        Assert.That(got, Is.EqualTo(new[] { "refused" }));
    });

    [TestCase(1)]
    [TestCase(3)]
    public void A_server_whose_channel_the_broker_closes_handles_what_it_had_taken_once_and_serves_on(int atATime) => _world.Run(
        async (server, client) =>
        {
            var got = new List<string>();
            var isStuck = true;
            await using var serving = await server.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), async (request, cancel) =>
            {
                got.Add(request.Method);
                while (isStuck)
                {
                    await server.DelayAsync(TimeSpan.FromMilliseconds(100), cancel);
                }

                return null;
            }, atATime);
            await client.Bus.CastAsync(new BusTarget(Topic, "agent-1"), "stuck", []);
            await UntilAsync(client, () => got.Count == 1);

            await _world.CloseStuckChannelAsync();
            isStuck = false; // What the broker then delivers again was carried out after all.
            await client.Bus.CallAsync(new BusTarget(Topic, "agent-1"), "after", [], Soon);
            await client.DelayAsync(TimeSpan.FromSeconds(2));

            Assert.That(got, Is.EqualTo(new[] { "stuck", "after" }));
            Assert.That(_world.Warnings, Has.Some.Contains("connecting anew").And.Some.Contains("PRECONDITION_FAILED"));
        },
        isImpatient: true);

    [Test]
    public void A_server_whose_queue_is_deleted_has_it_again_and_is_told_that_messages_may_be_gone() => _world.Run(async (server, client) =>
    {
        var (got, told) = (new List<string>(), 0);
        server.Bus.Reconnected += () => told++;
        await using var serving = await ServeAsync(server, got);

        await _world.DeleteQueueAsync(Topic);
        await UntilAsync(client, () => told == 1);
        await client.Bus.CallAsync(new BusTarget(Topic), "after", [], Soon);

        Assert.That(got, Is.EqualTo(new[] { "after" }));
        Assert.That(_world.Warnings, Has.Some.Contains("connecting anew").And.Some.Contains("deleted"));
    });

    [Test]
    public void What_is_no_message_is_dropped_with_one_line_and_what_follows_is_served() => _world.Run(async (server, client) =>
    {
        string[] poison =
        [
            "no message at all", "7", "{}", """{"method": 7}""", """{"method": "m", "args": ["no", "names"]}""", """{"method": "m", "args": {}, "version": 1.0}""",
            """{"method": "m", "args": {}, "namespace": {}}""", """{"method": "m", "args": {}, "_unique_id": 7}""",
            """{"method": "m", "args": {}, "_msg_id": 7, "_reply_q": []}""",
        ];
        var got = new List<string>();
        await using var serving = await ServeAsync(server, got);

        foreach (var body in poison)
        {
            await _world.PoisonAsync(Topic, body);
        }

        await client.Bus.CallAsync(new BusTarget(Topic), "after", [], Soon);
        await client.DelayAsync(TimeSpan.FromSeconds(1));

        Assert.That(got, Is.EqualTo(new[] { "after" }));
        Assert.That(_world.Warnings, Has.Count.EqualTo(poison.Length).And.All.StartsWith("dropped a message for ").And.All.Contains(Topic));
    });

    private static ValueTask<IAsyncDisposable> ServeAsync(IHost host, List<string> got) =>
        host.Bus.ServeAsync(new BusTarget(Topic, "agent-1"), (request, _) =>
        {
            got.Add(request.Method);
            return new((JsonNode?)null);
        });

    private static async Task UntilAsync(IHost host, Func<bool> condition)
    {
        for (var i = 0; !condition() && i < 6000; i++)
        {
            await host.DelayAsync(TimeSpan.FromMilliseconds(10));
        }

        Assert.That(condition());
    }
}
