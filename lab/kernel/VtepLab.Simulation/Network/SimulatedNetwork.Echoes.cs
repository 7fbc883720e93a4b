namespace VtepLab.Simulation;

// What concerns the probes of idle streams: see IdleEcho.
public sealed partial class SimulatedNetwork
{
    /// <summary>How many requests, each with its reply, were left out.</summary>
    public long EchoesLeftOut { get; internal set; }

    /// <summary>How many of them were carried after all, because something happened before they would have been over.</summary>
    public long EchoesTakenUp { get; internal set; }

    /// <summary>Whether echoes have a chance of their own; see <see cref="IdleEchoes"/>.</summary>
    internal bool DrawsEchoesApart => Options.IdleEchoes != IdleEchoes.Carried;

    /// <summary>Grows whenever something begins that may matter to an echo.</summary>
    internal long Turn { get; private set; }

    /// <summary>The echoes that are left out and would not have been over at the time beside them, in about the order of it.</summary>
    internal Queue<(long Until, IdleEcho Echo)> EchoesUnderWay { get; } = new();

    /// <summary>True while echoes are left out where nothing stands against it but their own stream.</summary>
    internal bool IsUndisturbed => Options.IdleEchoes == IdleEchoes.LeftOut && Kernel.Chance is null && !_simulation.IsQuietAwaited
        && _rules.Count == 0 && _squeezes.Count == 0 && _midway.Count == 0 && _notReading.Count == 0;

    /// <summary>Something begins that may matter to an echo: those that are under way are carried from here on.</summary>
    /// <remarks>That it ends is no matter: as long as it lasts nothing is left out.</remarks>
    internal void Disturb()
    {
        Turn++;
        while (EchoesUnderWay.TryDequeue(out var under))
        {
            under.Echo.Wake();
        }
    }

    internal EchoPath EchoPath(SimulatedHost from, SimulatedHost to)
    {
        var path = from == to ? new PathOptions(Loopback, TimeSpan.Zero, 0) : Path(from, to);
        return new EchoPath(VirtualTime.Nanoseconds(path.Latency), VirtualTime.Nanoseconds(path.Jitter));
    }

    /// <summary>The nanoseconds an echo takes that leaves at a time: of the path, and of the chance of stream and time alone.</summary>
    internal long EchoLatency(in EchoPath path, Flow flow, long leaves) =>
        path.Latency + (long)Math.BigMul(RandomStream.At(_simulation.Seed, (ulong)flow.Id, (ulong)leaves), (ulong)path.Jitter, out _);
}
