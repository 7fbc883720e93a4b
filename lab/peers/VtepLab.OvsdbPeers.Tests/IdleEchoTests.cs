using VtepLab.Ovsdb;
using VtepLab.Runtime;
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
    public void A_peer_with_a_transcript_has_every_echo_carried([Values] bool isServer)
    {
        var seen = 0;
        var stage = new LeafStage(
            new OvsdbServerServiceOptions { Remotes = [Endpoint.Parse("ptcp:6640")], Tap = isServer ? (_, _, _) => seen++ : null },
            new SimulationOptions { IdleEchoes = IdleEchoes.LeftOut });
        stage.Connect(with: options => options with { Connection = options.Connection with { Tap = isServer ? null : (_, _) => seen++ } });
        stage.World.RunFor(TimeSpan.FromSeconds(10));
        var before = seen;
        stage.World.RunFor(TimeSpan.FromMinutes(1));

        Assert.That(stage.World.Network.EchoesLeftOut, Is.Zero);
        Assert.That(seen - before, Is.GreaterThanOrEqualTo(20));
    }

    /// <summary>Errors name the byte of the stream, and echoes that were left out are part of it.</summary>
    [Test]
    public void Where_a_stream_goes_wrong_is_counted_with_the_echoes_that_were_left_out([Values] bool isAtServer)
    {
        var carried = Complaint(IdleEchoes.DrawnApart, isAtServer, out _);

        Assert.That(carried, Does.Match("Byte [0-9]+ of the JSON stream"));
        Assert.That(Complaint(IdleEchoes.LeftOut, isAtServer, out var leftOut), Is.EqualTo(carried));
        Assert.That(leftOut, Is.GreaterThan(20));
    }

    /// <summary>What the server says of a client that sends no JSON after two quiet minutes, or the client of a server that sends more than it takes.</summary>
    private static string? Complaint(IdleEchoes echoes, bool isAtServer, out long leftOut)
    {
        const int Most = 100_000;
        var stage = new LeafStage(world: new SimulationOptions { IdleEchoes = echoes });
        var session = stage.Connect(with: options => options with { Connection = options.Connection with { Limits = new JsonStreamLimits { MaxTextBytes = Most } } });
        stage.World.RunFor(TimeSpan.FromMinutes(2));
        leftOut = stage.World.Network.EchoesLeftOut;
        if (isAtServer)
        {
            stage.Controller.Services.Spawn("nonsense", _ =>
            {
                session.Client!.Connection.Notify("cancel", json => json.Raw("[}"u8));
                return Task.CompletedTask;
            });
        }
        else
        {
            stage.Commit(transaction => transaction.Insert("Logical_Switch", ("name", "blue"), ("description", new string('x', Most))));
        }

        string? complaint = null;
        stage.World.RunUntil(() => (complaint = isAtServer ? stage.Service.Remotes[0].LastError : session.LastError) is not null, TimeSpan.FromSeconds(5));
        return complaint;
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
