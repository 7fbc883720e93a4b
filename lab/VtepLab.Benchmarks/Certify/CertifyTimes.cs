using System.Diagnostics;
using System.Globalization;
using VtepLab.Benchmarks.Ovsdb;
using VtepLab.Hosting;

namespace VtepLab.Benchmarks.Certify;

/// <summary>Times the whole <c>vteplab certify</c> command as its user sees it: start, checks, reports.</summary>
internal static class CertifyTimes
{
    /// <summary>Prints the wall time of the command, minimum, median and maximum, against the embedded switch and a real ovsdb-server.</summary>
    public static int Run()
    {
        var folder = Directory.CreateTempSubdirectory("vl-bench-").FullName;
        try
        {
            var nothing = Times(5, "--version");
            Print("vteplab --version (starting alone)", nothing);
            Print("certify, embedded switch", Times(5, "certify", "--out", folder));
            using var server = RunningServer.Theirs();
            Print("certify, ovsdb-server", Times(3, "certify", "--ovsdb", ListenOnTcp(server.SocketPath), "--out", folder));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Over TCP the server probes its clients, and the checks of that are the ones that take time.
    private static string ListenOnTcp(string socket)
    {
        var port = FreePort.Take();
        using var tool = Process.Start(
            "ovs-appctl", ["-t", Path.Combine(Path.GetDirectoryName(socket)!, "ctl"), "ovsdb-server/add-remote", $"ptcp:{port}:127.0.0.1"]);
        tool.WaitForExit();
        return $"tcp:127.0.0.1:{port}";
    }

    private static List<double> Times(int runs, params string[] arguments) =>
        [.. Enumerable.Range(0, runs).Select(_ => Once(arguments)).Order()];

    private static double Once(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vteplab.dll"), .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        return process.ExitCode == 0
            ? watch.Elapsed.TotalSeconds
            : throw new InvalidOperationException($"vteplab {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}{output.Result}");
    }

    private static void Print(string what, List<double> seconds) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what,-36} {seconds[0],6:0.00} s {seconds[seconds.Count / 2],6:0.00} s {seconds[^1],6:0.00} s"));
}
