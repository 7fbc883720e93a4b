using System.Globalization;
using VtepLab.Hosting;
using VtepLab.Testing.Peers;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>How long it takes until a real ovsdb-server has the MAC addresses of a network that is connected, with our agent and with the original.</summary>
internal static class ProgrammedMacs
{
    /// <summary>How many addresses are put there and taken away before, if nothing else is said: what is met for the first time is then compiled, if not yet well.</summary>
    public const int Warm = 600;

    /// <summary>Measures both, alternating, and prints medians.</summary>
    /// <param name="macs">How many addresses.</param>
    /// <param name="runs">How many runs of each.</param>
    /// <param name="warm">How many are put there and taken away before.</param>
    /// <param name="only"><c>bulk</c> for our plugin alone, <c>single</c> for the calls of the original's alone; null for both.</param>
    public static async Task RunAsync(int macs, int runs, int warm, string? only)
    {
        await using var broker = await RabbitMqPeer.StartAsync();
        using var database = new TempDirectory();
        List<Timing> ours = [], original = [], single = [], ownSingle = [];
        if (only != "single")
        {
            await PrepareAsync(broker, database.Path, macs, warm);
        }

        for (var n = 0; n < runs; n++)
        {
            if (only != "single")
            {
                ours.Add(await MeasureAsync(broker, database.Path, macs, warm, isOriginal: false));
                original.Add(await MeasureAsync(broker, database.Path, macs, warm, isOriginal: true));
            }

            if (only != "bulk")
            {
                single.Add(await SingleCalls.MeasureAsync(broker, macs, isOriginal: true));
                ownSingle.Add(await SingleCalls.MeasureAsync(broker, macs, isOriginal: false));
            }
        }

        Console.WriteLine($"{macs} MACs of one network, from the request until ovsdb-server has all; {runs} runs, medians, after {warm} others");
        Print("plugin and agent", Timing.Header);
        Print("ours, ours", ours);
        Print("ours, original", original);
        Print("original's calls, original", single);
        Print("original's calls, ours", ownSingle);
        PrintTimes("the original, called as its own plugin calls it, takes", single, ours);
        PrintTimes("the original, called by our plugin, takes", original, ours);
        PrintTimes("called for each MAC, the original takes", single, ownSingle);
    }

    private static void Print(string agent, List<Timing> runs)
    {
        if (runs.Count > 0)
        {
            Print(agent, Timing.MedianOf(runs).Cells);
        }
    }

    private static void PrintTimes(string what, List<Timing> more, List<Timing> less)
    {
        if (more.Count > 0 && less.Count > 0)
        {
            var times = Timing.MedianOf(more).Seconds / Timing.MedianOf(less).Seconds;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what} {times:0.0} times as long as ours"));
        }
    }

    private static void Print(string agent, IEnumerable<string> cells) => Console.WriteLine($"| {agent,-26} | {string.Join(" | ", cells.Select(c => $"{c,16}"))} |");

    // The machines are made once, for making them is not what is measured.
    private static async Task PrepareAsync(RabbitMqPeer broker, string database, int macs, int warm)
    {
        await using var rig = await GatewayRig.StartAsync(broker);
        await rig.Cloud.MakeNetworkAsync("warm", 1_000_000, warm);
        await rig.Cloud.MakeNetworkAsync("blue", 0, macs);
        await rig.KeepDatabaseAsync(database);
    }

    private static async Task<Timing> MeasureAsync(RabbitMqPeer broker, string database, int macs, int warm, bool isOriginal)
    {
        await using var rig = await GatewayRig.StartAsync(broker, database);
        rig.StartAgent(isOriginal);
        return await LiveHost.RunAsync("bench", new LiveHostOptions { Bus = host => new RabbitBus(host, rig.Bus) }, async host =>
        {
            await GatewayRig.ReportNodesAsync(host);
            var switchCopy = await MacWatch.StartAsync(host, rig.Server);
            var networks = (await rig.Cloud.AskAsync("GET", "/networks")).Body!["networks"]!.AsArray().ToDictionary(n => (string)n!["name"]!, n => (string)n!["id"]!);
            var gateway = await rig.Cloud.MakeGatewayAsync();

            // What is compiled or read for the first time is not what is measured, on either side.
            string? warming = null;
            await rig.UntilAsync(host, "a connection", async () => (warming = await rig.Cloud.TryConnectAsync(gateway, networks["warm"], 11)) is not null);
            await switchCopy.HasRowsAsync(host, warm);
            await rig.Cloud.AskAsync("DELETE", $"/l2-gateway-connections/{warming}");
            await switchCopy.HasRowsAsync(host, 0);
            await host.DelayAsync(TimeSpan.FromSeconds(3));

            var meter = ProcessorMeter.Start(rig.Server.Process, rig.Neutron, rig.Agent);
            var connection = rig.Cloud.TryConnectAsync(gateway, networks["blue"], 10);
            var programmed = switchCopy.HasRowsAsync(host, macs);
            if (await Task.WhenAny(programmed, connection) == connection && await connection is null)
            {
                throw new InvalidOperationException("the connection was refused");
            }

            await programmed;
            return meter.Stop();
        });
    }
}
