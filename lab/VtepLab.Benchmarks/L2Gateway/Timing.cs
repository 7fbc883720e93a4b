using System.Diagnostics;
using System.Globalization;
using VtepLab.Testing.Peers;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>What one run took: seconds of time, and of the processor time of each process.</summary>
/// <param name="Seconds">From the first moment to the last.</param>
/// <param name="Server">Of ovsdb-server.</param>
/// <param name="Queued">How long ovsdb-server had something to do and no processor to do it on: nothing on a quiet machine.</param>
/// <param name="Neutron">Of the plugin.</param>
/// <param name="Agent">Of the agent.</param>
internal sealed record Timing(double Seconds, double Server, double Queued, double Neutron, double Agent)
{
    /// <summary>What <see cref="Cells"/> are.</summary>
    public static IReadOnlyList<string> Header => ["seconds", "CPU ovsdb-server", "waits for a CPU", "has work", "CPU neutron", "CPU agent"];

    /// <summary>The values as text.</summary>
    public IReadOnlyList<string> Cells =>
    [
        Text(Seconds), Text(Server), Text(Queued), string.Create(CultureInfo.InvariantCulture, $"{(Server + Queued) / Seconds:0 %}"), Text(Neutron), Text(Agent),
    ];

    /// <summary>The median of each.</summary>
    public static Timing MedianOf(IReadOnlyList<Timing> runs)
    {
        return new Timing(Median(r => r.Seconds), Median(r => r.Server), Median(r => r.Queued), Median(r => r.Neutron), Median(r => r.Agent));

        double Median(Func<Timing, double> of) => runs.Select(of).Order().ElementAt(runs.Count / 2);
    }

    private static string Text(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}

/// <summary>Reads the clock and the kernel's accounts of processes before and after something.</summary>
internal sealed class ProcessorMeter
{
    private readonly PeerProcess[] _processes;
    private readonly double[] _before;
    private readonly double _queuedBefore;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private ProcessorMeter(PeerProcess[] processes) => (_processes, _before, _queuedBefore) = (processes, [.. processes.Select(Used)], Queued(processes[0]));

    public static ProcessorMeter Start(PeerProcess server, PeerProcess neutron, PeerProcess agent) => new([server, neutron, agent]);

    public Timing Stop()
    {
        var seconds = _watch.Elapsed.TotalSeconds;
        var used = _processes.Select((p, i) => Used(p) - _before[i]).ToList();
        return new Timing(seconds, used[0], Queued(_processes[0]) - _queuedBefore, used[1], used[2]);
    }

    private static double Used(PeerProcess process)
    {
        using var found = Process.GetProcessById(process.Id);
        return found.TotalProcessorTime.TotalSeconds;
    }

    // The second number of the first thread's schedstat (Linux, sched-stats.rst): nanoseconds on a run queue.
    private static double Queued(PeerProcess process) =>
        long.Parse(File.ReadAllText($"/proc/{process.Id}/schedstat").Split(' ')[1], CultureInfo.InvariantCulture) / 1e9;
}
