using System.Globalization;
using System.Reflection;
using VtepLab.Kernel.Tests.Fleet;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Exploration;

/// <summary>The same seed gives the same run in every process, build configuration and runtime setting.</summary>
public class GoldenRunTests
{
    // What any process must find, Debug or Release, on one core or many. A change of the simulation's behaviour changes them, and says so.
    private static readonly (ulong Seed, ulong Digest, long Events)[] Golden = [(1, 0x9CFB06F5772D4D67UL, 7875), (5, 0xDFB874922E47CC3FUL, 7246)];

    private static readonly string[] Lines = [.. Golden.Select(g => Line(g.Seed, g.Digest, g.Events))];

    // What a runtime may be set to, each with what it is set to.
    private static readonly Dictionary<string, string>[] Settings =
    [
        new() { ["DOTNET_PROCESSOR_COUNT"] = "1" },
        new() { ["DOTNET_PROCESSOR_COUNT"] = "2", ["DOTNET_gcServer"] = "1", ["DOTNET_TieredCompilation"] = "0", ["TZ"] = "Asia/Kathmandu", ["LC_ALL"] = "tr_TR.UTF-8" },
    ];

    /// <summary>Runs the golden seeds, as a program of its own: a line each.</summary>
    public static IEnumerable<string> Run() => Golden.Select(g => Explorer.Run(WrongAgents.Experiment(Wrong.Nothing), g.Seed)).Select(o => Line(o.Seed, o.Digest, o.Events));

    [Test]
    public void A_fail_over_run_has_the_digest_it_has_always_had() => Assert.That(Run(), Is.EqualTo(Lines));

    [TestCaseSource(nameof(Settings))]
    public async Task Another_process_with_other_settings_has_them_too(Dictionary<string, string> settings) =>
        Assert.That(await RunAsync(typeof(WorkerProgram).Assembly.Location, settings), Is.EqualTo(Lines));

    /// <summary>The simulation is compiled anew the other way, Debug for Release, and put in the place of this one beside the same programs.</summary>
    [Test]
    public async Task A_simulation_of_the_other_build_has_them_too_on_one_core_and_on_two()
    {
        // .../artifacts/bin/PROJECT/CONFIGURATION/PROJECT.dll
        var here = new FileInfo(typeof(WorkerProgram).Assembly.Location);
        var output = here.Directory!.Parent!.Parent!;
        var root = output.Parent!.Parent!.FullName;
        var simulation = typeof(Explorer).Assembly.GetName().Name!;
        var source = Path.Combine(root, "lab", "kernel", simulation, $"{simulation}.csproj");
        Assert.That(source, Does.Exist, "these tests compile the simulation once more and need its sources");

        var other = here.Directory.Name == "release" ? "debug" : "release";
        using var folder = new TempDirectory();
        foreach (var file in here.Directory.GetFiles())
        {
            file.CopyTo(folder[file.Name]);
        }

        // What is compiled is what these tests were made of: it is restored, and the analyzers have judged it.
        (await PeerProcess.RunAsync(
            RealPeer.Require("dotnet"),
            ["build", source, "-c", other, "--no-restore", "-v", "q", "-m:1", "-nodeReuse:false", "-p:RunAnalyzers=false"],
            limit: TimeSpan.FromMinutes(3))).Success();
        foreach (var file in new DirectoryInfo(Path.Combine(output.FullName, simulation, other)).GetFiles("VtepLab.*.dll"))
        {
            file.CopyTo(folder[file.Name], overwrite: true);
        }

        foreach (var settings in Settings)
        {
            Assert.That(await RunAsync(folder[here.Name], settings), Is.EqualTo(Lines));
        }

        var made = AssemblyName.GetAssemblyName(folder[$"{simulation}.dll"]);
        Assert.That(made.FullName, Is.EqualTo(typeof(Explorer).Assembly.GetName().FullName));
        Assert.That(await File.ReadAllBytesAsync(folder[$"{simulation}.dll"]), Is.Not.EqualTo(await File.ReadAllBytesAsync(typeof(Explorer).Assembly.Location)));
    }

    private static async Task<string[]> RunAsync(string program, Dictionary<string, string> settings) =>
        (await PeerProcess.RunAsync(RealPeer.Require("dotnet"), ["exec", program, WorkerProgram.Golden], settings, limit: TimeSpan.FromMinutes(2))).Success()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Line(ulong seed, ulong digest, long events) =>
        string.Create(CultureInfo.InvariantCulture, $"seed {seed}: 0x{digest:X16}, {events} events");
}
