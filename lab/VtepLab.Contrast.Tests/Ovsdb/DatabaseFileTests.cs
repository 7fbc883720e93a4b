using VtepLab.Ovsdb;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Our database files in the hands of ovsdb-tool, and its in ours.</summary>
[Category(RealPeer.Category)]
public class DatabaseFileTests
{
    [Test]
    public async Task Ovsdb_tool_shows_queries_and_compacts_a_file_of_ours()
    {
        using var directory = new TempDirectory();
        var path = directory["ours.db"];
        Write(path);

        var shown = await Tool("show-log", "-m", path);
        var queried = await Tool("query", path, """["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name","tunnel_key"]}]""");
        await Tool("compact", path);
        var after = await Tool("query", path, """["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name","tunnel_key"]}]""");

        Assert.That(shown, Does.Contain("record 0: \"hardware_vtep\" schema, version=\"1.7.0\"").And.Contain("\"first things first\""));
        Assert.That(queried.Trim(), Is.EqualTo("""[{"rows":[{"name":"blue","tunnel_key":5001}]}]"""));
        Assert.That(after, Is.EqualTo(queried));
    }

    [Test]
    public async Task We_open_what_ovsdb_tool_has_written_differences_included()
    {
        using var directory = new TempDirectory();
        var path = directory["theirs.db"];
        await Tool("create", path, OvsdbServerPeer.VtepSchema);
        await Tool("transact", path, """["hardware_vtep",{"op":"insert","table":"Global","row":{"other_config":["map",[["a","1"],["b","2"],["c","3"]]]}}]""");
        await Tool("transact", path, """["hardware_vtep",{"op":"update","table":"Global","where":[],"row":{"other_config":["map",[["a","1"],["b","x"],["d","4"]]]}},{"op":"insert","table":"Logical_Switch","row":{"name":"blue","tunnel_key":5000}}]""");
        await Tool("transact", path, """["hardware_vtep",{"op":"delete","table":"Logical_Switch","where":[]}]""");

        var database = FileLog.Open(File.ReadAllBytes(path), new NoStorage(), TimeProvider.System, Guid.NewGuid, out var problem).Database;

        Assert.That(problem, Is.Null);
        Assert.That(
            database.Table("Global").All.Single()["other_config"],
            Is.EqualTo(Datum.Map([new("a", "1"), new("b", "x"), new KeyValuePair<string, string>("d", "4")])));
        Assert.That(database.Table("Logical_Switch").Count, Is.Zero);
    }

    [Test]
    public async Task Ovsdb_server_goes_on_with_a_file_of_ours_and_we_with_its()
    {
        await using var peer = await OvsdbServerPeer.StartAsync();
        await peer.StopAsync();
        Write(peer.DatabaseFile());
        await peer.StartAgainAsync();

        var added = await peer.VtepCtlAsync("add-ls", "red");
        var names = (await peer.VtepCtlAsync("list-ls")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await peer.StopAsync();
        var database = FileLog.Open(
            File.ReadAllBytes(peer.DatabaseFile()), new NoStorage(), TimeProvider.System, Guid.NewGuid, out var problem).Database;

        Assert.That(added, Is.Empty);
        Assert.That(names.Select(line => line.Split(' ')[^1].Trim('(', ')')).Concat(names.Select(line => line.Split(' ')[0])), Does.Contain("red").And.Contain("blue"));
        Assert.That(problem, Is.Null);
        Assert.That(database.Table("Logical_Switch").All.Select(row => row["name"].String), Is.EquivalentTo(new[] { "blue", "red" }));
    }

    /// <summary>Two transactions: a logical switch and a locator with a MAC behind it, then another key.</summary>
    private static void Write(string path)
    {
        var storage = new FileStorage(path);
        var log = FileLog.Create(DatabaseSchema.Parse(File.ReadAllBytes(OvsdbServerPeer.VtepSchema)), storage, TimeProvider.System, Guid.NewGuid);
        Row blue;
        using (var transaction = log.Database.Begin())
        {
            blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            var locator = transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", "192.0.2.11"));
            transaction.Insert("Ucast_Macs_Remote", ("MAC", "02:1a:c0:00:02:0b"), ("logical_switch", blue.Uuid), ("locator", locator.Uuid));
            transaction.AddComment("first things first");
            Assert.That(transaction.Commit(), Is.Null);
        }

        using (var transaction = log.Database.Begin())
        {
            transaction.Set(blue, "tunnel_key", 5001);
            Assert.That(transaction.Commit(), Is.Null);
        }
    }

    private static async Task<string> Tool(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-tool"), arguments)).Success();

    private sealed class FileStorage(string path) : ILogStorage
    {
        public void Append(ReadOnlyMemory<byte> bytes)
        {
            using var file = new FileStream(path, FileMode.Append);
            file.Write(bytes.Span);
        }

        public void Replace(ReadOnlyMemory<byte> content) => File.WriteAllBytes(path, content.Span);

        public void WhenStable(Action done) => done();
    }

    private sealed class NoStorage : ILogStorage
    {
        public void Append(ReadOnlyMemory<byte> bytes) => Assert.Fail("nothing was committed");

        public void Replace(ReadOnlyMemory<byte> content) => Assert.Fail("the file was complete");

        public void WhenStable(Action done) => done();
    }
}
