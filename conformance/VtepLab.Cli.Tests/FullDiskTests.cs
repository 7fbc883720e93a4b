using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Database files on a real file system that is full: a small tmpfs, beside ovsdb-server on another.</summary>
[Category(RealPeer.Category)]
public class FullDiskTests
{
    private const string Inserted = """^\[\{"uuid":\["uuid","[-0-9a-f]+"\]\}\]\n$""";

    private TempDirectory _folder = null!;

    [SetUp]
    public async Task MountDisk()
    {
        _folder = new TempDirectory();
        Directory.CreateDirectory(_folder["disk"]);
        (await PeerProcess.RunAsync(RealPeer.Require("mount"), ["-t", "tmpfs", "-o", "size=400k", "vteplab-full-disk", _folder["disk"]])).Success();
    }

    [TearDown]
    public async Task RemoveDisk()
    {
        await PeerProcess.RunAsync(RealPeer.Require("umount"), [_folder["disk"]]);
        _folder.Dispose();
    }

    [TestCase("ovsdb-server")]
    [TestCase("vteplab ovsdb")]
    [TestCase("vteplab emulate switch")]
    public async Task Writes_are_refused_while_there_is_no_room_reads_go_on_and_nothing_acknowledged_is_lost(string program)
    {
        var port = PeerProcess.FreePort();
        var server = $"tcp:127.0.0.1:{port}";
        var acknowledged = new List<string>();
        await using (var running = await StartAsync(program, port))
        {
            var refusals = 0;
            for (var n = 0; refusals < 3; n++)
            {
                Assert.That(n, Is.LessThan(200), "the disk never fills up");
                var answer = await InsertAsync(server, $"ls{n}");
                if (answer.Contains("\"error\":\"I/O error\"", StringComparison.Ordinal))
                {
                    refusals++;
                    if (program != "vteplab emulate switch") // Which keeps its file by the store of its host, and says so.
                    {
                        Assert.That(
                            answer, Does.Contain("\"io-error\":\"No space left on device\"").And.Contain($"\"details\":\"{_folder["disk/v.db"]}: write failed\""));
                    }
                }
                else if (answer.Length > 0) // One that was caught under way is not answered before there is room.
                {
                    Assert.That(answer, Does.Match(Inserted));
                    acknowledged.Add($"ls{n}");
                }
            }

            Assert.That(await NamesAsync(server), Is.SupersetOf(acknowledged), "reading goes on");
            File.Delete(_folder["disk/ballast"]);
            await Eventually.That(async () => await InsertAsync(server, "room"), Does.Match(Inserted), TimeSpan.FromSeconds(20));
            acknowledged.Add("room");
            if (program != "ovsdb-server")
            {
                var complaints = running.Output().Split('\n').Where(l => l.Contains("cannot be written", StringComparison.Ordinal)).ToList();
                Assert.That(complaints, Has.Count.EqualTo(1), running.Output());
                Assert.That(complaints[0], Does.Contain("v.db").And.Contain("No space left on device"));
            }

            await running.KillAsync();
        }

        Assert.That(acknowledged, Has.Count.GreaterThan(5));
        var there = (await PeerProcess.RunAsync(
            RealPeer.Require("ovsdb-tool"), ["query", _folder["disk/v.db"], """["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name"]}]"""])).Success();
        Assert.That(acknowledged.Where(name => !there.Contains($"\"{name}\"", StringComparison.Ordinal)), Is.Empty);
        await using var again = await StartAsync(program, port);
        Assert.That(await NamesAsync(server), Is.SupersetOf(acknowledged));
    }

    private async Task<Running> StartAsync(string program, int port)
    {
        var file = _folder["disk/v.db"];
        if (!File.Exists(file))
        {
            await File.WriteAllBytesAsync(_folder["disk/ballast"], new byte[200 << 10]);
            if (program == "ovsdb-server")
            {
                (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), ["create", file, OvsdbServerPeer.VtepSchema])).Success();
            }
        }

        if (program == "ovsdb-server")
        {
            var real = PeerProcess.Start(
                RealPeer.Require("ovsdb-server"),
                ["--no-chdir", $"--unixctl={_folder["ctl"]}", $"--remote=ptcp:{port}:127.0.0.1", file], new Dictionary<string, string> { ["OVS_RUNDIR"] = _folder.Path });
            await real.WaitUntilAsync("an answer", async () => (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["list-dbs", $"tcp:127.0.0.1:{port}"])).ExitCode == 0);
            return new Running(() => real.Output, real.KillAsync, real);
        }

        var ours = new RunningVteplab(program == "vteplab ovsdb"
            ? ["ovsdb", "--schema", OvsdbServerPeer.VtepSchema, "--db", file, "--listen", $"ptcp:{port}:127.0.0.1"]
            : ["emulate", "switch", "--db", file, "--listen", $"ptcp:{port}:127.0.0.1"]);
        await ours.SaysAsync("listening on ");
        return new Running(() => ours.Output, () => ours.SignalAsync("KILL"), ours);
    }

    /// <summary>What ovsdb-client says of an insert of 8 kB; nothing when there was no answer for 2 s.</summary>
    private static async Task<string> InsertAsync(string server, string name) => (await PeerProcess.RunAsync(
        RealPeer.Require("ovsdb-client"),
        [
            "--timeout=2", "transact", server,
            $$$"""["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"{{{name}}}","description":"{{{new string('x', 8000)}}}"}}]""",
        ])).Output;

    private static async Task<string[]> NamesAsync(string server) => (await PeerProcess.RunAsync(
        RealPeer.Require("vtep-ctl"), [$"--db={server}", "--timeout=60", "--bare", "--columns=name", "list", "Logical_Switch"])).Success()
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private sealed record Running(Func<string> Output, Func<Task> KillAsync, IAsyncDisposable Process) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
