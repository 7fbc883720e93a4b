using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>Database files that are not plain names in a directory: a symbolic link, and a file that is mounted by itself, as containers have them.</summary>
[Category(RealPeer.Category)]
public class DatabasePathTests : FolderFixture
{
    private string Socket => $"unix:{Folder["s"]}";

    [SetUp]
    public async Task WriteNewSchema()
    {
        Directory.CreateDirectory(Folder["far"]);
        await File.WriteAllTextAsync(
            Folder["new.ovsschema"], (await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema)).Replace("\"1.7.0\"", "\"9.9.9\"", StringComparison.Ordinal));
    }

    [Test]
    public async Task A_symbolic_link_stays_one_and_its_file_is_locked_and_rewritten()
    {
        File.CreateSymbolicLink(Folder["v.db"], "far/v.db"); // To a file that is not there yet.
        await using (var server = await StartAsync("--schema", OvsdbServerPeer.VtepSchema))
        {
            await RunAsync("vtep-ctl", $"--db={Socket}", "add-ls", "blue");
            await RunAsync("ovsdb-client", "convert", Socket, Folder["new.ovsschema"]);
            var compact = await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), ["compact", Folder["far/v.db"]]);
            Assert.That(compact.Errors, Does.Contain("failed to lock lockfile"));
            await server.SignalAsync("KILL");
        }

        Assert.That(new FileInfo(Folder["v.db"]).LinkTarget, Is.EqualTo("far/v.db"));
        Assert.That(await RunAsync("ovsdb-tool", "db-version", Folder["far/v.db"]), Is.EqualTo("9.9.9\n"));
        await using var again = await StartAsync();
        Assert.That(await RunAsync("vtep-ctl", $"--db={Socket}", "--timeout=60", "list-ls"), Is.EqualTo("blue\n"));
    }

    [Test]
    public async Task A_file_that_cannot_be_renamed_over_keeps_its_schema_and_goes_on_taking_transactions()
    {
        await File.WriteAllBytesAsync(Folder["v.db"], []);
        (await PeerProcess.RunAsync(RealPeer.Require("mount"), ["--bind", Folder["v.db"], Folder["v.db"]])).Success();
        try
        {
            (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), ["create", Folder["far/v.db"], OvsdbServerPeer.VtepSchema])).Success();
            await File.WriteAllBytesAsync(Folder["v.db"], await File.ReadAllBytesAsync(Folder["far/v.db"]));
            await using (var server = await StartAsync())
            {
                await RunAsync("vtep-ctl", $"--db={Socket}", "add-ls", "blue");
                var refused = await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["convert", Socket, Folder["new.ovsschema"]]);
                await RunAsync("vtep-ctl", $"--db={Socket}", "add-ls", "red");

                Assert.That(refused.ExitCode, Is.Not.Zero);
                Assert.That(refused.Errors, Does.Contain("I/O error").And.Contain("cannot be replaced").And.Contain("busy"));
                Assert.That(server.Output, Does.Contain($"{Folder["v.db"]} cannot be replaced"));
                Assert.That(File.Exists(Folder["v.db.new"]), Is.False);
                await server.SignalAsync("KILL");
            }

            Assert.That(await RunAsync("ovsdb-tool", "db-version", Folder["v.db"]), Is.EqualTo("1.7.0\n"));
            await using var again = await StartAsync();
            Assert.That(await RunAsync("vtep-ctl", $"--db={Socket}", "--timeout=60", "list-ls"), Is.EqualTo("blue\nred\n"));
        }
        finally
        {
            await PeerProcess.RunAsync(RealPeer.Require("umount"), [Folder["v.db"]]);
        }
    }

    private async Task<RunningVteplab> StartAsync(params string[] options)
    {
        File.Delete(Folder["s"]);
        var server = new RunningVteplab(["ovsdb", "--db", Folder["v.db"], "--listen", $"p{Socket}", .. options]);
        await server.SaysAsync("listening on ");
        return server;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments) => (await PeerProcess.RunAsync(RealPeer.Require(program), arguments)).Success();
}
