using System.Diagnostics;
using VtepLab.Gherkin;
using VtepLab.Kernel.Tests.Exploration;
using VtepLab.Scenarios;
using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>Seeds a minute of a 10-minute fail-over with faults, on two threads, and how long shrinking takes.</summary>
internal static class SeedRate
{
    private const string FailOver = """
        Feature: Fail-over
          Scenario: The real agents for ten minutes
            Given a hardware VTEP "leaf1" with ports "eth1" and "eth2"
            And L2 gateway agents "agent-1" and "agent-2" of "leaf1"
            And one of them monitors
            And network "blue" with VNI 5000
            And network "blue" is connected to "leaf1" port "eth1" on VLAN 10
            When for 480 seconds machines of network "blue" come, move and go, and "agent-1", "agent-2" and "leaf1" may break in any way
            Then within 120 seconds "leaf1" holds the machines of network "blue" as they are now, and VLAN 10 on "eth1"
            When 60 seconds pass
            Then exactly one agent monitors
        """;

    /// <param name="real">Whether only the real agents run.</param>
    /// <param name="seeds">How many seeds, after three quarters as many that warm up.</param>
    public static void Run(bool real, int seeds)
    {
        if (!real)
        {
            Measure("toy agents", WrongAgents.Experiment(Wrong.Nothing), seeds);
        }

        Measure("real agents, switch and plugin's part", ScenarioExperiment.Of(FeatureReader.Read("failover.feature", FailOver).Pickles[0], null), seeds);
    }

    private static void Measure(string who, Experiment experiment, int seeds)
    {
        Explorer.Explore(experiment, 1, seeds * 3 / 4, 2); // Until the code is compiled as it will stay.
        var watch = Stopwatch.StartNew();
        var (cpu, bytes, paused, collections) = (Environment.CpuUsage.TotalTime, GC.GetTotalAllocatedBytes(), GC.GetTotalPauseDuration(), GC.CollectionCount(0));
        var outcomes = Explorer.Explore(experiment, 1000, seeds, 2);
        foreach (var failed in outcomes.Where(o => o.Failure is not null))
        {
            Console.WriteLine(KernelBenchmarks.Line($"seed {failed.Seed} failed: {failed.Failure}: {failed.Message}"));
        }

        var (wall, used) = (watch.Elapsed, Environment.CpuUsage.TotalTime - cpu);
        (bytes, paused, collections) = (GC.GetTotalAllocatedBytes() - bytes, GC.GetTotalPauseDuration() - paused, GC.CollectionCount(0) - collections);
        Console.WriteLine(KernelBenchmarks.Line(
            $"seeds of a 10-minute fail-over, {who}: {outcomes.Count / wall.TotalMinutes:0} a minute of wall time on 2 threads, {2 * outcomes.Count / used.TotalMinutes:0} a minute of two whole cores; {outcomes.Sum(o => o.Events) / outcomes.Count} events and {outcomes.Average(o => o.VirtualTime.TotalMinutes):0.0} virtual minutes a seed, {outcomes.Count(o => o.Failure is not null)} failed"));
        Console.WriteLine(KernelBenchmarks.Line(
            $"  {used.TotalMilliseconds / outcomes.Count:0.0} ms of processor time and {bytes / 1024 / outcomes.Count} KiB allocated a seed, {collections} collections paused {paused.TotalMilliseconds / outcomes.Count:0.0} ms a seed; all digests {outcomes.Aggregate(0UL, (all, o) => unchecked((all * 31) + o.Digest)):x16}"));
    }

    public static void Shrink()
    {
        // A failure that needs the right two of a hundred faults: the same experiment with faults so dense that many matter little.
        var right = WrongAgents.Experiment(Wrong.LosesEventsOnReconnect);
        var dense = right with
        {
            Plan = seed => Nemesis.Draw(seed, new NemesisOptions
            {
                Targets = new FaultTargets { Hosts = ["agent-1", "agent-2"], Network = ["agent-1", "agent-2", "broker", "switch"], Bus = BusHarm.Delay },
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
