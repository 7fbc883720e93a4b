using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>The kernel's figures: <c>kernel [hold] [mm1] [await] [trace] [lab] [seeds] [shrink] [ns3]</c>; all of them without a word.</summary>
/// <remarks>Times are CPU times of the measuring thread, the best of several rounds; ratios tell more than figures, which depend on the machine.</remarks>
internal static class KernelBenchmarks
{
    private const int Rounds = 3;
    private static readonly int[] Pending = [1_000, 10_000, 100_000, 1_000_000];

    public static int Run(string[] words)
    {
        var all = words.Length == 0;
        var ns3 = all || words.Contains("ns3") ? Ns3.Measure(Pending) : null;
        if (all || words.Contains("hold") || words.Contains("ns3"))
        {
            Console.WriteLine("hold model: events pending, M events a second (whole kernel), bytes an event");
            foreach (var pending in Pending)
            {
                var (ladder, bytes) = Best(() => HoldModel.Run(new LadderQueue(), pending));
                var (heap, _) = Best(() => HoldModel.Run(new HeapQueue(), pending));
                Console.WriteLine(Line($"  {pending,9:N0}  ladder {ladder / 1e6,6:0.0}  heap {heap / 1e6,6:0.0}  {bytes:0.000} B{Ns3.Beside(ns3, $"hold {pending}", ladder)}"));
            }
        }

        if (all || words.Contains("mm1") || words.Contains("ns3"))
        {
            var (rate, bytes) = Best(() => SingleServerQueue.Run(new LadderQueue()));
            Console.WriteLine(Line($"M/M/1: {rate / 1e6:0.0} M events a second, {bytes:0.000} B an event{Ns3.Beside(ns3, "mm1", rate)}"));
        }

        if (all || words.Contains("await"))
        {
            AwaitCost.Run();
        }

        if (all || words.Contains("trace"))
        {
            var (off, _) = Best(() => HoldModel.Run(new LadderQueue(), 10_000));
            var (on, _) = Best(() => HoldModel.Run(new LadderQueue(), 10_000, new TraceRing(4096)));
            Console.WriteLine(Line($"trace always on: {1e9 / off:0.0} ns an event without, {1e9 / on:0.0} with: {((off / on) - 1) * 100:0.0} % more"));
        }

        if (all || words.Contains("lab"))
        {
            foreach (var echoes in (IdleEchoes[])[IdleEchoes.Carried, IdleEchoes.LeftOut])
            {
                FabricModel.Run(100, TimeSpan.FromMinutes(20), echoes); // Until the code is compiled as it will stay.
                FabricModel.Run(100, TimeSpan.FromHours(1), echoes);
                FabricModel.Run(1000, TimeSpan.FromMinutes(5), echoes);
            }
        }

        if (all || words.Contains("seeds"))
        {
            SeedRate.Run(words.Contains("real"), words.Select(w => int.TryParse(w, out var n) ? n : 0).FirstOrDefault(n => n > 0) is > 0 and var seeds ? seeds : 400);
        }

        if (all || words.Contains("shrink"))
        {
            SeedRate.Shrink();
        }

        return 0;
    }

    public static string Line(ref System.Runtime.CompilerServices.DefaultInterpolatedStringHandler text) => text.ToStringAndClear();

    /// <summary>The best rate of several rounds, after one that warms up, with its bytes an event.</summary>
    public static (double Rate, double Bytes) Best(Func<(double Rate, double Bytes)> round)
    {
        round();
        return Enumerable.Range(0, Rounds).Select(_ => round()).MaxBy(r => r.Rate);
    }
}
