namespace VtepLab.Simulation;

/// <summary>The kinds of faults: those the simulation does itself, and those that it has the systems in it do.</summary>
public static partial class FaultCatalogue
{
    // Kinds that came later: what is drawn of the earlier ones stays what it was, seed for seed.
    private const string Second = "nemesis/2";
    private const string Third = "nemesis/3";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>All of them, in the order of their names.</summary>
    public static IReadOnlyList<FaultKind> Standard { get; } =
    [
        new("agent-upgrade", (r, t) => One(r, t.Of("agent-upgrade"), r.Chance(0.5) ? 1 : -1), BySystem, 3 * Minute, 2, Second),
        new("bandwidth-squeeze", (r, t) => Two(r, t.Reachable, Math.Floor(100 + (r.NextDouble() * 9900))), Squeeze, Minute),
        new("broker-blocked", (r, t) => Bus(t, 0), Block, 2 * Minute),
        new("broker-closes-channel", (r, t) => Bus(t, r.NextDouble()), CloseChannel, TimeSpan.Zero),
        new("broker-duplicates", (r, t) => Bus(t, r.NextDouble()), Duplicate, Minute),
        new("broker-loses-queue", (r, t) => t.Bus == BusHarm.Loss ? Bus(t, r.NextDouble()) : null, DeleteQueue, TimeSpan.Zero),
        new("broker-poison", (r, t) => Bus(t, r.NextDouble()), Poison, TimeSpan.Zero),
        new("broker-refuses", (r, t) => Bus(t, 0.2 + (r.NextDouble() * 0.8)), Refuse, Minute),
        new("clock-drift", (r, t) => One(r, t.Hosts, (r.NextDouble() - 0.5) * 400_000), Drift, 5 * Minute),
        new("clock-step", (r, t) => One(r, t.Hosts, (r.NextDouble() - 0.5) * 7200), Step, 5 * Minute),
        new("connection-limit", (r, t) => One(r, t.Reachable), (w, c) => (w.Network.RefuseConnections(w.Hosts[c.Subjects[0]]), true), Minute),
        new("crash", (r, t) => One(r, t.Hosts), (w, c) => Down(w, c, CrashKind.Process), 2 * Minute, 3),
        new("delay", (r, t) => Two(r, t.Reachable, 0.05 + (r.NextDouble() * 5)), Delay, Minute),
        new("disk-full", (r, t) => One(r, t.Hosts), FillDisk, Minute),
        new("disk-lies", (r, t) => One(r, t.Disks), LieOnDisk, 2 * Minute, 2, Third),
        new("disk-lost", (r, t) => One(r, t.Disks), LoseDisk, 2 * Minute, 1, Second),
        new("disk-old", (r, t) => One(r, t.Disks), BringOldDiskBack, 5 * Minute, 2, Second),
        new("isolate", (r, t) => One(r, t.Reachable), (w, c) => (w.Network.Isolate(w.Hosts[c.Subjects[0]]), true), 2 * Minute, 2),
        new("link-down", (r, t) => One(r, t.Links), CutLink, Minute),
        new("link-flap", (r, t) => One(r, t.Links, 0.1 + (r.NextDouble() * 5)), Flap, Minute),
        new("link-noise", (r, t) => One(r, t.Links, r.NextDouble() * 0.3), Noise, Minute),
        new("lose", (r, t) => Two(r, t.Reachable, 0.1 + (r.NextDouble() * 0.6)), Lose, Minute),
        new("mac-twice", (r, t) => Two(r, t.Of("mac-twice")), BySystem, 2 * Minute, 2, Third),
        new("partition", Halves, Partition, 2 * Minute, 2),
        new("partition-one-way", (r, t) => Two(r, t.Reachable), OneWay, Minute),
        new("partition-ring", Ring, PartitionRing, Minute),
        new("pause", (r, t) => One(r, t.Hosts), Pause, 2 * Minute, 2),
        new("plugin-upgrade", (r, t) => One(r, t.Of("plugin-upgrade"), r.Chance(0.5) ? 1 : -1), BySystem, 3 * Minute, 2, Third),
        new("power-loss", (r, t) => One(r, t.Hosts), (w, c) => Down(w, c, CrashKind.Power), 2 * Minute, 2),
        new("reply-lost", (r, t) => One(r, t.Of("reply-lost"), 0.2 + (r.NextDouble() * 0.8)), BySystem, Minute, 2, Second),
        new("reset-midway", (r, t) => Two(r, t.Reachable, r.Next(0, 3000)), ResetMidway, Minute, 2),
        new("reset-streams", (r, t) => Two(r, t.Reachable), Reset, TimeSpan.Zero, 3),
        new("slow-consumer", (r, t) => One(r, t.Reachable), (w, c) => (w.Network.StopReading(w.Hosts[c.Subjects[0]]), true), Minute),
        new("swizzle", Subset, Swizzle, 2 * Minute),
        new("transact-refused", (r, t) => One(r, t.Of("transact-refused"), 0.05 + (r.NextDouble() * 0.5)), BySystem, Minute, 2, Second),
        new("vlan-reuse", (r, t) => One(r, t.Of("vlan-reuse")), BySystem, Minute, 2, Second),
        new("vni-reuse", (r, t) => One(r, t.Of("vni-reuse")), BySystem, Minute, 2, Third),
    ];

    private static (IReadOnlyList<string>, double)? One(RandomStream random, IReadOnlyList<string> names, double amount = 0) =>
        names.Count == 0 ? null : ([random.Pick(names)], amount);

    private static (IReadOnlyList<string>, double)? Bus(FaultTargets targets, double amount) => targets.Bus == BusHarm.None ? null : ([], amount);

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
}
