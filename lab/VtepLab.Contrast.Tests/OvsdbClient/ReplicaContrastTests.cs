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
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

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

        // What was told, applied in order, is what is there: each row appeared once and went once.
        var rows = new HashSet<(string Table, Uuid Uuid)>();
        foreach (var change in told.SelectMany(change => change.Rows))
        {
            Assert.That(change.IsInsert ? rows.Add((change.Table, change.Uuid)) : change.IsDelete ? rows.Remove((change.Table, change.Uuid)) : rows.Contains((change.Table, change.Uuid)), Is.True, change.ToString());
        }

        Assert.That(rows.Select(row => row.Table).Order(StringComparer.Ordinal), Is.EqualTo(new[] { "Global", "Logical_Switch" }));
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
        await RunAsync(server.Endpoint, first => RunAsync(server.Endpoint, async second =>
        {
            var gained = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            second.Client!.LockGained += name => gained.TrySetResult(name);
            Assert.That(await first.Client!.LockAsync("mine"), Is.True);
            Assert.That(await second.Client!.LockAsync("mine"), Is.False);

            await first.Client.UnlockAsync("mine");

            Assert.That(await gained.Task.WaitAsync(Soon), Is.EqualTo("mine"));
        }));
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
    private static Task RunAsync(string remote, Func<OvsdbClientSession, Task> body, bool waitUntilActive = true) =>
        LiveHost.RunAsync("controller", null, async host =>
        {
            var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions
            {
                Remote = Endpoint.Parse(remote), Database = "hardware_vtep", MaxBackoff = TimeSpan.FromSeconds(0.3),
            });
            session.Start();
            await Until(session, () => waitUntilActive ? session.IsActive : session.State == OvsdbClientState.Listening);
            await body(session);
            await session.StopAsync();
        });
}
