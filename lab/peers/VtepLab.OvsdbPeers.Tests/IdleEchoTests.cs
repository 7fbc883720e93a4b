using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

/// <summary>What happens besides echoes is the same, to the nanosecond, whether those of idle connections are carried or left out.</summary>
public class IdleEchoTests
{
    private const int Moments = 18;
    private static readonly TimeSpan FaultsFrom = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(550); // Through two intervals of probes, by much less than an exchange takes.
    private static readonly FaultTargets Targets = new() { Hosts = ["leaf1", "controller"] };

    private static IEnumerable<string> Kinds => FaultCatalogue.Standard.Where(kind => kind.Draw(new RandomStream(1, "draw"), Targets) is not null).Select(kind => kind.Name);

    [TestCaseSource(nameof(Kinds))]
    public void A_fault_at_any_moment_of_an_exchange_has_the_same_consequences(string kind)
    {
        var (leftOut, takenUp) = (0L, 0L);
        for (var number = 0; number < Moments; number++)
        {
            var carried = Run(kind, number, IdleEchoes.DrawnApart, out _);
            Assert.That(Run(kind, number, IdleEchoes.LeftOut, out var network), Is.EqualTo(carried), $"fault number {number}");
            (leftOut, takenUp) = (leftOut + network.EchoesLeftOut, takenUp + network.EchoesTakenUp);
        }

        Assert.That(leftOut, Is.GreaterThan(Moments * 5));
        Assert.That(takenUp, Is.GreaterThan(5));
    }

    [Test]
    public void Nothing_is_left_out_of_a_world_where_chance_orders_the_events()
    {
        var stage = new LeafStage(world: new SimulationOptions { IdleEchoes = IdleEchoes.LeftOut, Order = EventOrder.Shuffled });
        stage.Connect();
        stage.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.That(stage.World.Network.EchoesLeftOut, Is.Zero);
    }

    [Test]
    public void A_peer_with_a_transcript_has_every_echo_carried()
    {
        var seen = 0;
        var stage = new LeafStage(world: new SimulationOptions { IdleEchoes = IdleEchoes.LeftOut });
        stage.Connect(with: options => options with { Connection = options.Connection with { Tap = (_, _) => seen++ } });
        stage.World.RunFor(TimeSpan.FromSeconds(10));
        var before = seen;
        stage.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.That(stage.World.Network.EchoesLeftOut, Is.Zero);
        Assert.That(seen - before, Is.GreaterThanOrEqualTo(20));
    }

    /// <summary>A connection of one minute on which hardly anything happens, with an exchange that takes up to two seconds of five.</summary>
    private static List<string> Run(string kind, int number, IdleEchoes echoes, out SimulatedNetwork network)
    {
        var stage = new LeafStage(seed: (ulong)number, world: new SimulationOptions
        {
            IdleEchoes = echoes, Latency = TimeSpan.FromMilliseconds(500), LatencyJitter = TimeSpan.FromMilliseconds(500),
        });
        network = stage.World.Network;
        var told = TraceWithoutEchoes.Of(stage.World);
        var session = stage.Connect();
        var (subjects, amount) = FaultCatalogue.Standard.Single(k => k.Name == kind).Draw(new RandomStream((ulong)number, "draw"), Targets)!.Value;
        var lasts = TimeSpan.FromSeconds(number % 3 == 0 ? 1 : number % 3 == 1 ? 4 : 15);
        Nemesis.Release(stage.World, new FaultPlan([new FaultCommand(FaultsFrom + (number * Step), kind, subjects, lasts, amount)]));
        for (var at = TimeSpan.FromSeconds(1); at < TimeSpan.FromMinutes(1); at += TimeSpan.FromMilliseconds(197))
        {
            stage.World.At(at, () => told.Lines.Add(
                $"{stage.World.Now} {session.State} {session.IsActive}, served {string.Join(' ', stage.Service.Remotes.Select(r => $"{r.State} {r.ConnectionCount} {r.LastError}"))}"));
        }

        stage.World.At(TimeSpan.FromSeconds(13 + number), () =>
        {
            if (stage.Leaf.IsUp)
            {
                stage.Commit(transaction => transaction.Insert("Logical_Switch", ("name", "blue")));
            }
        });
        stage.World.RunFor(TimeSpan.FromMinutes(1));
        return told.Lines;
    }
}
