using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Every subcommand of Debian's ovsdb-client that applies to a hardware VTEP says the same of our server as of ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class OvsdbClientToolTests
{
    private const string Insert =
        """'["hardware_vtep",{"op":"insert","table":"Logical_Switch","row":{"name":"blue","tunnel_key":5000}},{"op":"commit","durable":true}]'""";

    private static readonly string[] Commands =
    [
        "ovsdb-client list-dbs SERVER",
        "ovsdb-client get-schema SERVER hardware_vtep",
        "ovsdb-client get-schema-version SERVER hardware_vtep",
        "ovsdb-client get-schema-cksum SERVER hardware_vtep",
        "ovsdb-client get-schema SERVER nonsense",
        "ovsdb-client list-tables SERVER hardware_vtep",
        "ovsdb-client list-columns SERVER hardware_vtep",
        "ovsdb-client list-columns SERVER hardware_vtep Tunnel",
        "ovsdb-client list-columns SERVER _Server",
        $"ovsdb-client transact SERVER {Insert}",
        $"ovsdb-client transact SERVER {Insert}",
        $"ovsdb-client query SERVER {Insert}",
        """ovsdb-client query SERVER '["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name","tunnel_key"]}]'""",
        """ovsdb-client transact SERVER '["hardware_vtep",{"op":"select","table":"Nonsense","where":[]}]'""",
        """ovsdb-client transact SERVER '["_Server",{"op":"delete","table":"Database","where":[]}]'""",
        "ovsdb-client dump SERVER hardware_vtep Logical_Switch name tunnel_key",
        "ovsdb-client dump SERVER hardware_vtep",
        "ovsdb-client -f csv dump SERVER hardware_vtep Logical_Switch",
        "ovsdb-client -f json dump SERVER hardware_vtep Logical_Switch name",
        "ovsdb-client -f html dump SERVER hardware_vtep Logical_Switch name",
        "ovsdb-client -f list -d string dump SERVER hardware_vtep Logical_Switch name tunnel_key",
        "ovsdb-client -f table --no-headings dump SERVER hardware_vtep Logical_Switch name",
        "ovsdb-client dump SERVER hardware_vtep Nonsense",
        "ovsdb-client dump SERVER hardware_vtep Logical_Switch nonsense",
        "ovsdb-client dump SERVER nonsense",
        "ovsdb-client dump SERVER _Server Database name model connected leader cid sid index",
        "ovsdb-client list-tables SERVER nonsense",
        "ovsdb-client list-columns SERVER hardware_vtep Nonsense",
        "ovsdb-client get-schema-version SERVER _Server",
        "ovsdb-client get-schema-cksum SERVER nonsense",
        "ovsdb-client transact SERVER '[nonsense'",
        "ovsdb-client transact SERVER '{}'",
        "ovsdb-client transact SERVER '[]'",
        """ovsdb-client transact SERVER '["nonsense"]'""",
        """ovsdb-client transact SERVER '["hardware_vtep",{"op":"nonsense"}]'""",
        """ovsdb-client query SERVER '["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[]},{"op":"delete","table":"Logical_Switch","where":[]}]'""",
        """ovsdb-client query SERVER '["hardware_vtep",{"op":"abort"}]'""",
        "ovsdb-client --timeout=60 monitor SERVER hardware_vtep Nonsense",
        "ovsdb-client --timeout=60 monitor SERVER hardware_vtep Logical_Switch nonsense",
        "ovsdb-client --timeout=60 monitor SERVER hardware_vtep Logical_Switch name,name",
        "ovsdb-client --timeout=60 monitor-cond SERVER hardware_vtep '[[\"nonsense\",\"==\",1]]' Logical_Switch name",
        "ovsdb-client --timeout=60 monitor-cond SERVER hardware_vtep '[[\"name\",\"<\",\"a\"]]' Logical_Switch name",
        "ovsdb-client --timeout=60 lock SERVER 'no lock'",
        "ovsdb-client --timeout=1 wait SERVER hardware_vtep removed",
        "ovsdb-client --timeout=60 wait SERVER hardware_vtep nonsense",
        "ovsdb-client restore SERVER hardware_vtep",
        "ovsdb-client backup SERVER nonsense",
        "ovsdb-client --timeout=60 wait SERVER hardware_vtep added",
        "ovsdb-client --timeout=60 wait SERVER hardware_vtep connected",
        "ovsdb-client --timeout=1 wait SERVER nonsense added",
        $"ovsdb-client needs-conversion SERVER {OvsdbServerPeer.VtepSchema}",
        $"ovsdb-client convert SERVER {OvsdbServerPeer.VtepSchema}",
        $"ovsdb-client needs-conversion SERVER {OvsdbServerPeer.VSwitchSchema}",
        $"ovsdb-client convert SERVER {OvsdbServerPeer.VSwitchSchema}",
        "ovsdb-client convert SERVER /nowhere",
        "ovsdb-client nonsense SERVER",
        "ovsdb-client dump SERVER hardware_vtep Logical_Switch name tunnel_key",
    ];

    [Test]
    public async Task Commands_give_what_they_give_on_the_real_server()
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();

        var expected = await Conversation.HoldAsync(real.Endpoint, Commands);
        var found = await Conversation.HoldAsync(ours.Endpoint, Commands);

        Assert.That(Sorted(found), Is.EqualTo(Sorted(expected)));
    }

    [Test]
    public async Task A_unix_socket_serves_as_well()
    {
        await using var ours = await OurServer.StartAsync();

        var said = await Conversation.HoldAsync(ours.UnixEndpoint, ["ovsdb-client list-dbs SERVER"]);

        Assert.That(said, Is.EqualTo("$ ovsdb-client list-dbs SERVER\n_Server\nhardware_vtep\n-> 0\n"));
    }

    [TestCase("monitor", "hardware_vtep Logical_Switch name,tunnel_key", "7777")]
    [TestCase("monitor", "hardware_vtep ALL", "7777")]
    [TestCase("monitor", "hardware_vtep Logical_Switch name,!initial,!modify", "(?s)delete.*blue.*insert.*blue")]
    [TestCase("monitor-cond", """hardware_vtep [["name","==","blue"]] Logical_Switch name,tunnel_key""", "7777")]
    [TestCase("monitor-cond-since", """hardware_vtep [["tunnel_key",">",5000]] Logical_Switch name,tunnel_key""", "7777")]
    public async Task A_monitor_is_told_the_same(string command, string arguments, string last)
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();

        var expected = await MonitorAsync(real.Endpoint, command, arguments.Split(' '), last);
        var found = await MonitorAsync(ours.Endpoint, command, arguments.Split(' '), last);

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(found, Has.Some.Contains("blue"));
    }

    [Test]
    public async Task A_lock_is_granted_waited_for_and_stolen_as_on_the_real_server()
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();

        Assert.That(await LocksAsync(ours.Endpoint), Is.EqualTo(await LocksAsync(real.Endpoint)));
    }

    [Test]
    public async Task A_backup_of_either_server_can_be_restored_on_the_other()
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();
        using var directory = new TempDirectory();
        var client = RealPeer.Require("ovsdb-client");
        var commands = new[] { "vtep-ctl --db=SERVER add-ps leaf1 -- add-port leaf1 eth1 -- add-ls blue -- bind-ls leaf1 eth1 10 blue" };
        await Conversation.HoldAsync(real.Endpoint, commands);

        await ShellAsync($"{client} backup {real.Endpoint} hardware_vtep > {directory["real"]}");
        await ShellAsync($"{client} restore {ours.Endpoint} hardware_vtep < {directory["real"]}");
        await ShellAsync($"{client} backup {ours.Endpoint} hardware_vtep > {directory["ours"]}");
        await ShellAsync($"{client} restore {real.Endpoint} hardware_vtep < {directory["ours"]}");

        var dump = new[] { "ovsdb-client dump SERVER hardware_vtep" };
        Assert.That(await Conversation.HoldAsync(ours.Endpoint, dump), Is.EqualTo(await Conversation.HoldAsync(real.Endpoint, dump)));
        Assert.That(await Conversation.HoldAsync(ours.Endpoint, ["vtep-ctl --db=SERVER list-bindings leaf1 eth1"]), Does.Contain("0010 blue"));
    }

    private static async Task ShellAsync(string command) => (await PeerProcess.RunAsync("/bin/sh", ["-c", command])).Success();

    /// <summary>The rows that a monitor prints while others come, change and go.</summary>
    private static async Task<string[]> MonitorAsync(string endpoint, string command, string[] arguments, string last)
    {
        await Conversation.HoldAsync(endpoint, ["vtep-ctl --db=SERVER add-ls blue -- set Logical_Switch blue tunnel_key=5000"]);
        await using var monitor = PeerProcess.Start(
            RealPeer.Require("ovsdb-client"), ["-f", "csv", "-d", "json", command, endpoint, .. arguments]);

        // A monitor may print nothing at first: a row comes and goes until it shows, or the first row is there.
        await Eventually.That(
            async () =>
            {
                await Conversation.HoldAsync(endpoint,
                    ["vtep-ctl --db=SERVER add-ls probe -- set Logical_Switch probe tunnel_key=6000", "vtep-ctl --db=SERVER del-ls probe"]);
                return monitor.Output;
            },
            Does.Contain("probe").Or.Contains("blue"));
        await Conversation.HoldAsync(endpoint,
        [
            "vtep-ctl --db=SERVER set Logical_Switch blue tunnel_key=5001", "vtep-ctl --db=SERVER set Logical_Switch blue tunnel_key=5002 description=x",
            "vtep-ctl --db=SERVER set Logical_Switch blue name=azure", "vtep-ctl --db=SERVER set Logical_Switch azure name=blue", "vtep-ctl --db=SERVER del-ls blue",
            "vtep-ctl --db=SERVER add-ls blue -- set Logical_Switch blue tunnel_key=7777",
        ]);
        await Eventually.That(() => Task.FromResult(monitor.Output), Does.Match(last));
        var rows = monitor.Output.Split('\n')
            .Where(line => line.Contains(',', StringComparison.Ordinal) && !line.Contains("row,action", StringComparison.Ordinal)
                && !line.Contains("last_id", StringComparison.Ordinal))
            .ToArray();
        return Conversation.Normalise(string.Join('\n', WithoutProbes(rows)), endpoint).Split('\n');
    }

    /// <summary>The rows without the probes, of which there are as many as the monitor was slow to start.</summary>
    private static IEnumerable<string> WithoutProbes(string[] rows)
    {
        static string Uuid(string row) => row[..row.IndexOf(',', StringComparison.Ordinal)];
        var probes = rows.Where(row => row.Contains("probe", StringComparison.Ordinal)).Select(Uuid).ToHashSet(StringComparer.Ordinal);

        // Of a probe that was there before the monitor only the end is told.
        var first = Array.FindIndex(rows, row => probes.Contains(Uuid(row)));
        probes.UnionWith(rows.Take(first).Where(row => row.Contains(",delete,", StringComparison.Ordinal)).Select(Uuid));
        return rows.Where(row => !probes.Contains(Uuid(row)));
    }

    private static async Task<string> LocksAsync(string endpoint)
    {
        var client = RealPeer.Require("ovsdb-client");
        await using var owner = PeerProcess.Start(client, ["lock", endpoint, "mine"]);
        await Eventually.That(() => Task.FromResult(owner.Output), Does.Contain("locked"));
        await using var waiter = PeerProcess.Start(client, ["lock", endpoint, "mine"]);
        await Eventually.That(() => Task.FromResult(waiter.Output), Does.Contain("locked"));
        await using var thief = PeerProcess.Start(client, ["steal", endpoint, "mine"]);
        await Eventually.That(() => Task.FromResult(owner.Output), Does.Contain("stolen"));
        await thief.KillAsync();
        await Eventually.That(() => Task.FromResult(owner.Output), Does.Match("(?s)stolen.*locked"));
        await owner.KillAsync();
        await Eventually.That(() => Task.FromResult(waiter.Output), Does.Match("(?s)locked.*locked"));
        return owner.Output + "--\n" + waiter.Output;
    }

    /// <summary>The order of tables, columns and rows is the server's hash order in places; nothing depends on it.</summary>
    private static string[] Sorted(string text) => [.. text.Split('\n').Order(StringComparer.Ordinal)];
}
