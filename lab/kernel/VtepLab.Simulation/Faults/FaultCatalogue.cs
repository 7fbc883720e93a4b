namespace VtepLab.Simulation;

/// <summary>The kinds of faults the simulation knows of itself. A scenario adds those of its own switches and services.</summary>
public static class FaultCatalogue
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<FaultKind> Standard { get; } =
    [
        new("bandwidth-squeeze", (r, t) => Two(r, t.Reachable, Math.Floor(100 + (r.NextDouble() * 9900))), Squeeze, Minute),
        new("broker-duplicates", (r, t) => ([], r.NextDouble()), Duplicate, Minute),
        new("clock-drift", (r, t) => One(r, t.Hosts, (r.NextDouble() - 0.5) * 400_000), Drift, 5 * Minute),
        new("clock-step", (r, t) => One(r, t.Hosts, (r.NextDouble() - 0.5) * 7200), Step, 5 * Minute),
        new("crash", (r, t) => One(r, t.Hosts), (w, c) => Down(w, c, CrashKind.Process), 2 * Minute, 3),
        new("delay", (r, t) => Two(r, t.Reachable, 0.05 + (r.NextDouble() * 5)), Delay, Minute),
        new("disk-full", (r, t) => One(r, t.Hosts), FillDisk, Minute),
        new("isolate", (r, t) => One(r, t.Reachable), (w, c) => (w.Network.Isolate(w.Hosts[c.Subjects[0]]), true), 2 * Minute, 2),
        new("link-down", (r, t) => One(r, t.Links), CutLink, Minute),
        new("link-flap", (r, t) => One(r, t.Links, 0.1 + (r.NextDouble() * 5)), Flap, Minute),
        new("link-noise", (r, t) => One(r, t.Links, r.NextDouble() * 0.3), Noise, Minute),
        new("lose", (r, t) => Two(r, t.Reachable, 0.1 + (r.NextDouble() * 0.6)), Lose, Minute),
        new("partition", Halves, Partition, 2 * Minute, 2),
        new("partition-one-way", (r, t) => Two(r, t.Reachable), OneWay, Minute),
        new("partition-ring", Ring, PartitionRing, Minute),
        new("pause", (r, t) => One(r, t.Hosts), Pause, 2 * Minute, 2),
        new("power-loss", (r, t) => One(r, t.Hosts), (w, c) => Down(w, c, CrashKind.Power), 2 * Minute, 2),
        new("reset-midway", (r, t) => Two(r, t.Reachable, r.Next(0, 3000)), ResetMidway, Minute, 2),
        new("reset-streams", (r, t) => Two(r, t.Reachable), Reset, TimeSpan.Zero, 3),
        new("slow-consumer", (r, t) => One(r, t.Reachable), (w, c) => (w.Network.StopReading(w.Hosts[c.Subjects[0]]), true), Minute),
        new("swizzle", Subset, Swizzle, 2 * Minute),
    ];

    private static (IReadOnlyList<string>, double)? One(RandomStream random, IReadOnlyList<string> names, double amount = 0) =>
        names.Count == 0 ? null : ([random.Pick(names)], amount);

    private static (IReadOnlyList<string>, double)? Two(RandomStream random, IReadOnlyList<string> names, double amount = 0)
    {
        if (names.Count < 2)
        {
            return null;
        }

        var first = (int)random.Next(0, names.Count);
        var second = (first + (int)random.Next(1, names.Count)) % names.Count;
        return ([names[first], names[second]], amount);
    }

    /// <summary>Two groups, parted by a bar.</summary>
    private static (IReadOnlyList<string>, double)? Halves(RandomStream random, FaultTargets targets)
    {
        var names = Shuffled(random, targets.Reachable);
        if (names.Count < 2)
        {
            return null;
        }

        var cut = (int)random.Next(1, names.Count);
        return ([.. names[..cut], "|", .. names[cut..]], 0);
    }

    /// <summary>A ring of four hosts at least: of three everyone reaches everyone.</summary>
    private static (IReadOnlyList<string>, double)? Ring(RandomStream random, FaultTargets targets)
    {
        var names = Shuffled(random, targets.Reachable);
        return names.Count < 4 ? null : (names, 0);
    }

    private static (IReadOnlyList<string>, double)? Subset(RandomStream random, FaultTargets targets)
    {
        var names = Shuffled(random, targets.Reachable);
        return names.Count < 2 ? null : (names[..(int)random.Next(1, names.Count)], 0);
    }

    private static List<string> Shuffled(RandomStream random, IReadOnlyList<string> names)
    {
        var all = names.ToList();
        for (var i = all.Count - 1; i > 0; i--)
        {
            var j = (int)random.Next(0, i + 1L);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all;
    }

    private static (IDisposable?, bool) Down(SimulatedWorld world, FaultCommand command, CrashKind kind)
    {
        var host = world.Hosts[command.Subjects[0]];
        var wasUp = host.IsUp;
        host.Crash(kind);
        return (new FaultScope(() =>
        {
            if (!host.IsUp)
            {
                host.Restart();
            }
        }), wasUp);
    }

    private static (IDisposable?, bool) Pause(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        host.Pause();
        return (new FaultScope(host.Resume), host.IsUp);
    }

    private static (IDisposable?, bool) Step(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        var by = TimeSpan.FromSeconds(command.Amount);
        host.ClockOffset += by;
        return (new FaultScope(() => host.ClockOffset -= by), host.IsUp);
    }

    private static (IDisposable?, bool) Drift(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        host.ClockDrift = (long)command.Amount;
        return (new FaultScope(() => host.ClockDrift = 0), host.IsUp);
    }

    private static (IDisposable?, bool) FillDisk(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        host.DiskIsFull = true;
        return (new FaultScope(() => host.DiskIsFull = false), host.IsUp);
    }

    private static (IDisposable?, bool) Duplicate(SimulatedWorld world, FaultCommand command)
    {
        world.BusDuplication = command.Amount;
        return (new FaultScope(() => world.BusDuplication = 0), true);
    }

    private static (IDisposable?, bool) Delay(SimulatedWorld world, FaultCommand command) =>
        (world.Network.Delay(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]], TimeSpan.FromSeconds(command.Amount)), true);

    private static (IDisposable?, bool) Squeeze(SimulatedWorld world, FaultCommand command) =>
        (world.Network.Squeeze(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]], (long)command.Amount), true);

    private static (IDisposable?, bool) Lose(SimulatedWorld world, FaultCommand command) =>
        (world.Network.Lose(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]], command.Amount), true);

    private static (IDisposable?, bool) OneWay(SimulatedWorld world, FaultCommand command) =>
        (world.Network.PartitionOneWay(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]]), true);

    private static (IDisposable?, bool) Reset(SimulatedWorld world, FaultCommand command) =>
        (null, world.Network.ResetStreams(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]]) > 0);

    private static (IDisposable?, bool) Partition(SimulatedWorld world, FaultCommand command)
    {
        var bar = command.Subjects.ToList().IndexOf("|");
        return (world.Network.Partition(
            [.. command.Subjects.Take(bar).Select(n => world.Hosts[n])], [.. command.Subjects.Skip(bar + 1).Select(n => world.Hosts[n])]), true);
    }

    private static (IDisposable?, bool) PartitionRing(SimulatedWorld world, FaultCommand command) =>
        (world.Network.PartitionRing([.. command.Subjects.Select(n => world.Hosts[n])]), true);

    private static (IDisposable?, bool) ResetMidway(SimulatedWorld world, FaultCommand command) =>
        (world.Network.ResetMidway(world.Hosts[command.Subjects[0]], world.Hosts[command.Subjects[1]], (int)command.Amount), true);

    /// <summary>Cuts a subset off one by one over the first half of its time, and heals it in the other direction over the second.</summary>
    private static (IDisposable?, bool) Swizzle(SimulatedWorld world, FaultCommand command)
    {
        var cuts = new List<IDisposable>();
        var step = command.Duration / (2 * command.Subjects.Count);
        for (var i = 0; i < command.Subjects.Count; i++)
        {
            var host = world.Hosts[command.Subjects[i]];
            IDisposable? cut = null;
            cuts.Add(world.At(i * step, () => cut = world.Network.Isolate(host)));
            cuts.Add(world.At(command.Duration - ((i + 1) * step), () => cut?.Dispose()));
            cuts.Add(new FaultScope(() => cut?.Dispose()));
        }

        return (new FaultScope(() => cuts.ForEach(c => c.Dispose())), true);
    }

    private static (IDisposable?, bool) CutLink(SimulatedWorld world, FaultCommand command)
    {
        var link = world.Links[command.Subjects[0]];
        link.SetUp(false);
        return (new FaultScope(() => link.SetUp(true)), true);
    }

    /// <summary>Cuts and mends a link again and again, both for the same time.</summary>
    private static (IDisposable?, bool) Flap(SimulatedWorld world, FaultCommand command)
    {
        var (link, half) = (world.Links[command.Subjects[0]], TimeSpan.FromSeconds(command.Amount));
        IDisposable? next = null;
        Turn();
        return (new FaultScope(() =>
        {
            next!.Dispose();
            link.SetUp(true);
        }), true);

        void Turn()
        {
            link.SetUp(!link.IsUp);
            next = world.At(half, Turn);
        }
    }

    private static (IDisposable?, bool) Noise(SimulatedWorld world, FaultCommand command)
    {
        var link = world.Links[command.Subjects[0]];
        var before = link.Options;
        link.Options = before with { Loss = command.Amount, Duplication = command.Amount / 2, Reordering = command.Amount / 2 };
        return (new FaultScope(() => link.Options = before), true);
    }
}

/// <summary>Ends something, once.</summary>
internal sealed class FaultScope(Action end) : IDisposable
{
    private bool _ended;

    public void Dispose()
    {
        if (!_ended)
        {
            _ended = true;
            end();
        }
    }
}
