using System.Text.Json.Nodes;
using VtepLab.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbClient;

/// <summary>Our client and replica against Debian's ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class ReplicaContrastTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMinutes(1);

    [TestCase(false, TestName = "A_session_works_over_TCP")]
    [TestCase(true, TestName = "A_session_works_over_a_unix_socket")]
    public async Task Transport(bool unix)
    {
        await using var server = await OvsdbServerPeer.StartAsync();

        await RunAsync(unix ? server.UnixEndpoint : server.Endpoint, async session =>
        {
            var transaction = session.NewTransaction();
            var blue = transaction.Insert(new LogicalSwitch { Name = "blue", TunnelKey = 5000 });
            var locator = transaction.Insert(new PhysicalLocator { EncapsulationType = "vxlan_over_ipv4", DstIp = "198.51.100.1" });
            transaction.Insert(new UcastMacsRemote { Mac = "02:1a:c6:33:64:01", LogicalSwitch = blue, Locator = locator });
            transaction.Commit();
            var result = await session.TransactAsync(transaction);

            Assert.That(session.MonitorMethod, Is.EqualTo("monitor_cond_since"));
            Assert.That(session.Replica.All<UcastMacsRemote>().Single().Locator.Uuid, Is.EqualTo(result.UuidOf(locator.Uuid)));
            Assert.That(session.Replica.All<LogicalSwitch>().Single().TunnelKey, Is.EqualTo(5000));
        });

        Assert.That(await server.VtepCtlAsync("list-remote-macs", "blue"), Does.Contain("02:1a:c6:33:64:01 -> vxlan_over_ipv4/198.51.100.1"));
    }

    [Test]
    public async Task Refusals_of_the_real_server_are_told_with_their_place()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await RunAsync(server.Endpoint, async session =>
        {
            var twice = session.NewTransaction();
            twice.Insert(new LogicalSwitch { Name = "blue" });
            twice.Insert(new LogicalSwitch { Name = "blue" });
            var atCommit = await Refused(session.TransactAsync(twice));
            Assert.That((atCommit.Error, atCommit.OperationIndex), Is.EqualTo((ErrorNames.ConstraintViolation, (int?)null)));

            var wait = session.NewTransaction();
            wait.Comment("first");
            wait.Wait("Logical_Switch", Where.EveryRow, ["name"], [["blue"]]);
            var atOperation = await Refused(session.TransactAsync(wait));
            Assert.That((atOperation.IsTimedOut, atOperation.OperationIndex), Is.EqualTo((true, (int?)1)));

            var unknown = await Refused(session.Client!.Connection.CallAsync("no_such_method"));
            Assert.That(unknown.IsUnknownMethod, Is.True);
        });
    }

    [Test]
    public async Task Over_restarts_and_crashes_of_the_server_nothing_is_lost_and_nothing_invented()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        var told = new List<ReplicaChange>();
        await RunAsync(server.Endpoint, async session =>
        {
            session.Replica.Changed += told.Add;
            await server.VtepCtlAsync("add-ls", "red", "--", "add-ucast-remote", "red", "02:1a:c6:33:64:01", "198.51.100.1");
            await Until(session, () => session.Replica.All<UcastMacsRemote>().Any());

            // Down in good order, changed by another client after the start, before our session is back.
            await server.StopAsync();
            await Until(session, () => !session.IsActive);
            Assert.That(session.Replica.All<LogicalSwitch>().Count(), Is.EqualTo(1), "a replica stays readable");
            await server.StartAgainAsync();
            await server.VtepCtlAsync("clear-remote-macs", "red", "--", "del-ls", "red", "--", "add-ls", "blue");
            await Until(session, () => session.IsActive && session.Replica.All<LogicalSwitch>().Any(ls => ls.Name == "blue"));

            // Killed, nothing changed.
            var before = told.Count;
            await server.CrashAsync();
            await Until(session, () => !session.IsActive);
            await server.StartAgainAsync();
            await Until(session, () => session.IsActive);
            Assert.That(told, Has.Count.EqualTo(before));
        });

        Assert.That(ToldAsThere(told).Select(row => row.Table).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "Global", "Logical_Switch" }));
    }

    [Test]
    public async Task A_real_server_that_is_converted_meanwhile_is_followed_there_and_back()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        using var directory = new TempDirectory();
        var wider = JsonNode.Parse(await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema))!;
        wider["version"] = "99.0.0";
        wider["tables"]!["Logical_Switch"]!["columns"]!["color"] = JsonNode.Parse("""{"type":{"key":"string","min":0,"max":1}}""");
        await File.WriteAllTextAsync(directory["wider"], wider.ToJsonString());
        var told = new List<ReplicaChange>();
        await RunAsync(server.Endpoint, async session =>
        {
            session.Replica.Changed += told.Add;
            await server.VtepCtlAsync("add-ls", "red", "--", "add-ucast-remote", "red", "02:1a:c6:33:64:01", "198.51.100.1");
            await Until(session, () => session.Replica.All<UcastMacsRemote>().Any());

            await server.OvsdbClientAsync("convert", directory["wider"]);
            await Until(session, () => session.IsActive && session.Replica.Schema!.Version == "99.0.0");
            Assert.That(session.Replica.All<UcastMacsRemote>().Single().Mac, Is.EqualTo("02:1a:c6:33:64:01"));
            await server.OvsdbClientAsync(
                "transact",
                """
                ["hardware_vtep",{"op":"update","table":"Logical_Switch","where":[["name","==","red"]],"row":{"color":"green"}},
                {"op":"insert","table":"Logical_Switch","row":{"name":"blue"}}]
                """);
            await Until(session, () => session.Replica.All<LogicalSwitch>().Count() == 2);
            Assert.That(session.Replica.Table("Logical_Switch").Rows.Select(row => row["color"].ToString()), Has.Some.Contains("green"));

            await server.OvsdbClientAsync("convert", OvsdbServerPeer.VtepSchema);
            await Until(session, () => session.IsActive && session.Replica.Schema!.Version != "99.0.0");
            await server.VtepCtlAsync("del-ls", "blue");
            await Until(session, () => session.Replica.All<LogicalSwitch>().Count() == 1);
            Assert.That(ToldAsThere(told), Is.EquivalentTo(session.Replica.Tables.SelectMany(table => table.Rows.Select(row => (table.Name, row.Uuid)))));
        });

        Assert.That(ToldAsThere(told).Count(row => row.Table == "Ucast_Macs_Remote"), Is.EqualTo(1));
    }

    [Test]
    public async Task Over_the_death_of_a_raft_leader_nothing_is_lost_and_nothing_invented()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        var told = new List<ReplicaChange>();
        var answers = new List<string>(); // To monitor_cond_since.
        var connection = new OvsdbConnectionOptions
        {
            Tap = (isSent, message) =>
            {
                if (!isSent && message.IndexOf("\"result\":[true,\""u8) + message.IndexOf("\"result\":[false,\""u8) > -2)
                {
                    answers.Add(message.IndexOf("\"result\":[true,\""u8) >= 0 ? "found" : "all");
                }
            },
        };
        await RunAsync(cluster.LeaderEndpoint, async session =>
        {
            session.Replica.Changed += told.Add;
            var acknowledged = new List<string>();
            var unknown = new List<string>();
            var writes = WriteUntilItEndsAsync(session, acknowledged, unknown);
            await Until(session, () => acknowledged.Count >= 10);
            var old = cluster.Leader;

            await cluster.KillLeaderAsync(); // In the middle of the writes.
            await writes;
            await cluster.AwaitLeaderAsync();
            await cluster.VtepCtlAsync("del-ls", acknowledged[0], "--", "add-ls", "meanwhile");
            Assert.That((cluster.Leader == old, session.IsActive), Is.EqualTo((false, false)));
            var before = told.Count;
            await cluster.FollowLeaderAsync();
            await Until(session, () => session.IsActive && session.Replica.All<LogicalSwitch>().Any(ls => ls.Name == "meanwhile"));

            var names = session.Replica.All<LogicalSwitch>().Select(ls => ls.Name).ToList();
            Assert.That(answers, Is.EqualTo(new[] { "all", "found" }), "the new leader knows the last transaction, and sends differences");
            Assert.That(told.Skip(before).First().IsResync, Is.True);
            Assert.That(names, Is.SupersetOf(acknowledged.Skip(1)).And.Not.Contains(acknowledged[0]));
            Assert.That(names.Except(acknowledged).Except(unknown), Is.EqualTo(new[] { "meanwhile" }), "what was not asked for is not there");
            Assert.That(names.Order(StringComparer.Ordinal), Is.EqualTo((await cluster.VtepCtlAsync("list-ls")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)));

            var after = session.NewTransaction();
            after.Insert(new LogicalSwitch { Name = "after" });
            await session.TransactAsync(after);
            Assert.That(session.Replica.All<LogicalSwitch>().Count(), Is.EqualTo(names.Count + 1));
            Assert.That(ToldAsThere(told), Is.SupersetOf(session.Replica.Table("Logical_Switch").Rows.Select(row => ("Logical_Switch", row.Uuid))));
        }, connection: connection);
    }

    /// <summary>Inserts logical switches one after the other until the connection ends.</summary>
    private static async Task WriteUntilItEndsAsync(OvsdbClientSession session, List<string> acknowledged, List<string> unknown)
    {
        for (var i = 0; ; i++)
        {
            var name = $"ls{i}";
            unknown.Add(name);
            try
            {
                var transaction = session.NewTransaction();
                transaction.Insert(new LogicalSwitch { Name = name });
                await session.TransactAsync(transaction);
            }
            catch (OvsdbException)
            {
                return;
            }

            unknown.Remove(name);
            acknowledged.Add(name);
            await Task.Delay(10);
        }
    }

    /// <summary>What was told, applied in order: each row must appear once, be there when it changes, and go once.</summary>
    private static HashSet<(string Table, Uuid Uuid)> ToldAsThere(List<ReplicaChange> told)
    {
        var rows = new HashSet<(string Table, Uuid Uuid)>();
        foreach (var change in told.SelectMany(change => change.Rows))
        {
            var row = (change.Table, change.Uuid);
            Assert.That(change.IsInsert ? rows.Add(row) : change.IsDelete ? rows.Remove(row) : rows.Contains(row), Is.True, change.ToString());
        }

        return rows;
    }

    [Test]
    public async Task A_real_server_that_dials_in_by_its_manager_row_is_kept()
    {
        await using var server = await OvsdbServerPeer.StartAsync(null, "--remote=db:hardware_vtep,Global,managers");
        await RunAsync("ptcp:0:127.0.0.1", async session =>
        {
            await server.VtepCtlAsync("set-manager", $"tcp:127.0.0.1:{session.ListeningOn!.Port}");
            await Until(session, () => session.IsActive);
            Assert.That(session.Replica.All<Manager>().Single().Target, Does.StartWith("tcp:127.0.0.1:"));
        }, waitUntilActive: false);
    }

    [Test]
    public async Task A_lock_of_another_client_is_waited_for_and_gained()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await LiveHost.RunAsync("controller", null, async host =>
        {
            var (first, second) = (await StartAsync(host, server.Endpoint), await StartAsync(host, server.Endpoint));
            var gained = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            second.Client!.LockGained += name => gained.TrySetResult(name);
            Assert.That(await first.Client!.LockAsync("mine"), Is.True);
            Assert.That(await second.Client!.LockAsync("mine"), Is.False);

            await first.Client.UnlockAsync("mine");

            Assert.That(await gained.Task.WaitAsync(Soon), Is.EqualTo("mine"));
            await first.StopAsync();
            await second.StopAsync();
        });
    }

    private static async Task<OvsdbOperationException> Refused(Task call)
    {
        try
        {
            await call;
        }
        catch (OvsdbOperationException refused)
        {
            return refused;
        }

        throw new AssertionException("the server did not refuse");
    }

    private static async Task Until(OvsdbClientSession session, Func<bool> condition)
    {
        var end = DateTime.UtcNow + Soon;
        while (!condition())
        {
            Assert.That(DateTime.UtcNow, Is.LessThan(end), $"{session.State}, {session.LastError}");
            await Task.Delay(20);
        }
    }

    /// <summary>Runs a body on a live host of its own, with a session that has started.</summary>
    private static Task RunAsync(string remote, Func<OvsdbClientSession, Task> body, bool waitUntilActive = true, OvsdbConnectionOptions? connection = null) =>
        LiveHost.RunAsync("controller", null, async host =>
        {
            var session = await StartAsync(host, remote, waitUntilActive, connection);
            await body(session);
            await session.StopAsync();
        });

    private static async Task<OvsdbClientSession> StartAsync(IHost host, string remote, bool waitUntilActive = true, OvsdbConnectionOptions? connection = null)
    {
        var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
        {
            Remotes = [Endpoint.Parse(remote)], Database = "hardware_vtep", MaxBackoff = TimeSpan.FromSeconds(0.3),
            Connection = connection ?? new OvsdbConnectionOptions(),
        });
        session.Start();
        await Until(session, () => waitUntilActive ? session.IsActive : session.State == OvsdbClientState.Listening);
        return session;
    }
}
