using System.Diagnostics;
using System.Globalization;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>Builds and runs the same models on Debian's ns-3 (package libns3-dev), beside ours in one run.</summary>
internal static class Ns3
{
    private const string Default = "Map";
    private static readonly string[] Schedulers = [Default, "PriorityQueue", "Heap"]; // Its calendar queue takes minutes from 100,000 pending on.

    /// <summary>The rates by model and scheduler; null where ns-3 or a compiler is missing.</summary>
    public static Dictionary<string, Dictionary<string, double>>? Measure(int[] pending)
    {
        if (!Directory.Exists("/usr/include/ns3"))
        {
            Console.WriteLine("ns-3 is not here: apt-get install --no-install-recommends libns3-dev g++");
            return null;
        }

        var directory = Directory.CreateTempSubdirectory("vteplab-ns3-");
        try
        {
            var program = Path.Combine(directory.FullName, "queue");
            Execute("g++", "-O3", "-DNDEBUG", "-std=c++17", "-o", program, Path.Combine(AppContext.BaseDirectory, "Kernel", "ns3", "queue.cc"), "-lns3-core");
            var rates = new Dictionary<string, Dictionary<string, double>>(StringComparer.Ordinal);
            foreach (var model in (string[])[.. pending.Select(p => $"hold {p}"), "mm1"])
            {
                rates[model] = [];
                foreach (var scheduler in Schedulers)
                {
                    rates[model][scheduler] = double.Parse(Execute(program, [scheduler, .. model.Split(' ')]), CultureInfo.InvariantCulture);
                }
            }

            return rates;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The comparison of a rate of ours with ns-3's default and its fastest scheduler.</summary>
    public static string Beside(Dictionary<string, Dictionary<string, double>>? rates, string model, double ours)
    {
        if (rates is null)
        {
            return "";
        }

        var (fastest, best) = rates[model].MaxBy(r => r.Value);
        var usual = rates[model][Default];
        return KernelBenchmarks.Line(
            $"  | ns-3 default {usual / 1e6:0.0}: {ours / usual:0.0} times; its fastest ({fastest}) {best / 1e6:0.0}: {ours / best:0.0} times");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote.</returns>
    public static string Execute(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
