using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>Every kind of the catalogue can be drawn, hits something, and is over when its time is over.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public class FaultCatalogueTests
{
    private static readonly string[] Names = ["host-1", "host-2", "host-3", "host-4"];
    private readonly SimulatedWorld _world = new(7);

    private readonly SortedSet<string> _misled = new(StringComparer.Ordinal);
    private readonly string[] _systems = ["agent-upgrade", "mac-twice", "plugin-upgrade", "reply-lost", "transact-refused", "vlan-reuse", "vni-reuse"];

    private static IEnumerable<string> Kinds => FaultCatalogue.Standard.Select(k => k.Name);

    [TestCaseSource(nameof(Kinds))]
    public void A_kind_that_is_drawn_hits_something_and_leaves_the_world_as_it_was(string kind)
    {
        Build();
        _world.RunFor(TimeSpan.FromSeconds(20));
        var before = State();
        IReadOnlyList<FaultKind> kinds = [.. FaultCatalogue.Standard.Where(k => k.Name == kind)];
        var plan = Nemesis.Draw(7, new NemesisOptions
        {
            Targets = new FaultTargets
            {
                Hosts = Names, Links = [.. _world.Links.Keys], Bus = BusHarm.Loss, Disks = Names, Systems = _systems.ToDictionary(k => k, _ => (IReadOnlyList<string>)Names),
            },
            Kinds = kinds,
            Until = TimeSpan.FromMinutes(10),
        });

        Nemesis.Release(_world, plan, kinds);
        _world.RunFor(TimeSpan.FromMinutes(15));

        Assert.That(plan.Commands, Is.Not.Empty.And.All.Property(nameof(FaultCommand.Kind)).EqualTo(kind));
        Assert.That(_world.Marks[$"fault/{kind}"], Is.EqualTo(plan.Commands.Count));
        Assert.That(_world.Marks[$"fault/{kind}/hit"], Is.GreaterThan(plan.Commands.Count / 2));
        Assert.That(State(), Is.EqualTo(before));
    }

    [TestCase("pause", 0, 0)]
    [TestCase("clock-drift", 1000, 2000)]
    [TestCase("disk-full", 0, 0)]
    [TestCase("clock-step", 60, 60)]
    [TestCase("broker-blocked", 0, 0)]
    [TestCase("broker-refuses", 0.3, 0.6)]
    [TestCase("broker-duplicates", 0.3, 0.6)]
    public void Of_two_faults_of_a_kind_that_overlap_the_world_is_mended_by_the_later_end(string kind, double first, double second)
    {
        Build();
        var before = State();

        // The second begins within the first, and ends after it; then the other way round, the second within the first.
        Release(10, 20, first);
        Release(20, 30, second);
        Release(100, 60, first);
        Release(120, 10, second);

        _world.RunFor(TimeSpan.FromSeconds(25));
        var both = State();
        _world.RunFor(TimeSpan.FromSeconds(10)); // The first is over.
        Assert.That(State(), kind == "clock-step" ? Is.Not.EqualTo(before) : Is.EqualTo(both).And.Not.EqualTo(before));
        _world.RunFor(TimeSpan.FromSeconds(20)); // Both are.
        Assert.That(State(), Is.EqualTo(before));
        _world.RunFor(TimeSpan.FromSeconds(55)); // The other first one stands alone,
        var alone = State();
        _world.RunFor(TimeSpan.FromSeconds(30)); // and again after the other second one.
        Assert.That(State(), Is.EqualTo(alone).And.Not.EqualTo(before));
        _world.RunFor(TimeSpan.FromSeconds(30));
        Assert.That(State(), Is.EqualTo(before));

        void Release(int at, int lasts, double amount) => Nemesis.Release(_world, new FaultPlan([new FaultCommand(
            TimeSpan.FromSeconds(at), kind, kind.StartsWith("broker", StringComparison.Ordinal) ? [] : [Names[0]], TimeSpan.FromSeconds(lasts), amount)]));
    }

    [Test]
    public void A_pause_that_a_crash_has_ended_does_not_prolong_the_next()
    {
        Build();
        var host = _world.Hosts[Names[0]];
        Nemesis.Release(_world, new FaultPlan([
            new FaultCommand(TimeSpan.FromSeconds(10), "pause", [host.Name], TimeSpan.FromMinutes(5)),
            new FaultCommand(TimeSpan.FromSeconds(20), "crash", [host.Name], TimeSpan.FromSeconds(10)),
            new FaultCommand(TimeSpan.FromSeconds(40), "pause", [host.Name], TimeSpan.FromSeconds(10)),
        ]));

        _world.RunFor(TimeSpan.FromSeconds(45));
        Assert.That(host.IsPaused, Is.True);
        _world.RunFor(TimeSpan.FromSeconds(10));
        Assert.That(host.IsPaused, Is.False);
        _world.RunFor(TimeSpan.FromMinutes(5)); // The end of the first, which was over long before.
        Assert.That(host.IsPaused, Is.False);
    }

    [Test]
    public void Of_a_bus_that_must_lose_nothing_no_queue_is_lost_and_one_that_is_left_alone_is_not_touched()
    {
        string[] Drawn(BusHarm harm) => [.. Nemesis.Draw(7, new NemesisOptions
        {
            Targets = new FaultTargets { Hosts = Names, Bus = harm }, Swarm = false, Until = TimeSpan.FromHours(10),
        }).Commands.Select(c => c.Kind).Where(k => k.StartsWith("broker-", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

        string[] gentle = ["broker-blocked", "broker-closes-channel", "broker-duplicates", "broker-poison", "broker-refuses"];
        Assert.That(Drawn(BusHarm.None), Is.Empty);
        Assert.That(Drawn(BusHarm.Delay), Is.EqualTo(gentle));
        Assert.That(Drawn(BusHarm.Loss), Is.EqualTo(gentle.Append("broker-loses-queue").Order(StringComparer.Ordinal)));
    }

    [Test]
    public void A_kind_of_another_stream_does_not_change_what_is_drawn_of_the_others()
    {
        var with = new NemesisOptions { Targets = new FaultTargets { Hosts = Names, Disks = Names }, Until = TimeSpan.FromHours(1) };

        var all = Nemesis.Draw(7, with).Commands;
        var old = Nemesis.Draw(7, with with { Targets = new FaultTargets { Hosts = Names } }).Commands;

        Assert.That(all.Where(c => c.Kind is not ("disk-lies" or "disk-lost" or "disk-old")).Select(c => c.ToString()), Is.EqualTo(old.Select(c => c.ToString())));
        Assert.That(all.Count, Is.InRange(old.Count * 1.02, old.Count * 1.5), "as often as their weights say, and not twice as many");
        Assert.That(all.Zip(all.Skip(1)).Select(p => p.Second.At - p.First.At), Is.All.GreaterThanOrEqualTo(with.QuietLeast));
    }

    [Test]
    public void An_old_disk_has_what_was_there_when_the_copy_was_taken_and_a_lost_one_nothing()
    {
        Build();
        _world.RunFor(TimeSpan.FromSeconds(20));
        Nemesis.Release(_world, new FaultPlan(
        [
            new FaultCommand(TimeSpan.FromSeconds(20), "disk-old", ["host-1"], TimeSpan.FromSeconds(30)),
            new FaultCommand(TimeSpan.FromSeconds(20), "disk-lost", ["host-2"], TimeSpan.FromSeconds(5)),
        ]));

        _world.RunFor(TimeSpan.FromSeconds(29.9));
        var (before, lost) = (Stored("host-1"), Stored("host-2"));
        _world.RunFor(TimeSpan.FromSeconds(1));

        // A byte every seven seconds.
        Assert.That((before, Stored("host-1"), lost, _world.Hosts["host-1"].Lives), Is.EqualTo((7, 2, 3, 1u)));
    }

    [Test]
    public void A_kind_that_no_system_does_hits_nothing()
    {
        Nemesis.Release(_world, new FaultPlan([new FaultCommand(TimeSpan.Zero, "vlan-reuse", ["leaf1"], TimeSpan.FromSeconds(1))]));

        _world.RunFor(TimeSpan.FromSeconds(2));

        Assert.That(_world.Marks, Is.EquivalentTo(new Dictionary<string, long> { ["fault/vlan-reuse"] = 1 }));
    }

    /// <summary>Four hosts of which each talks to the next over a stream, all to one over the bus, and two over a cable.</summary>
    private void Build()
    {
        _world.AddBroker();
        foreach (var kind in _systems)
        {
            _world.SystemFaults[kind] = command =>
            {
                _misled.Add(kind);
                return (new FaultScope(() => _misled.Remove(kind)), true);
            };
        }

        foreach (var (name, i) in Names.Select((n, i) => (n, i)))
        {
            _world.AddHost(name);
            _world.Hosts[name].Start(host => ProgramAsync(host, Names[(i + 1) % Names.Length]));
        }

        _world.Link(_world.Hosts["host-1"].AddPort("eth1"), _world.Hosts["host-2"].AddPort("eth1"));
    }

    private static async Task ProgramAsync(IHost host, string neighbour)
    {
        await host.Bus.ServeAsync(new BusTarget("topic", host.Name), (_, _) => new((JsonNode?)null));
        var listener = await host.Network.ListenAsync(Endpoint.Parse("ptcp:6640"));
        host.Spawn("take", async cancel =>
        {
            while (true)
            {
                _ = await listener.AcceptAsync(cancel);
            }
        });
        host.Spawn("tell", async cancel =>
        {
            while (true)
            {
                await host.DelayAsync(TimeSpan.FromSeconds(7), cancel);
                try
                {
                    await host.Store.AppendAsync("file", new byte[] { 7 }, cancel);
                    await host.Store.FlushAsync("file", cancel);
                }
                catch (IOException)
                {
                    // The disk is full.
                }

                await host.Bus.CastAsync(new BusTarget("topic"), "m", [], null, cancel);
            }
        });
        while (true)
        {
            try
            {
                await using var connection = await host.Network.ConnectAsync(Endpoint.Parse($"tcp:{neighbour}:6640"));
                while (true)
                {
                    await connection.Output.WriteAsync(new byte[100]);
                    await host.DelayAsync(TimeSpan.FromSeconds(1));
                }
            }
            catch (NetworkException)
            {
                await host.DelayAsync(TimeSpan.FromSeconds(1));
            }
        }
    }

    private int Stored(string host) => _world.Run(async () => (await _world.Hosts[host].Services.Store.ReadAsync("file"))?.Length ?? 0);

    private string State() => string.Join(
        '\n',
        _world.Hosts.Values.Select(h => $"{h.Name} up {h.IsUp} paused {h.IsPaused} clock {h.ClockOffset} {h.ClockDrift} disk full {h.DiskIsFull}")
            .Concat(_world.Links.Values.Select(l => $"{l.Name} up {l.IsUp} {l.Options}"))
            .Append($"systems misled {string.Join(' ', _misled)}")
            .Append($"bus blocked {_world.Bus.IsBlocked} duplicates {_world.Bus.Duplication} refuses {_world.Bus.Refusal}"));
}
