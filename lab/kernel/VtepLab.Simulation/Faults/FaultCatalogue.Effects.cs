namespace VtepLab.Simulation;

// What the kinds do to hosts, streams and links.
public static partial class FaultCatalogue
{
    /// <summary>The host comes back unless somebody else has brought it back, or down again, meanwhile.</summary>
    private static (IDisposable?, bool) Down(SimulatedWorld world, FaultCommand command, CrashKind kind)
    {
        var host = world.Hosts[command.Subjects[0]];
        if (!host.IsUp)
        {
            return (null, false);
        }

        host.Crash(kind);
        var life = host.Lives;
        return (new FaultScope(() =>
        {
            if (!host.IsUp && host.Lives == life)
            {
                host.Restart();
            }
        }), true);
    }

    private static (IDisposable?, bool) Pause(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        var life = host.Lives;
        return (world.Standing.Begin(command.Kind, host.Name, host.Pause, host.Resume, () => host.Lives == life), host.IsUp);
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
        return (world.Standing.Begin(command.Kind, host.Name, () => host.ClockDrift = (long)command.Amount, () => host.ClockDrift = 0), host.IsUp);
    }

    private static (IDisposable?, bool) FillDisk(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        return (world.Standing.Begin(command.Kind, host.Name, () => host.DiskIsFull = true, () => host.DiskIsFull = false), host.IsUp);
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

    private static (IDisposable?, bool) CutLink(SimulatedWorld world, FaultCommand command) => (world.Links[command.Subjects[0]].Break(), true);

    /// <summary>Cuts and mends a link again and again, both for the same time.</summary>
    private static (IDisposable?, bool) Flap(SimulatedWorld world, FaultCommand command)
    {
        var (link, half) = (world.Links[command.Subjects[0]], TimeSpan.FromSeconds(command.Amount));
        IDisposable? cut = null;
        IDisposable? next = null;
        Turn();
        return (new FaultScope(() =>
        {
            next!.Dispose();
            cut?.Dispose();
        }), true);

        void Turn()
        {
            cut?.Dispose();
            cut = cut is null ? link.Break() : null;
            next = world.At(half, Turn);
        }
    }

    private static (IDisposable?, bool) Noise(SimulatedWorld world, FaultCommand command) => (world.Links[command.Subjects[0]].Disturb(command.Amount), true);
}
