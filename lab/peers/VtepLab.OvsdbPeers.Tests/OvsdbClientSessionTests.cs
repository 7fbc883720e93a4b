using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

public class OvsdbClientSessionTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Test]
    public void A_session_becomes_active_and_its_transactions_show_in_both_databases()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);

        var blue = stage.World.Run(async () =>
        {
            var transaction = session.NewTransaction();
            var row = transaction.Insert(new LogicalSwitch { Name = "blue", TunnelKey = 5000 });
            return (await session.TransactAsync(transaction)).UuidOf(row.Uuid);
        });

        Assert.That(session.MonitorMethod, Is.EqualTo("monitor_cond_since"));
        Assert.That(session.Replica.All<LogicalSwitch>().Single(), Is.EqualTo(new LogicalSwitch { Id = new(blue), Name = "blue", TunnelKey = 5000 }));
        Assert.That(stage.Database.Table("Logical_Switch").All.Single()["name"].String, Is.EqualTo("blue"));
    }

    [Test]
    public void The_update_of_an_own_transaction_is_in_the_replica_before_the_answer()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);

        var seen = stage.World.Run(async () =>
        {
            var transaction = session.NewTransaction();
            transaction.Insert("Logical_Switch", ("name", "blue"));
            await session.TransactAsync(transaction);
            return session.Replica.Table("Logical_Switch").Count;
        });

        Assert.That(seen, Is.EqualTo(1));
    }

    [Test]
    public void A_locator_that_nothing_refers_to_any_more_leaves_the_replica_by_itself()
    {
        var stage = new LeafStage();
        Row mac = null!;
        stage.Seeding = database =>
        {
            using var transaction = database.Begin();
            var blue = transaction.Insert("Logical_Switch", ("name", "blue"));
            var locator = transaction.Insert("Physical_Locator", ("dst_ip", "192.0.2.12"), ("encapsulation_type", "vxlan_over_ipv4"));
            mac = transaction.Insert("Ucast_Macs_Remote", ("MAC", "02:1a:c0:00:02:0c"), ("logical_switch", blue.Uuid), ("locator", locator.Uuid));
            Assert.That(transaction.Commit(), Is.Null);
        };
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        ReplicaChange? change = null;
        session.Replica.Changed += c => change = c;

        stage.Commit(transaction => transaction.Delete(mac));
        stage.World.RunUntil(() => change is not null, Soon);

        Assert.That(change!.Rows.Select(row => (row.Table, row.IsDelete)), Is.EqualTo(new[] { ("Physical_Locator", true), ("Ucast_Macs_Remote", true) }));
    }

    [Test]
    public void After_a_restart_of_the_switch_the_replica_tells_what_is_different_and_nothing_else()
    {
        var stage = new LeafStage();
        var lives = 0;
        var kept = Uuid.Parse("11111111-2222-4333-8444-555555555555");
        stage.Seeding = database =>
        {
            using var transaction = database.Begin();
            transaction.Insert("Logical_Switch", ("name", "kept" + kept), ("description", "life " + ++lives));
            Assert.That(transaction.Commit(), Is.Null);
        };
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var told = new List<ReplicaChange>();
        session.Replica.Changed += told.Add;

        stage.Leaf.Restart();
        stage.World.RunUntil(() => lives == 2 && session.IsActive && told.Count > 0, TimeSpan.FromSeconds(5));

        // The row has another UUID, as a switch that lost its database gives it.
        Assert.That(told.Single().IsResync, Is.True);
        Assert.That(told.Single().Rows.Select(row => (row.IsInsert, (row.New ?? row.Old)!["description"].String)),
            Is.EquivalentTo(new[] { (false, "life 1"), (true, "life 2") }));
    }

    [Test]
    public void What_changes_while_the_link_is_down_is_told_once_when_it_is_up_again()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var told = new List<string>();
        session.Replica.Changed += change => told.Add(string.Join(",", change.Rows.Select(row => (row.IsInsert ? "+" : row.IsDelete ? "-" : "~") + (row.New ?? row.Old)!["name"].String)));
        Row red = null!;
        stage.Commit(transaction => red = transaction.Insert("Logical_Switch", ("name", "red")));
        stage.World.RunUntil(() => told.Count == 1, Soon);

        // Reset by the switch; the controller is away for a second.
        stage.World.RunFor(TimeSpan.FromMilliseconds(10));
        stage.Leaf.Services.Spawn("reset", _ =>
        {
            stage.Commit(transaction => transaction.Insert("Logical_Switch", ("name", "before")));
            return stage.Service.StopAsync();
        });
        stage.World.RunUntil(() => !session.IsActive, Soon);
        stage.Commit(transaction =>
        {
            transaction.Delete(red);
            transaction.Insert("Logical_Switch", ("name", "blue"));
        });
        OvsdbServerService again = null!;
        stage.Leaf.Services.Spawn("again", async _ =>
        {
            again = new OvsdbServerService(stage.Leaf.Services, stage.Service.Server, stage.Options);
            await again.StartAsync();
        });
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(10));

        Assert.That(told.Skip(1).SelectMany(rows => rows.Split(',')).Order(), Is.EqualTo(new[] { "+before", "+blue", "-red" }));
        Assert.That(session.Replica.Table("Logical_Switch").Rows.Select(row => row["name"].String), Is.EquivalentTo(new[] { "before", "blue" }));
    }

    [Test]
    public void Attempts_to_connect_are_1_2_4_8_and_8_s_apart()
    {
        var world = new SimulatedWorld(7);
        world.AddHost("leaf1", "192.0.2.11");
        var times = new List<double>();
        world.AddHost("controller", "192.0.2.1").Start(host =>
        {
            var session = new OvsdbClientSession(host, new OvsdbClientSessionOptions { Remotes = [Endpoint.Parse("tcp:leaf1:6640")], Database = "hardware_vtep" });
            session.StateChanged += state =>
            {
                if (state == OvsdbClientState.Connecting)
                {
                    times.Add(Math.Round(world.Now.TotalSeconds, 1));
                }
            };
            session.Start();
            return Task.CompletedTask;
        });

        world.RunUntil(() => times.Count == 6, TimeSpan.FromSeconds(60));

        Assert.That(times, Is.EqualTo(new[] { 0.0, 1, 3, 7, 15, 23 }));
    }

    [Test]
    public void Of_several_servers_each_is_tried_at_once_then_in_turn_with_waits_and_the_first_that_serves_is_kept()
    {
        var stage = new LeafStage();
        stage.World.AddHost("leaf2", "192.0.2.12");
        stage.World.AddHost("leaf3", "192.0.2.13");
        var tried = new List<string>();
        var session = stage.Connect(with: options => options with { Remotes = [.. "leaf2,leaf3,leaf1".Split(',').Select(leaf => Endpoint.Parse($"tcp:{leaf}:6640"))] });
        session.StateChanged += state =>
        {
            if (state == OvsdbClientState.Connecting)
            {
                tried.Add($"{Math.Round(stage.World.Now.TotalSeconds, 1)} {session.Remote!.Host}");
            }
        };
        stage.World.RunUntil(() => session.IsActive, Soon);
        Assert.That((session.Remote!.Host, session.Name), Is.EqualTo(("leaf1", "leaf1")));
        tried.Clear();

        stage.World.RunUntil(() => stage.World.Now >= TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(11));
        stage.Leaf.Services.Spawn("end", _ => stage.Service.StopAsync());
        stage.World.RunUntil(() => tried.Count == 5, TimeSpan.FromSeconds(30));

        // That leaf3 is tried at 10 s as well is no new state.
        Assert.That(tried, Is.EqualTo(new[] { "10 leaf2", "11 leaf1", "13 leaf2", "17 leaf3", "25 leaf1" }));
        Assert.That(session.LastError, Does.Contain("leaf3"));
    }

    [Test]
    public void A_passive_endpoint_stands_alone() => Assert.That(
        () => new OvsdbClientSessionOptions { Remotes = [Endpoint.Parse("tcp:leaf1"), Endpoint.Parse("ptcp:6640")], Database = "hardware_vtep" },
        Throws.ArgumentException.With.Message.Contains("found 'tcp:leaf1:6640,ptcp:6640'"));

    [Test]
    public void A_switch_that_falls_silent_is_found_out_by_the_probe()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);
        var began = stage.World.Now;

        stage.Leaf.Pause();
        stage.World.RunUntil(() => session.State == OvsdbClientState.Backoff, TimeSpan.FromSeconds(20));

        Assert.That((stage.World.Now - began).TotalSeconds, Is.EqualTo(10).Within(0.1));
        Assert.That(session.LastError, Does.StartWith("leaf1 sent nothing for 10"));
        Assert.That(() => session.NewTransaction(), Throws.Nothing, "the schema is known");
        var transact = session.TransactAsync;
        Assert.That(() => transact(session.NewTransaction(), null, default), Throws.InstanceOf<OvsdbProtocolException>().With.Property("IsTransient").True);
    }

    [Test]
    public void A_passive_session_serves_a_switch_that_dials_in_and_again_after_its_reboot()
    {
        var stage = new LeafStage(new OvsdbServerServiceOptions { Managers = ManagerColumn.HardwareVtep });
        stage.Seeding = database =>
        {
            using var transaction = database.Begin();
            var manager = transaction.Insert("Manager", ("target", "tcp:192.0.2.1:6640"));
            transaction.Insert("Global", ("managers", manager.Uuid));
            Assert.That(transaction.Commit(), Is.Null);
        };
        var session = stage.Connect("ptcp:6640");
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(5));

        stage.Leaf.Restart(CrashKind.Power);
        stage.World.RunUntil(() => !session.IsActive, TimeSpan.FromSeconds(20));
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(20));

        Assert.That(session.Replica.All<Manager>().Single().Target, Is.EqualTo("tcp:192.0.2.1:6640"));
    }

    [Test]
    public void A_server_without_the_database_is_named_and_tried_again()
    {
        var stage = new LeafStage();
        var session = stage.Connect(with: options => options with { Database = "OVN_Southbound" });

        stage.World.RunUntil(() => session.State == OvsdbClientState.Backoff, Soon);

        Assert.That(session.LastError, Does.StartWith("leaf1 refused get_schema: unknown database: get_schema request specifies unknown database OVN_Southbound"));
    }

    [Test]
    public void A_stop_ends_the_session_and_the_switch_sees_it_go()
    {
        var stage = new LeafStage();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, Soon);

        stage.World.Run(session.StopAsync);
        stage.World.RunUntil(() => stage.Service.Server.Sessions.Count == 0, Soon);

        Assert.That(session.State, Is.EqualTo(OvsdbClientState.Stopped));
    }

    [Test]
    public void Two_runs_of_one_seed_are_the_same_run()
    {
        var first = Digest();

        Assert.That(Digest(), Is.EqualTo(first));

        static ulong Digest()
        {
            var stage = new LeafStage(seed: 42);
            var session = stage.Connect();
            stage.World.RunUntil(() => session.IsActive, Soon);
            stage.Leaf.Restart(CrashKind.Power);
            stage.World.RunFor(TimeSpan.FromSeconds(30));
            Assert.That(session.IsActive, Is.True);
            return stage.World.Digest;
        }
    }
}
