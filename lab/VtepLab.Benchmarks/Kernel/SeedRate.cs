using System.Diagnostics;
using VtepLab.Kernel.Tests.Exploration;
using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>Seeds a minute of a 10-minute fail-over with faults, on two threads, and how long shrinking takes. Stand-in agents.</summary>
internal static class SeedRate
{
    public static void Run()
    {
        var experiment = WrongAgents.Experiment(Wrong.Nothing);
        Explorer.Explore(experiment, 1, 50, 2);
        var watch = Stopwatch.StartNew();
        var cpu = Environment.CpuUsage.TotalTime;
        var outcomes = Explorer.Explore(experiment, 1000, 400, 2);
        var (wall, used) = (watch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
        Console.WriteLine(KernelBenchmarks.Line(
            $"seeds of a 10-minute fail-over: {outcomes.Count / wall.TotalMinutes:0} a minute of wall time on 2 threads, {2 * outcomes.Count / used.TotalMinutes:0} a minute of two whole cores; {outcomes.Sum(o => o.Events) / outcomes.Count} events a seed, {outcomes.Count(o => o.Failure is not null)} failed"));
    }

    public static void Shrink()
    {
        // A failure that needs the right two of a hundred faults: the same experiment with faults so dense that many matter little.
        var right = WrongAgents.Experiment(Wrong.LosesEventsOnReconnect);
        var dense = right with
        {
            Plan = seed => Nemesis.Draw(seed, new NemesisOptions
            {
                Targets = new FaultTargets { Hosts = ["agent-1", "agent-2"], Network = ["agent-1", "agent-2", "broker", "switch"] },
                From = TimeSpan.FromSeconds(10), Until = TimeSpan.FromMinutes(8), QuietLeast = TimeSpan.FromSeconds(2), QuietMost = TimeSpan.FromSeconds(7),
            }),
        };
        var failed = Explorer.Explore(dense, 1, 30, 2).First(o => o.Failure is not null && o.Plan.Commands.Count >= 100);
        var watch = Stopwatch.StartNew();
        var (smallest, runs) = Explorer.Shrink(dense, failed);
        Console.WriteLine(KernelBenchmarks.Line(
            $"shrinking a failure of {failed.Plan.Commands.Count} faults: to {smallest.Plan.Commands.Count} in {watch.Elapsed.TotalSeconds:0.0} s, {runs} runs"));
    }
}
