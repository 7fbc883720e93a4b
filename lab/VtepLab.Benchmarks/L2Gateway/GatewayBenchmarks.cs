using System.Globalization;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>The L2 gateway system over a real bus, with our agent and with the one that OpenStack ships.</summary>
internal static class GatewayBenchmarks
{
    private const int Macs = 10_000;
    private const int Runs = 3;

    private const int Switches = 50;

    /// <summary>Runs <c>macs [COUNT [RUNS [bulk|single|all [WARM]]]]</c> or <c>memory [COUNT [SWITCHES]]</c>.</summary>
    public static async Task<int> RunAsync(string[] what)
    {
        var numbers = what.Skip(1).Take(2).Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToList();
        var count = numbers.Count > 0 ? numbers[0] : Macs;
        switch (what.FirstOrDefault())
        {
            case "macs":
                await ProgrammedMacs.RunAsync(count, runs: numbers.Count > 1 ? numbers[1] : Runs,
                    warm: what.Length > 4 ? int.Parse(what[4], CultureInfo.InvariantCulture) : ProgrammedMacs.Warm,
                    only: what.ElementAtOrDefault(3));
                return 0;
            case "memory":
                await MirrorMemory.RunAsync(switches: numbers.Count > 1 ? numbers[1] : Switches, count);
                return 0;
            default:
                Console.Error.WriteLine("l2gw measures macs [COUNT [RUNS [bulk|single|all [WARM]]]] and memory [COUNT [SWITCHES]]");
                return 2;
        }
    }
}
