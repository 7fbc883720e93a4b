using System.Diagnostics;
using System.Globalization;
using VtepLab.Benchmarks.Kernel;

namespace VtepLab.Benchmarks.Ovsdb;

/// <summary>A server process of its own with its directory, and what the system has counted of it.</summary>
internal sealed class RunningServer : IDisposable
{
    /// <summary>The schema that is served.</summary>
    public const string Schema = "/usr/share/openvswitch/vtep.ovsschema";

    private readonly string _directory;
    private readonly Process _process;

    private RunningServer(Func<string, Process> start)
    {
        _directory = Directory.CreateTempSubdirectory("vl-bench-").FullName;
        _process = start(_directory);
        for (var tries = 0; !File.Exists(SocketPath) && tries < 600; tries++)
        {
            Thread.Sleep(50);
        }

        Thread.Sleep(200);
    }

    /// <summary>The unix socket that it listens on.</summary>
    public string SocketPath => Path.Combine(_directory, "s");

    /// <summary>Seconds of processor time that it has used, to the nanosecond; what /proc shows is counted in hundredths.</summary>
    public double Processor => Meter.ProcessSeconds(_process.Id);

    /// <summary>Bytes of memory that it holds.</summary>
    public double Resident
    {
        get
        {
            var line = File.ReadLines($"/proc/{_process.Id}/status").First(text => text.StartsWith("VmRSS:", StringComparison.Ordinal));
            return 1024.0 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture);
        }
    }

    /// <summary>Debian's ovsdb-server with a database file.</summary>
    public static RunningServer Theirs() => new(directory =>
    {
        var file = Path.Combine(directory, "db");
        using (var tool = Process.Start("ovsdb-tool", ["create", file, Schema]))
        {
            tool.WaitForExit();
        }

        return Process.Start("ovsdb-server", ["--no-chdir", $"--unixctl={directory}/ctl", $"--remote=punix:{directory}/s", "-vconsole:off", file]);
    });

    /// <summary>Ours.</summary>
    /// <param name="what">
    /// "command" for <c>vteplab ovsdb</c> as users run it, which like ovsdb-server keeps its database in a file; "memory" for the same without
    /// a file; "engine" for the engine in the benchmark's own loop, without a file.
    /// </param>
    public static RunningServer Ours(string what) => what switch
    {
        "engine" => new(directory => Process.Start(Environment.ProcessPath!, [.. Self(), "ovsdb-serve", Schema, Path.Combine(directory, "s")])),
        "command" => new(directory => Command(directory, "--db", Path.Combine(directory, "db"))),
        "memory" => new(directory => Command(directory)),
        _ => throw new ArgumentException($"engine, command or memory wanted, not {what}", nameof(what)),
    };

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static Process Command(string directory, params string[] more) => Process.Start(
        Path.Combine(AppContext.BaseDirectory, "vteplab"), ["ovsdb", "--schema", Schema, "--listen", $"punix:{directory}/s", .. more]);

    /// <summary>Under <c>dotnet program.dll</c> the program is an argument.</summary>
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(RunningServer).Assembly.Location] : [];
}
