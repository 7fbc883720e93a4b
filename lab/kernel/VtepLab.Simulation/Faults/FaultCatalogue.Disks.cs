namespace VtepLab.Simulation;

// What the kinds do to disks, and what they leave to the systems of the experiment.
public static partial class FaultCatalogue
{
    /// <summary>The host goes down, loses all it had stored, and comes back unless somebody else has brought it back meanwhile.</summary>
    private static (IDisposable?, bool) LoseDisk(SimulatedWorld world, FaultCommand command)
    {
        var down = Down(world, command, CrashKind.Power);
        if (down.Item2)
        {
            world.Hosts[command.Subjects[0]].Disk.Restore(new Dictionary<string, byte[]>());
        }

        return down;
    }

    /// <summary>A copy of the disk is taken; in the end the host loses its power and finds that copy, as after a restore from a backup.</summary>
    private static (IDisposable?, bool) BringOldDiskBack(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        var copy = host.Disk.Copy();
        return (new FaultScope(() =>
        {
            var wasUp = host.IsUp;
            host.Crash(CrashKind.Power);
            if (host.Disk.Restore(copy))
            {
                world.Mark($"fault/{command.Kind}/hit"); // Known only now.
            }

            if (wasUp)
            {
                host.Restart();
            }
        }), false);
    }

    /// <summary>The disk confirms flushes that it has not done; in the end the host loses its power, and with it what only the disk's cache had.</summary>
    private static (IDisposable?, bool) LieOnDisk(SimulatedWorld world, FaultCommand command)
    {
        var host = world.Hosts[command.Subjects[0]];
        var before = host.Disk.BrokenPromises;
        var lie = world.Standing.Begin(command.Kind, host.Name, () => host.Disk.Lies = true, () => host.Disk.Lies = false);
        return (new FaultScope(() =>
        {
            var wasUp = host.IsUp;
            host.Crash(CrashKind.Power);
            lie.Dispose();
            if (host.Disk.BrokenPromises > before)
            {
                world.Mark($"fault/{command.Kind}/hit"); // Known only now.
            }

            if (wasUp)
            {
                host.Restart();
            }
        }), false);
    }

    private static (IDisposable?, bool) BySystem(SimulatedWorld world, FaultCommand command) =>
        world.SystemFaults.TryGetValue(command.Kind, out var begin) ? begin(command) : (null, false);
}
