using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>What an agent may rely on from the message bus, in either world.</summary>
[TestFixture(typeof(VirtualWorld))]
[TestFixture(typeof(LiveRabbitWorld), Category = RealPeer.Category)]
public class BusContractTests<TWorld>
    where TWorld : IContractWorld, new()
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    private readonly TWorld _world = new();

    [Test]
    public void A_call_brings_the_result_of_the_one_server() => _world.Run(async (server, client) =>
    {
        await using var serving = await server.Bus.ServeAsync(
            new BusTarget("l2gateway_plugin", "neutron-server"),
            (request, _) => new($"{request.Method} {request.Arguments["hostname"]}"));

        var result = await client.Bus.CallAsync(new BusTarget("l2gateway_plugin"), "report", new JsonObject { ["hostname"] = "agent-1" }, Soon);

        Assert.That((string?)result, Is.EqualTo("report agent-1"));
    });

    [Test]
    public void The_request_carries_context_version_and_structured_arguments() => _world.Run(async (server, client) =>
    {
        BusRequest? got = null;
        await using var serving = await server.Bus.ServeAsync(new BusTarget("topic", "s1"), (request, _) =>
        {
            got = request;
            return new((JsonNode?)null);
        });
        var arguments = new JsonObject { ["list"] = new JsonArray(1, "two", null), ["map"] = new JsonObject { ["ü"] = true } };

        var result = await client.Bus.CallAsync(
            new BusTarget("topic", Version: "1.4"), "m", arguments, Soon, new JsonObject { ["user"] = "alice", ["is_admin"] = true });

        Assert.Multiple(() =>
        {
            Assert.That(result, Is.Null);
            Assert.That(got?.Version, Is.EqualTo("1.4"));
            Assert.That(got?.Arguments.ToJsonString(), Is.EqualTo(arguments.ToJsonString()));
            Assert.That((string?)got?.Context["user"], Is.EqualTo("alice"));
            Assert.That((bool?)got?.Context["is_admin"], Is.True);
        });
    });

    [Test]
    public void An_exception_of_the_server_reaches_the_caller_with_class_and_message() => _world.Run(async (server, client) =>
    {
        await using var serving = await server.Bus.ServeAsync(
            new BusTarget("topic", "s1"), (_, _) => throw new BusRemoteException("L2GatewayNotFound", "no gateway gw1"));

        var error = await Caught.ByAsync<BusRemoteException>(async () => await client.Bus.CallAsync(new BusTarget("topic"), "m", [], Soon));

        Assert.That((error.RemoteClass, error.Message), Is.EqualTo(("L2GatewayNotFound", "no gateway gw1")));
    });

    [Test]
    public void A_call_that_nobody_answers_times_out() => _world.Run(async (server, client) =>
    {
        await using var serving = await server.Bus.ServeAsync(new BusTarget("topic", "s1"), async (_, cancel) =>
        {
            await server.DelayAsync(TimeSpan.FromSeconds(3), cancel);
            return null;
        });

        var error = await Caught.ByAsync<TimeoutException>(
            async () => await client.Bus.CallAsync(new BusTarget("topic"), "slow", [], TimeSpan.FromSeconds(1)));

        Assert.That(error.Message, Does.Contain("slow").And.Contain("topic"));
    });

    [Test]
    public void A_cast_to_a_server_reaches_that_one_only() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await using var one = await ServeAsync(server, "agent-1", got);
        await using var two = await ServeAsync(client, "agent-2", got);

        await client.Bus.CastAsync(new BusTarget("topic", "agent-2"), "hello", []);
        await UntilAsync(client, () => got.Count > 0);
        await client.DelayAsync(TimeSpan.FromMilliseconds(200));

        Assert.That(got, Is.EqualTo(new[] { "agent-2 hello" }));
    });

    [Test]
    public void A_fanout_reaches_every_server_once() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await using var one = await ServeAsync(server, "agent-1", got);
        await using var two = await ServeAsync(client, "agent-2", got);

        await client.Bus.CastAsync(new BusTarget("topic", Fanout: true), "set_monitor_agent", []);
        await UntilAsync(client, () => got.Count >= 2);
        await client.DelayAsync(TimeSpan.FromMilliseconds(200));

        Assert.That(got, Is.EquivalentTo(new[] { "agent-1 set_monitor_agent", "agent-2 set_monitor_agent" }));
    });

    [Test]
    public void Casts_to_a_topic_are_shared_by_its_servers_in_turn() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await using var one = await ServeAsync(server, "agent-1", got);
        await using var two = await ServeAsync(client, "agent-2", got);

        for (var i = 0; i < 4; i++)
        {
            await client.Bus.CastAsync(new BusTarget("topic"), $"m{i}", []);
        }

        await UntilAsync(client, () => got.Count >= 4);
        Assert.That(got.Count(g => g.StartsWith("agent-1", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(got.Select(g => g[^2..]), Is.EquivalentTo(new[] { "m0", "m1", "m2", "m3" }));
    });

    [Test]
    public void One_sender_s_casts_to_one_server_are_handled_in_order_one_at_a_time() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        var inside = 0;
        await using var serving = await server.Bus.ServeAsync(new BusTarget("topic", "s1"), async (request, cancel) =>
        {
            Assert.That(++inside, Is.EqualTo(1));
            await server.DelayAsync(TimeSpan.FromMilliseconds(5), cancel);
            got.Add(request.Method);
            inside--;
            return null;
        });

        for (var i = 0; i < 20; i++)
        {
            await client.Bus.CastAsync(new BusTarget("topic", "s1"), $"m{i}", []);
        }

        await UntilAsync(client, () => got.Count == 20);
        Assert.That(got, Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"m{i}")));
    });

    [Test]
    public void A_server_that_takes_three_at_a_time_begins_them_in_order_and_ends_them_as_they_come() => _world.Run(async (server, client) =>
    {
        var (begun, ended) = (new List<string>(), new List<string>());
        var hold = new TaskCompletionSource();
        await using var serving = await server.Bus.ServeAsync(new BusTarget("topic", "s1"), async (request, cancel) =>
        {
            begun.Add(request.Method);
            if (request.Method == "m0")
            {
                await hold.Task;
            }
            else
            {
                await server.DelayAsync(TimeSpan.FromMilliseconds(5), cancel);
            }

            ended.Add(request.Method);
            return null;
        }, atATime: 3);

        for (var i = 0; i < 20; i++)
        {
            await client.Bus.CastAsync(new BusTarget("topic", "s1"), $"m{i}", []);
        }

        await UntilAsync(client, () => ended.Count == 19); // The first holds up nobody.
        hold.SetResult();
        await UntilAsync(client, () => ended.Count == 20);
        Assert.That(begun, Is.EqualTo(Enumerable.Range(0, 20).Select(i => $"m{i}")));
        Assert.That(ended[^1], Is.EqualTo("m0"));
    });

    [Test]
    public void Of_many_messages_a_server_has_no_more_under_way_than_it_takes_at_a_time() => _world.Run(async (server, client) =>
    {
        var (inside, most, done) = (0, 0, 0);
        await using var serving = await server.Bus.ServeAsync(new BusTarget("topic", "s1"), async (request, cancel) =>
        {
            most = Math.Max(most, ++inside);
            await server.DelayAsync(TimeSpan.FromMilliseconds(20), cancel);
            inside--;
            done++;
            return null;
        }, atATime: 3);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => client.Bus.CastAsync(new BusTarget("topic", "s1"), $"m{i}", []).AsTask()));

        await UntilAsync(client, () => done == 20);
        Assert.That(most, Is.EqualTo(3));
    });

    [Test]
    public void What_a_server_had_taken_and_not_finished_goes_to_another_when_it_stops() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        var stuck = await server.Bus.ServeAsync(new BusTarget("topic", "agent-1"), async (request, cancel) =>
        {
            got.Add($"agent-1 {request.Method}");
            await server.DelayAsync(TimeSpan.FromMinutes(5), cancel);
            return null;
        });
        await client.Bus.CastAsync(new BusTarget("topic"), "m1", []);
        await UntilAsync(client, () => got.Count == 1);

        await using var other = await ServeAsync(client, "agent-2", got);
        await stuck.DisposeAsync();

        await UntilAsync(client, () => got.Count == 2);
        Assert.That(got, Is.EqualTo(new[] { "agent-1 m1", "agent-2 m1" }));
    });

    [Test]
    public void Casts_wait_in_the_queue_while_no_server_is_there() => _world.Run(async (server, client) =>
    {
        var got = new List<string>();
        await (await ServeAsync(server, "agent-1", got)).DisposeAsync(); // The queues exist from now on.

        await client.Bus.CastAsync(new BusTarget("topic", "agent-1"), "m1", []);
        await using var back = await ServeAsync(server, "agent-1", got);

        await UntilAsync(client, () => got.Count == 1);
        Assert.That(got, Is.EqualTo(new[] { "agent-1 m1" }));
    });

    [Test]
    public void A_call_that_nobody_serves_yet_is_answered_by_who_comes_in_time() => _world.Run(async (server, client) =>
    {
        var call = client.Bus.CallAsync(new BusTarget("topic", "agent-1"), "m", [], Soon).AsTask();
        await client.DelayAsync(TimeSpan.FromSeconds(1));
        var got = new List<string>();
        await using var serving = await ServeAsync(server, "agent-1", got);

        await call;
        Assert.That(got, Is.EqualTo(new[] { "agent-1 m" }));
    });

    [Test]
    public void A_cast_to_a_topic_nobody_has_ever_served_is_dropped() => _world.Run(async (_, client) =>
        await client.Bus.CastAsync(new BusTarget("nobody"), "m", []));

    [Test]
    public void A_server_can_call_back_its_caller_while_it_serves_the_call() => _world.Run(async (server, client) =>
    {
        await using var back = await client.Bus.ServeAsync(new BusTarget("agent", "a1"), (_, _) => new("inner"));
        await using var serving = await server.Bus.ServeAsync(
            new BusTarget("plugin", "p1"), async (_, cancel) => await server.Bus.CallAsync(new BusTarget("agent", "a1"), "m", [], Soon, null, cancel));

        Assert.That((string?)await client.Bus.CallAsync(new BusTarget("plugin"), "outer", [], Soon), Is.EqualTo("inner"));
    });

    private static ValueTask<IAsyncDisposable> ServeAsync(IHost host, string name, List<string> got) =>
        host.Bus.ServeAsync(new BusTarget("topic", name), (request, _) =>
        {
            got.Add($"{name} {request.Method}");
            return new((JsonNode?)null);
        });

    private static async Task UntilAsync(IHost host, Func<bool> condition)
    {
        for (var i = 0; !condition() && i < 1000; i++)
        {
            await host.DelayAsync(TimeSpan.FromMilliseconds(10));
        }

        Assert.That(condition());
    }
}
