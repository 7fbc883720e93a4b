using System.Diagnostics;
using System.Globalization;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>Debian's ovsdb-server and ours, running at the same time under the same client, in turns; prints the ratios.</summary>
/// <remarks>
/// A line is measured only after both servers have run it for some seconds of their own processor time, or it would measure the compiler. Then
/// short rounds alternate, theirs and ours, so that what else the machine does meets both; the ratio of each pair is taken, and their median
/// is shown with the least and the greatest.
/// </remarks>
internal static class SideBySide
{
    private const int Rounds = 7;
    private const double WarmSeconds = 2;
    private const int ManyRows = 100_000;

    /// <summary>Lets a server that tidies up when idle do so before its memory is measured.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Measures both.</summary>
    /// <param name="scale">Seconds that a round of ovsdb-server's takes, about.</param>
    /// <param name="what">Which of ours: see <see cref="RunningServer.Ours"/>.</param>
    /// <param name="only">Measures lines only in which this occurs; empty for all.</param>
    public static void Run(double scale, string what, string only)
    {
        Console.WriteLine("Per second of time, and per second of the server's own processor time, which other load changes less; medians, ratios with least..greatest.");
        Console.WriteLine($"| {what,-38} | {"ovsdb-server",12} | {"ours",12} | {"ratio",-20} | {"CPU: o.-s.",12} | {"CPU: ours",12} | {"ratio",-20} |");
        Console.WriteLine($"|{new string('-', 40)}|{Right(12)}|{Right(12)}|{new string('-', 22)}|{Right(12)}|{Right(12)}|{new string('-', 22)}|");
        foreach (var rows in new[] { 1, 100, 1000 })
        {
            Measure($"rows/s inserted, {rows} a transaction", path => new InsertLoad(path, rows), rows);
        }

        foreach (var monitors in new[] { 1, 10, 100 })
        {
            Measure($"updates/s with {monitors} monitoring clients", path => new UpdateLoad(path, monitors), 1);
        }

        Measure($"rows/s of an initial monitor of {ManyRows / 1000} k", path => new MonitorLoad(path, ManyRows), ManyRows);
        if ("resident bytes a row".Contains(only, StringComparison.Ordinal))
        {
            var pairs = Enumerable.Range(0, 3).Select(_ => (Their: BytesARow(RunningServer.Theirs), Our: BytesARow(() => RunningServer.Ours(what)))).ToList();
            Print($"resident bytes a row of {ManyRows / 1000} k, inserted", pairs.ConvertAll(p => (p.Their.Inserted, p.Our.Inserted)), []);
            Print("resident bytes a row after monitoring", pairs.ConvertAll(p => (p.Their.Monitored, p.Our.Monitored)), []);
        }

        static string Right(int width) => new string('-', width + 1) + ":";

        void Measure(string line, Func<string, Load> make, int unit)
        {
            if (line.Contains(only, StringComparison.Ordinal))
            {
                using RunningServer their = RunningServer.Theirs(), our = RunningServer.Ours(what);
                using Load theirLoad = make(their.SocketPath), ourLoad = make(our.SocketPath);
                var count = Math.Max(unit, (int)(WarmUp(their, theirLoad, unit) * scale / unit) * unit);
                WarmUp(our, ourLoad, unit);
                var pairs = Enumerable.Range(0, Rounds).Select(_ => (Their: Round(their, theirLoad, count), Our: Round(our, ourLoad, count))).ToList();
                Print(line, pairs.ConvertAll(p => (p.Their.Rate, p.Our.Rate)), pairs.ConvertAll(p => (p.Their.OfProcessor, p.Our.OfProcessor)));
            }
        }
    }

    /// <summary>Repeats a load until its server has used enough processor time; gives the rate at the end.</summary>
    private static double WarmUp(RunningServer server, Load load, int unit)
    {
        var (until, count, rate) = (server.Processor + WarmSeconds, Math.Max(unit, 1000), 0.0);
        while (server.Processor < until)
        {
            rate = Round(server, load, count).Rate;
            count = Math.Max(unit, (int)(rate / 4 / unit) * unit);
        }

        return rate;
    }

    private static (double Rate, double OfProcessor) Round(RunningServer server, Load load, int count)
    {
        load.Prepare(count);
        var (watch, processor) = (Stopwatch.StartNew(), server.Processor);
        load.Run(count);
        return (count / watch.Elapsed.TotalSeconds, count / (server.Processor - processor));
    }

    private static (double Inserted, double Monitored) BytesARow(Func<RunningServer> start)
    {
        using var server = start();
        using var fill = new InsertLoad(server.SocketPath, 1000);
        fill.Prepare(1000);
        fill.Run(1000);
        Thread.Sleep(Quiet);
        var before = server.Resident;
        fill.Prepare(ManyRows);
        fill.Run(ManyRows);
        Thread.Sleep(Quiet);
        var inserted = (server.Resident - before) / ManyRows;
        for (var n = 0; n < 3; n++)
        {
            using var client = new BenchClient(server.SocketPath);
            client.Ask("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Ucast_Macs_Remote":{}}]}""");
        }

        Thread.Sleep(Quiet);
        return (inserted, (server.Resident - before) / ManyRows);
    }

    private static void Print(string line, List<(double Their, double Our)> pairs, List<(double Their, double Our)> ofProcessor) =>
        Console.WriteLine($"| {line,-38} {Columns(pairs)} {Columns(ofProcessor)} |");

    private static string Columns(List<(double Their, double Our)> pairs)
    {
        if (pairs.Count == 0)
        {
            return $"| {"",12} | {"",12} | {"",-20}";
        }

        List<double> ratios = [.. pairs.Select(p => p.Our / p.Their)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {Median([.. pairs.Select(p => p.Their)]),12:#,##0} | {Median([.. pairs.Select(p => p.Our)]),12:#,##0} | {$"{Median(ratios):0.00} ({ratios.Min():0.00}..{ratios.Max():0.00})",-20}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
