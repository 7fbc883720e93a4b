using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using VtepLab.Benchmarks.Kernel;
using VtepLab.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>Transactions of our client, and of Debian's Python library and tools, against one real ovsdb-server each: what a second takes, and what one costs the client.</summary>
/// <remarks>
/// A transaction inserts a logical switch with a name of its own. "pipelined" keeps 100 under way over one connection: our typed client
/// beside Python's JSON-RPC without its IDL, which has one at a time. "with replica" waits for each answer and keeps a copy of the
/// table: our session beside Python's IDL. ovsdb-client is a process for each transaction.
/// </remarks>
internal static class ClientSideBySide
{
    private const int Window = 100;

    private const int Compiled = 40_000; // Transactions by which .NET has compiled what is used much as well as it will; Python has nothing to compile.

    /// <summary>Runs every client until it is warm and once to measure, each pair on a fresh server, and prints the table.</summary>
    /// <param name="count">Transactions each; the tool makes a hundredth.</param>
    public static void Run(int count)
    {
        Console.WriteLine($"{count} transactions; per second of time, and microseconds of the client's processor time for one");
        var pipelined = Measure("ours, pipelined", (server, tag) => OursAsync(server, tag, count, Window, hasReplica: false));
        Print("python3-openvswitch jsonrpc, pipelined", Python("pipelined", count), pipelined);
        var replica = Measure("ours, with replica, one at a time", (server, tag) => OursAsync(server, tag, count, 1, hasReplica: true));
        Print("python3-openvswitch IDL, one at a time", Python("idl", count), replica);
        Print("ovsdb-client, a process each", Tool(Math.Max(10, count / 100)), replica);
    }

    private static Rate Measure(string name, Func<string, string, Task<double>> run)
    {
        using (var first = RunningServer.Theirs())
        {
            for (double done = 0, round = 0; done < Compiled; round++)
            {
                done += run(first.SocketPath, $"early{round}").GetAwaiter().GetResult();
            }
        }

        using var server = RunningServer.Theirs();
        run(server.SocketPath, "warm").GetAwaiter().GetResult();
        var (began, processor) = (Stopwatch.GetTimestamp(), Meter.ProcessSeconds(Environment.ProcessId));
        var count = run(server.SocketPath, "hot").GetAwaiter().GetResult();
        var rate = new Rate(count / Stopwatch.GetElapsedTime(began).TotalSeconds, 1e6 * (Meter.ProcessSeconds(Environment.ProcessId) - processor) / count);
        Print(name, rate, null);
        return rate;
    }

    private static Task<double> OursAsync(string socket, string tag, int count, int window, bool hasReplica) =>
        LiveHost.RunAsync("bench", null, async host =>
        {
            var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
            {
                Remotes = [new Endpoint(EndpointScheme.Unix, socket, 0)], Database = "hardware_vtep", Tables = hasReplica ? [new("Logical_Switch")] : [],
            });
            session.Start();
            await session.WhenActiveAsync();
            var next = 0;
            await Task.WhenAll(Enumerable.Range(0, window).Select(async _ =>
            {
                while (next < count)
                {
                    var transaction = session.NewTransaction();
                    transaction.Insert(new LogicalSwitch { Name = $"{tag}-{next++}", TunnelKey = next });
                    await session.TransactAsync(transaction);
                }
            }));
            await session.StopAsync();
            return (double)count;
        });

    private static Rate Python(string what, int count)
    {
        using var server = RunningServer.Theirs();
        var script = Path.Combine(AppContext.BaseDirectory, "Ovsdb", "client.py");
        using var python = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", [script, what, $"unix:{server.SocketPath}", count.ToString(CultureInfo.InvariantCulture), $"{Window}", RunningServer.Schema])
        {
            RedirectStandardOutput = true,
        })!;
        var figures = JsonSerializer.Deserialize<double[]>(python.StandardOutput.ReadToEnd())!;
        python.WaitForExit();
        return new Rate(count / figures[0], 1e6 * figures[1] / count);
    }

    private static Rate Tool(int count)
    {
        using var server = RunningServer.Theirs();
        var began = Stopwatch.GetTimestamp();
        for (var n = 0; n < count; n++)
        {
            using var tool = Process.Start(new ProcessStartInfo(
                "ovsdb-client", ["transact", $"unix:{server.SocketPath}", $$$"""["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"ls{{{n}}}","tunnel_key":{{{n}}}}}]"""])
            {
                RedirectStandardOutput = true,
            })!;
            tool.WaitForExit();
        }

        return new Rate(count / Stopwatch.GetElapsedTime(began).TotalSeconds, double.NaN); // Nothing tells the processor time of a process that has ended.
    }

    private static void Print(string name, Rate rate, Rate? ours) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-42} {rate.PerSecond,9:0} /s {rate.Microseconds,9:0.0} us{(ours is { } us ? $"   ours: {us.PerSecond / rate.PerSecond:0.00} times as many, {us.Microseconds / rate.Microseconds:0.000} of the cost" : "")}"));

    private readonly record struct Rate(double PerSecond, double Microseconds);
}
