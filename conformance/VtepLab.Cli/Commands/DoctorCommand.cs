using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using VtepLab.Cli.Output;

namespace VtepLab.Cli.Commands;

/// <summary><c>vteplab doctor</c>: which real peers this machine has.</summary>
internal static partial class DoctorCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly string[] Directories =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin", "/usr/bin",
            "/usr/share/openvswitch/scripts", "/usr/lib/rabbitmq/bin"];

    private static readonly string[] LibraryDirectories = ["/lib", "/usr/lib"];

    // Name, program, arguments that print a version and start nothing, Debian's package, what is lost without it.
    private static readonly Peer[] Peers =
    [
        new("ovsdb-server", "ovsdb-server", ["--version"], "openvswitch-common", "contrast tests of the OVSDB engine"),
        new("ovs-vtep", "ovs-vtep", [], "openvswitch-vtep", "certifying a real software switch"),
        new("vtep-ctl", "vtep-ctl", ["--version"], "openvswitch-vtep", "a second client on the emulated switch"),
        new("ovs-vswitchd", "ovs-vswitchd", ["--version"], "openvswitch-switch", "the datapath of ovs-vtep"),
        new("RabbitMQ", "rabbitmqctl", [], "rabbitmq-server", "the message bus over a real broker"),
        new("docker", "docker", ["--version"], "docker.io", "peers in containers"),
        new("libpcap", "libpcap.so.0.8", [], "libpcap0.8", "frames on real interfaces"),
        new("tshark", "tshark", ["--version"], "tshark", "contrast tests of frames and captures"),
        new("chromium", "chromium", ["--version", "--no-sandbox"], "chromium", "looking at reports in tests"),
    ];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var format = Options.Format();
        var command = new Command("doctor", "Show which real peers this machine has, and what is missing without them") { format };
        command.SetAction(async (parsed, cancel) =>
        {
            var table = new Table("name", "found", "version", "package", "for");
            foreach (var peer in Peers)
            {
                var (path, version) = await LookAsync(peer, cancel);
                table.Add(peer.Name, path ?? "no", version, peer.Package, peer.For);
            }

            table.Write(parsed.GetValue(format)!);
        });
        return command;
    }

    private static async Task<(string? Path, string Version)> LookAsync(Peer peer, CancellationToken cancel)
    {
        var path = peer.Program.Contains(".so", StringComparison.Ordinal) ? FindLibrary(peer.Program) : Find(peer.Program);
        if (path is null)
        {
            return (null, "");
        }

        var version = peer.VersionArguments.Length > 0 ? VersionIn(await RunAsync(path, peer.VersionArguments, cancel)) : "";
        return (path, version.Length > 0 ? version : await PackageVersionAsync(peer.Package, cancel));
    }

    private static string? Find(string program) => Directories.Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private static string? FindLibrary(string name) =>
        LibraryDirectories.Where(Directory.Exists)
            .SelectMany(d => Directory.EnumerateDirectories(d, "*-linux-gnu*").Order(StringComparer.Ordinal).Prepend(d))
            .Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    private static async Task<string> PackageVersionAsync(string package, CancellationToken cancel) =>
        Find("dpkg-query") is { } query ? (await RunAsync(query, ["-W", "-f=${Version}", package], cancel)).Trim() : "";

    private static string VersionIn(string output) => VersionPattern().Match(output).Value;

    private static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var errors = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await errors;
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? output : "";
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancel.ThrowIfCancellationRequested();
                return "";
            }
        }
        catch (Win32Exception)
        {
            return ""; // It is there, but not to be run; the package may still know its version.
        }
    }

    [GeneratedRegex(@"\d+(\.\d+)+\S*?(?=[,\s)]|$)")]
    private static partial Regex VersionPattern();

    private sealed record Peer(string Name, string Program, string[] VersionArguments, string Package, string For);
}
