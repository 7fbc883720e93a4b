using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab ovsdb</c> as ovsdb-server is used: remotes of every kind, and a file that Open vSwitch's tools share with it.</summary>
[Category(RealPeer.Category)]
public class OvsdbCommandTests
{
    private const string Switches = """["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name"]}]""";

    private TempDirectory folder = null!;

    private string Socket => $"unix:{folder["s"]}";

    [SetUp]
    public void Prepare() => folder = new TempDirectory();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task Manager_rows_are_served_when_a_remote_names_their_column()
    {
        var port = PeerProcess.FreePort();
        await using var server = await StartAsync("--schema", OvsdbServerPeer.VtepSchema, "--remote", "db:hardware_vtep,Global,managers");

        await RunAsync("vtep-ctl", $"--db={Socket}", "--timeout=60", "set-manager", $"ptcp:{port}:127.0.0.1");
        await RunAsync("vtep-ctl", $"--db=tcp:127.0.0.1:{port}", "--timeout=60", "add-ls", "blue");

        Assert.That(await RunAsync("vtep-ctl", $"--db={Socket}", "--timeout=60", "list-ls"), Is.EqualTo("blue\n"));
    }

    [Test]
    public async Task A_converted_database_is_in_its_file_and_is_served_from_it_without_a_schema()
    {
        var converted = folder["new.ovsschema"];
        await File.WriteAllTextAsync(converted, (await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema)).Replace("\"1.7.0\"", "\"9.9.9\"", StringComparison.Ordinal));
        await using (var server = await StartAsync("--schema", OvsdbServerPeer.VtepSchema, "--db", folder["v.db"]))
        {
            await RunAsync("vtep-ctl", $"--db={Socket}", "add-ls", "blue");
            await RunAsync("ovsdb-client", "convert", Socket, converted);
            await RunAsync("vtep-ctl", $"--db={Socket}", "add-ls", "red");
            await server.SignalAsync("KILL");
        }

        Assert.That(await RunAsync("ovsdb-tool", "db-version", folder["v.db"]), Is.EqualTo("9.9.9\n"));
        Assert.That(await RunAsync("ovsdb-tool", "query", folder["v.db"], Switches), Does.Contain("blue").And.Contain("red"));
        await using var again = await StartAsync("--db", folder["v.db"]);
        Assert.That(await RunAsync("vtep-ctl", $"--db={Socket}", "--timeout=60", "list-ls"), Is.EqualTo("blue\nred\n"));
    }

    [Test]
    public async Task The_file_is_locked_for_ovsdb_tool_while_it_is_served_and_for_us_while_ovsdb_server_has_it()
    {
        await using (var server = await StartAsync("--schema", OvsdbServerPeer.VtepSchema, "--db", folder["v.db"]))
        {
            var compact = await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), ["compact", folder["v.db"]]);
            Assert.That(compact.ExitCode, Is.Not.Zero);
            Assert.That(compact.Errors, Does.Contain("failed to lock lockfile"));
        }

        await using var peer = await OvsdbServerPeer.StartAsync();
        foreach (string[] command in (string[][])[["ovsdb", "--listen", "ptcp:0:127.0.0.1"], ["emulate", "switch", "--listen", "ptcp:0:127.0.0.1"], ["neutron", "--listen", "http://127.0.0.1:0", "--bus", "memory"]])
        {
            var second = await Vteplab.RunAsync([.. command, "--db", peer.DatabaseFile()]);
            Assert.That(second.Refusal(ExitCode.Usage), Does.Contain("another process has it open"), command[0]);
        }
    }

    [Test]
    public async Task What_was_acknowledged_is_in_the_file_of_a_server_that_is_killed()
    {
        await using (var server = await StartAsync("--schema", OvsdbServerPeer.VtepSchema, "--db", folder["v.db"]))
        {
            for (var n = 0; n < 20; n++)
            {
                await RunAsync("ovsdb-client", "transact", Socket, $$$"""["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"ls{{{n}}}"}}]""");
            }

            await server.SignalAsync("KILL");
        }

        var found = await RunAsync("ovsdb-tool", "query", folder["v.db"], Switches);
        Assert.That(Enumerable.Range(0, 20).Where(n => !found.Contains($"\"ls{n}\"", StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("--listen ptcp:0", "--schema says what the database looks like")]
    [TestCase("--schema " + OvsdbServerPeer.VtepSchema, "--listen or --remote says how the server is reached")]
    [TestCase("--schema " + OvsdbServerPeer.VtepSchema + " --remote db:hardware_vtep,Global,nosuch", "no column \"nosuch\" in table \"Global\"")]
    [TestCase("--schema " + OvsdbServerPeer.VtepSchema + " --remote db:hardware_vtep", "is not db:DB,TABLE,COLUMN")]
    [TestCase("--db nosuch.db --listen ptcp:0", "there is no database file nosuch.db")]
    public async Task A_server_that_cannot_be_is_refused(string arguments, string message) =>
        Assert.That((await Vteplab.RunAsync(["ovsdb", .. arguments.Split(' ')])).Refusal(ExitCode.Usage), Does.Contain(message));

    private async Task<RunningVteplab> StartAsync(params string[] arguments)
    {
        File.Delete(folder["s"]);
        var server = new RunningVteplab(["ovsdb", "--remote", $"p{Socket}", .. arguments]);
        await server.SaysAsync("listening on ");
        return server;
    }

    private static async Task<string> RunAsync(string tool, params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require(tool), arguments)).Success();
}
