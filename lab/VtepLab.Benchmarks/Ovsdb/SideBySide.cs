using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>Runs Debian's ovsdb-server and our engine one after the other with the same client, and prints the ratios.</summary>
internal static class SideBySide
{
    private const string Schema = "/usr/share/openvswitch/vtep.ovsschema";

    /// <summary>Lets a server that tidies up when idle do so before its memory is measured.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    /// <summary>Measures both.</summary>
    /// <param name="scale">1 for the full run, which takes some minutes; 0.1 for a tenth of the rows.</param>
    /// <param name="what">
    /// "command" for <c>vteplab ovsdb</c> as users run it, which like ovsdb-server keeps its database in a file; "memory" for the same without
    /// a file; "engine" for the engine in the benchmark's own loop, without a file.
    /// </param>
    /// <param name="only">Measures lines only in which this occurs; empty for all.</param>
    public static void Run(double scale, string what, string only)
    {
        Func<string, Process> start = what switch
        {
            "engine" => StartEngine,
            "command" => directory => StartCommand(directory, "--db", $"{directory}/db"),
            "memory" => directory => StartCommand(directory),
            _ => throw new ArgumentException($"engine, command or memory wanted, not {what}", nameof(what)),
        };
        var theirs = Measure("ovsdb-server", scale, only, StartTheirs);
        var ours = Measure($"ours, {what}", scale, only, start);
        Console.WriteLine();
        Console.WriteLine("Per second of time, and per second of the server's own processor time, which other load does not change.");
        Console.WriteLine($"| {"what",-40} | {"ovsdb-server",12} | {"ours",12} | {"ratio",6} | {"CPU: o.-s.",12} | {"CPU: ours",12} | {"ratio",6} |");
        Console.WriteLine($"|{new string('-', 42)}|{Line(12)}|{Line(12)}|{Line(6)}|{Line(12)}|{Line(12)}|{Line(6)}|");
        foreach (var (their, our) in theirs.Zip(ours))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {their.What,-40} | {their.Value,12:#,##0} | {our.Value,12:#,##0} | {our.Value / their.Value,6:0.00} | "
                + $"{their.OfProcessor,12:#,##0} | {our.OfProcessor,12:#,##0} | {our.OfProcessor / their.OfProcessor,6:0.00} |"));
        }

        static string Line(int width) => new string('-', width + 1) + ":";
    }

    private static List<Figure> Measure(string name, double scale, string only, Func<string, Process> start)
    {
        var results = new List<Figure>();
        foreach (var rows in new[] { 1, 100, 1000 })
        {
            if (!$"rows/s inserted, {rows} a transaction".Contains(only, StringComparison.Ordinal))
            {
                continue;
            }

            var total = (int)(rows == 1 ? 20_000 * scale : 100_000 * scale);
            WithServer(start, (path, process) =>
            {
                Insert(path, rows == 1 ? 20_000 : 200_000, rows, from: 1_000_000); // Warms up: the first requests are compiled, not only executed.
                results.Add(Timed($"rows/s inserted, {rows} a transaction", process, total, () => Insert(path, total, rows)));
            });
        }

        foreach (var monitors in new[] { 1, 10, 100 })
        {
            if (!$"updates/s with {monitors} monitoring clients".Contains(only, StringComparison.Ordinal))
            {
                continue;
            }

            WithServer(start, (path, process) =>
            {
                Update(path, 10_000, 1);
                var updates = (int)(5_000 * scale);
                results.Add(Timed($"updates/s with {monitors} monitoring clients", process, updates, () => Update(path, updates, monitors)));
            });
        }

        if (!"resident bytes of the initial monitor".Contains(only, StringComparison.Ordinal))
        {
            return results;
        }

        WithServer(start, (path, process) =>
        {
            var rows = (int)(100_000 * scale);
            Insert(path, 1000, 1000, from: 1_000_000);
            Thread.Sleep(Quiet);
            var before = Resident(process);
            Insert(path, rows, 1000);
            Thread.Sleep(Quiet);
            results.Add(new Figure("resident bytes a row after inserting", (Resident(process) - before) / rows, double.NaN));
            results.Add(Timed($"rows/s of the initial monitor of {rows}", process, rows * 3, () =>
            {
                for (var n = 0; n < 3; n++)
                {
                    using var client = new BenchClient(path);
                    client.Ask("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Ucast_Macs_Remote":{}}]}""");
                }
            }));
            Thread.Sleep(Quiet);
            results.Add(new Figure("resident bytes a row after the monitors", (Resident(process) - before) / rows, double.NaN));
        });
        Console.Error.WriteLine($"{name}: measured");
        return results;
    }

    private static void Insert(string path, int total, int rowsEach, int from = 0)
    {
        using var client = new BenchClient(path);
        client.Ask(
            """{"id":0,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","uuid":"00000000-0000-4000-8000-000000000001","row":{"name":"blue"}}]}""");
        var requests = new List<byte[]>();
        for (var n = from; n < from + total; n += rowsEach)
        {
            var text = new StringBuilder("""{"id":1,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Physical_Locator","uuid-name":"p","row":{"encapsulation_type":"vxlan_over_ipv4","dst_ip":"192.0.2.""");
            text.Append(CultureInfo.InvariantCulture, $"{n}\"}}}}");
            for (var i = n; i < n + rowsEach; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $",{{\"op\":\"insert\",\"table\":\"Ucast_Macs_Remote\",\"row\":{{\"MAC\":\"02:1a:00:{i >> 16 & 255:x2}:{i >> 8 & 255:x2}:{i & 255:x2}\",\"ipaddr\":\"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}\",\"logical_switch\":[\"uuid\",\"00000000-0000-4000-8000-000000000001\"],\"locator\":[\"named-uuid\",\"p\"]}}}}");
            }

            requests.Add(Encoding.UTF8.GetBytes(text.Append("]}").ToString()));
        }

        const int ahead = 4; // Keeps the server busy without filling its socket.
        for (var i = 0; i < requests.Count + ahead; i++)
        {
            if (i < requests.Count)
            {
                client.Send(requests[i]);
            }

            if (i >= ahead)
            {
                client.Receive();
            }
        }

        // A benchmark of refused transactions would look splendid.
        var last = $"10.{(from + total - 1) >> 16 & 255}.{(from + total - 1) >> 8 & 255}.{(from + total - 1) & 255}";
        client.Ask($$$"""{"id":3,"method":"transact","params":["hardware_vtep",{"op":"wait","table":"Ucast_Macs_Remote","timeout":0,"where":[["ipaddr","==","{{{last}}}"]],"columns":["ipaddr"],"until":"==","rows":[{"ipaddr":"{{{last}}}"}]}]}""");
        if (client.LastMessageLength > 60)
        {
            throw new InvalidOperationException($"the rows up to {last} were not inserted");
        }
    }

    private static void Update(string path, int updates, int monitors)
    {
        using var client = new BenchClient(path);
        client.Ask(
            """{"id":0,"method":"transact","params":["hardware_vtep",{"op":"insert","table":"Logical_Switch","uuid":"00000000-0000-4000-8000-000000000001","row":{"name":"blue"}}]}""");
        var watchers = Enumerable.Range(0, monitors).Select(_ => new BenchClient(path)).ToList();
        foreach (var watcher in watchers)
        {
            watcher.Ask("""{"id":1,"method":"monitor","params":["hardware_vtep",null,{"Logical_Switch":{}}]}""");
        }

        // In step with the watchers, so that both servers tell each of them every single change.
        for (var n = 0; n < updates; n++)
        {
            client.Ask($$$"""{"id":2,"method":"transact","params":["hardware_vtep",{"op":"update","table":"Logical_Switch","where":[["_uuid","==",["uuid","00000000-0000-4000-8000-000000000001"]]],"row":{"tunnel_key":{{{n}}}}}]}""");
            foreach (var watcher in watchers)
            {
                watcher.Receive();
            }
        }

        watchers.ForEach(watcher => watcher.Dispose());
    }

    private static Figure Timed(string what, Process process, int count, Action work)
    {
        var (watch, processor) = (Stopwatch.StartNew(), Processor(process));
        work();
        return new Figure(what, count / watch.Elapsed.TotalSeconds, count / (Processor(process) - processor));
    }

    /// <summary>Seconds of processor time that a process has used, by the kernel's accounting of its threads.</summary>
    private static double Processor(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static double Resident(Process process)
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024.0 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
    }

    internal static void WithServer(Func<string, Process> start, Action<string, Process> work)
    {
        var directory = Directory.CreateTempSubdirectory("vl-bench-").FullName;
        Process? process = null;
        try
        {
            process = start(directory);
            var socket = Path.Combine(directory, "s");
            for (var tries = 0; !File.Exists(socket) && tries < 100; tries++)
            {
                Thread.Sleep(50);
            }

            Thread.Sleep(200);
            work(socket, process);
        }
        finally
        {
            process?.Kill();
            process?.WaitForExit();
            process?.Dispose();
            Directory.Delete(directory, recursive: true);
        }
    }

    internal static Process StartTheirs(string directory)
    {
        var file = Path.Combine(directory, "db");
        using (var tool = Start("ovsdb-tool", "create", file, Schema))
        {
            tool.WaitForExit();
        }

        return Start(
            "ovsdb-server", "--no-chdir", $"--unixctl={directory}/ctl", $"--remote=punix:{directory}/s", "-vconsole:off", file);
    }

    private static Process StartEngine(string directory) =>
        Start(Environment.ProcessPath!, [.. Self(), "ovsdb-serve", Schema, Path.Combine(directory, "s")]);

    /// <summary>Under <c>dotnet program.dll</c> the program is an argument.</summary>
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SideBySide).Assembly.Location] : [];

    /// <summary>The command that users run, with its sockets and its host around the engine.</summary>
    private static Process StartCommand(string directory, params string[] more) => Start(
        Path.Combine(AppContext.BaseDirectory, "vteplab"), ["ovsdb", "--schema", Schema, "--listen", $"punix:{directory}/s", .. more]);

    private static Process Start(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program, arguments);
        return Process.Start(info)!;
    }

    private sealed record Figure(string What, double Value, double OfProcessor);
}
