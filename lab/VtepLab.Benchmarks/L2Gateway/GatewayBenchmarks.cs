using System.Globalization;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>The L2 gateway system over a real bus, with our agent and with the one that OpenStack ships.</summary>
internal static class GatewayBenchmarks
{
    private const int Macs = 10_000;
    private const int Runs = 3;

    /// <summary>Runs <c>macs [COUNT [RUNS]]</c>.</summary>
    public static async Task<int> RunAsync(string[] what)
    {
        var numbers = what.Where(w => int.TryParse(w, out _)).Select(w => int.Parse(w, CultureInfo.InvariantCulture)).ToList();
        await ProgrammedMacs.RunAsync(macs: numbers is [var count, ..] ? count : Macs, runs: numbers is [_, var runs] ? runs : Runs);
        return 0;
    }
}
