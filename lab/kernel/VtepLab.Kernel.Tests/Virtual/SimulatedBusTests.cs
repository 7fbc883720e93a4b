using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>The bus when hosts and the broker die.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class SimulatedBusTests
{
    private readonly SimulatedWorld _world = new(7);
    private readonly SimulatedHost _broker;
    private readonly List<string> _got = [];

    public SimulatedBusTests() => _broker = _world.AddBroker();

    [Test]
    public void A_message_whose_consumer_dies_before_it_has_finished_is_delivered_again()
    {
        var first = Agent("agent-1", TimeSpan.FromSeconds(10));
        var second = Agent("agent-2", TimeSpan.Zero);
        second.Pause(); // So that its turn comes later.
        var sender = _world.AddHost("sender");
        _world.RunFor(TimeSpan.FromSeconds(1));
        _world.Run(async () => await sender.Services.Bus.CastAsync(new BusTarget("topic", "agent-1"), "direct", []));
        _world.RunUntil(() => _got.Count == 1, TimeSpan.FromSeconds(1));

        first.Restart();

        _world.RunUntil(() => _got.Count == 2, TimeSpan.FromSeconds(5));
        Assert.That(_got, Is.EqualTo(new[] { "agent-1 direct", "agent-1 direct" }));
    }

    [Test]
    public void A_broker_restart_loses_its_queues_and_everybody_comes_back()
    {
        Agent("agent-1", TimeSpan.Zero);
        var sender = _world.AddHost("sender");
        _world.RunFor(TimeSpan.FromSeconds(1));

        _broker.Restart(CrashKind.Power);
        _world.RunFor(TimeSpan.FromMinutes(5));
        _world.Run(async () => await sender.Services.Bus.CastAsync(new BusTarget("topic", Fanout: true), "again", []));

        _world.RunUntil(() => _got.Count == 1, TimeSpan.FromSeconds(5));
    }

    [Test]
    public void A_cast_while_the_broker_is_away_waits_until_it_is_back()
    {
        Agent("agent-1", TimeSpan.Zero);
        var sender = _world.AddHost("sender");
        _world.RunFor(TimeSpan.FromSeconds(1));
        using (_world.Network.Isolate(sender))
        {
            sender.Services.Spawn("cast", async cancel => await sender.Services.Bus.CastAsync(new BusTarget("topic"), "m", [], null, cancel));
            _world.RunFor(TimeSpan.FromMinutes(1));
            Assert.That(_got, Is.Empty);
        }

        _world.RunUntil(() => _got.Count == 1, TimeSpan.FromMinutes(3));
    }

    [Test]
    public void A_message_that_is_delivered_twice_is_handled_once()
    {
        Agent("agent-1", TimeSpan.Zero);
        var sender = _world.AddHost("sender");
        _world.RunFor(TimeSpan.FromSeconds(1));
        _world.Bus.Duplication = 1;

        _world.Run(async () => await sender.Services.Bus.CastAsync(new BusTarget("topic"), "m", []));
        _world.RunFor(TimeSpan.FromSeconds(5));

        Assert.That(_got, Is.EqualTo(new[] { "agent-1 m" }));
    }

    [Test]
    public void A_host_without_a_broker_says_that_it_is_attached_to_none()
    {
        var host = new SimulatedWorld(7).AddHost("lonely");

        Assert.That(() => host.Services.Bus, Throws.InvalidOperationException.With.Message.Contains("lonely"));
    }

    private SimulatedHost Agent(string name, TimeSpan work) => _world.AddHost(name).Start(async host =>
    {
        await host.Bus.ServeAsync(new BusTarget("topic", name), async (request, cancel) =>
        {
            _got.Add($"{name} {request.Method}");
            await host.DelayAsync(work, cancel);
            return (JsonNode?)null;
        });
    });
}
