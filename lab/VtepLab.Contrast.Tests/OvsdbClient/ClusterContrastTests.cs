using VtepLab.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Ovsdb;
using VtepLab.OvsdbPeers;
using VtepLab.Runtime;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbClient;

/// <summary>Our client with the servers of a real RAFT cluster: which of them it uses, and what becomes of what is under way when that ends.</summary>
[Category(RealPeer.Category)]
public class ClusterContrastTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60); // An election takes 2 s, more on a busy machine.

    [TestCase("dies")]
    [TestCase("dies with its last transaction on the others' disks", "crash-after-sending-append-request")]
    [TestCase("hands over", "transfer-leadership")]
    [TestCase("leaves")]
    public async Task When_the_leader(string how, string? failure = null)
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        await RunAsync(Remotes(cluster.Endpoints), async (session, writer) =>
        {
            var old = cluster.Leader;
            Assert.That(session.Remote, Is.EqualTo(Endpoint.Parse(cluster.Endpoint(old))), "the leader is found, whatever its place");
            var writes = writer.WriteAsync(() => writer.Acknowledged.Count >= 40 && cluster.Leader != old);
            await Eventually.That(() => Task.FromResult(writer.Acknowledged.Count), Is.GreaterThanOrEqualTo(15), Soon);

            if (failure is not null)
            {
                await cluster.ControlAsync(old, "cluster/failure-test", failure);
            }
            else if (how == "dies")
            {
                await cluster.KillAsync(old);
            }
            else
            {
                await cluster.ControlAsync(old, "cluster/leave", "hardware_vtep");
            }

            await cluster.AwaitLeaderAsync(other: old);
            await writes.WaitAsync(Soon);

            Assert.That(session.Remote, Is.EqualTo(Endpoint.Parse(cluster.Endpoint(cluster.Leader))));
            await writer.CompareAsync();
            if (failure?.StartsWith("crash", StringComparison.Ordinal) == true)
            {
                Assert.That(writer.Uncertain, Has.Count.EqualTo(1), "what the leader took to its grave without an answer");
                Assert.That(session.Replica.All<LogicalSwitch>().Select(ls => ls.Name), Does.Contain(writer.Uncertain[0]));
            }
        });
    }

    [Test]
    public async Task Followers_are_left_for_the_leader_unless_they_will_do()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        var followers = Enumerable.Range(0, 3).Where(i => i != cluster.Leader).Select(cluster.Endpoint).ToList();

        await RunAsync(Remotes(string.Join(',', followers)) with { LeaderOnly = true }, async (session, _) =>
        {
            await Eventually.That(() => Task.FromResult(session.State), Is.EqualTo(OvsdbClientState.Backoff), Soon);
            Assert.That(session.LastError, Is.EqualTo($"{followers[1]} does not lead its cluster; the next server is tried."));
        }, waitUntilActive: false);

        await RunAsync(Remotes(string.Join(',', followers)) with { LeaderOnly = false }, async (session, writer) =>
        {
            await writer.WriteAsync(() => writer.Acknowledged.Count == 5); // The follower hands them on.
            Assert.That(session.Remote, Is.EqualTo(Endpoint.Parse(followers[0])));
            await writer.CompareAsync();
        });
    }

    [Test]
    public async Task A_leader_that_hangs_is_left_for_the_next_one_and_is_a_follower_when_it_is_back()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        await RunAsync(Remotes(cluster.Endpoints), async (session, writer) =>
        {
            var old = cluster.Leader;
            var writes = writer.WriteAsync(() => writer.Acknowledged.Count >= 30 && cluster.Leader != old);
            await Eventually.That(() => Task.FromResult(writer.Acknowledged.Count), Is.GreaterThanOrEqualTo(10), Soon);

            await cluster.SignalAsync(old, "STOP");
            await cluster.AwaitLeaderAsync(other: old);
            await writes.WaitAsync(Soon);
            await cluster.SignalAsync(old, "CONT");

            await writer.WriteAsync(() => writer.Acknowledged.Count >= 40);
            Assert.That(session.Remote, Is.EqualTo(Endpoint.Parse(cluster.Endpoint(cluster.Leader))));
            await writer.CompareAsync();
        });
    }

    [Test]
    public async Task A_leader_without_followers_is_of_no_use_until_one_is_back()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        await RunAsync(Remotes(cluster.Endpoints), async (session, writer) =>
        {
            await writer.WriteAsync(() => writer.Acknowledged.Count == 5);
            var followers = Enumerable.Range(0, 3).Where(i => i != cluster.Leader).ToList();

            foreach (var follower in followers)
            {
                await cluster.KillAsync(follower);
            }

            await Eventually.That(() => Task.FromResult(session.IsActive), Is.False, Soon);
            cluster.StartAgain(followers[0]);
            await Eventually.That(() => Task.FromResult(session.IsActive), Is.True, Soon);
            await cluster.AwaitLeaderAsync();
            await writer.WriteAsync(() => writer.Acknowledged.Count == 10);
            await writer.CompareAsync();
        });
    }

    [Test]
    public async Task After_the_death_of_all_everything_is_there_again_when_they_are_back()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        await RunAsync(Remotes(cluster.Endpoints), async (session, writer) =>
        {
            await writer.WriteAsync(() => writer.Acknowledged.Count == 5);
            for (var i = 0; i < 3; i++)
            {
                await cluster.KillAsync(i);
            }

            await Eventually.That(() => Task.FromResult(session.State), Is.EqualTo(OvsdbClientState.Backoff), Soon);
            Assert.That(session.Replica.All<LogicalSwitch>().Count(), Is.EqualTo(5), "a replica stays readable");
            for (var i = 0; i < 3; i++)
            {
                cluster.StartAgain(i);
            }

            await cluster.AwaitLeaderAsync();
            await writer.WriteAsync(() => writer.Acknowledged.Count == 10);
            await writer.CompareAsync();
        });
    }

    [Test]
    public async Task A_member_that_fell_behind_is_not_gone_back_to()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync();
        var (leader, deaf) = (cluster.Leader, (cluster.Leader + 1) % 3);
        var other = 3 - leader - deaf;
        var reasons = new List<string?>();
        await RunAsync(Remotes(string.Join(',', new[] { leader, deaf, other }.Select(cluster.Endpoint))) with { LeaderOnly = false }, async (session, writer) =>
        {
            session.StateChanged += _ => reasons.Add(session.LastError);
            await cluster.ControlAsync(deaf, "cluster/failure-test", "stop-raft-rpc");
            await writer.WriteAsync(() => writer.Acknowledged.Count == 3);

            await cluster.KillAsync(leader);
            await Eventually.That(() => Task.FromResult(session.IsActive ? $"{session.Remote}" : ""), Is.EqualTo(cluster.Endpoint(other)), Soon);

            // On a slow machine it has noticed by then that it hears nothing.
            Assert.That(reasons, Has.Some.StartsWith($"{cluster.Endpoint(deaf)} has stale data: it knows ").Or.Some.StartsWith($"{cluster.Endpoint(deaf)} is cut off"));
            Assert.That(session.Replica.All<LogicalSwitch>().Select(ls => ls.Name), Is.EquivalentTo(writer.Acknowledged));
        });
    }

    [Test]
    public async Task A_member_of_another_cluster_is_not_taken_for_one_of_this()
    {
        await using var cluster = await OvsdbClusterPeer.StartAsync(1);
        await using var stranger = await OvsdbClusterPeer.StartAsync(1);
        var reasons = new List<string?>();
        await RunAsync(Remotes($"{cluster.LeaderEndpoint},{stranger.LeaderEndpoint}"), async (session, writer) =>
        {
            session.StateChanged += _ => reasons.Add(session.LastError);
            await writer.WriteAsync(() => writer.Acknowledged.Count == 5);

            await cluster.KillAsync(0);

            await Eventually.That(() => Task.FromResult(reasons.ToArray()), Has.Some.StartsWith($"{stranger.LeaderEndpoint} is of cluster "), Soon);
            Assert.That(session.Replica.All<LogicalSwitch>().Count(), Is.EqualTo(5));
            cluster.StartAgain(0);
            await cluster.FollowLeaderAsync();
            await writer.WriteAsync(() => writer.Acknowledged.Count == 10);
            await writer.CompareAsync();
        });
    }

    private static OvsdbClientSessionOptions Remotes(string remotes) => new()
    {
        Remotes = [.. remotes.Split(',').Select(Endpoint.Parse)], Database = "hardware_vtep", MaxBackoff = TimeSpan.FromSeconds(0.3),
        Connection = new OvsdbConnectionOptions { InactivityProbe = TimeSpan.FromSeconds(2) },
    };

    private static Task RunAsync(OvsdbClientSessionOptions options, Func<OvsdbClientSession, ClusterWriter, Task> body, bool waitUntilActive = true) =>
        LiveHost.RunAsync("controller", null, async host =>
        {
            var sent = new List<string>();
            var session = new OvsdbClientSession(host, options with { Connection = options.Connection with { Tap = ClusterWriter.Tap(sent) } });
            session.Start();
            if (waitUntilActive)
            {
                await session.WhenActiveAsync().WaitAsync(Soon, host.Time);
            }

            await body(session, new ClusterWriter(session, sent));
            await session.StopAsync();
        });
}
