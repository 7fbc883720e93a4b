using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.OvsdbPeers.Tests;

public class StoredDatabaseTests
{
    private const string File = "vtep.db";

    [Test]
    public void What_was_answered_as_durable_survives_any_power_failure([Range(1, 20)] int seed)
    {
        var stage = new StoreStage((ulong)seed);
        var acknowledged = new List<string>();
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(1));
        stage.Controller.Services.Spawn("writer", async cancel =>
        {
            for (var i = 0; !cancel.IsCancellationRequested; i++)
            {
                await session.WhenActiveAsync(cancel);
                var transaction = session.NewTransaction();
                transaction.Insert("Logical_Switch", ("name", $"ls{i}"));
                transaction.Commit(durable: true);
                try
                {
                    await session.TransactAsync(transaction, cancel: cancel);
                    acknowledged.Add($"ls{i}");
                }
                catch (OvsdbProtocolException lost)
                {
                    Assert.That(lost.IsTransient, Is.True);
                }
            }
        });

        for (var crash = 1; crash <= 3; crash++)
        {
            stage.World.RunFor(TimeSpan.FromMilliseconds(37 * seed));
            stage.Leaf.Restart(CrashKind.Power);
            stage.World.RunUntil(() => stage.Lives == crash + 1, TimeSpan.FromSeconds(1));
            var survived = stage.Database.Table("Logical_Switch").All.Select(row => row["name"].String).ToHashSet();
            Assert.That(acknowledged.Where(name => !survived.Contains(name)), Is.Empty, $"crash {crash}");
            stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(30));
        }

        Assert.That(acknowledged, Is.Not.Empty);
    }

    [Test]
    public void A_full_disk_refuses_transactions_until_there_is_room_and_what_it_caught_under_way_is_written_then()
    {
        var stage = new StoreStage(7);
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(1));
        stage.World.Run(() => InsertAsync(session, "before"));
        stage.Leaf.DiskIsFull = true;

        var isCaughtAnswered = false;
        stage.Controller.Services.Spawn("caught", async _ =>
        {
            await InsertAsync(session, "caught");
            isCaughtAnswered = true;
        });
        stage.World.RunFor(TimeSpan.FromSeconds(1));
        var refused = stage.World.Run(async () =>
        {
            try
            {
                await InsertAsync(session, "refused");
                return null;
            }
            catch (OvsdbOperationException no)
            {
                return no;
            }
        })!;
        var read = stage.World.Run(async () =>
        {
            var select = session.NewTransaction();
            select.Select("Logical_Switch", Where.EveryRow, "name");
            return (await session.TransactAsync(select)).RowsOf(0).Count;
        });
        Assert.That((refused.Error, read, isCaughtAnswered), Is.EqualTo(("I/O error", 2, false)));
        Assert.That(refused.Details, Does.StartWith("vtep.db cannot be written: "));

        stage.Leaf.DiskIsFull = false;
        stage.World.RunUntil(() => isCaughtAnswered, TimeSpan.FromSeconds(2));
        stage.World.Run(() => InsertAsync(session, "after"));
        stage.Leaf.Restart(CrashKind.Power);
        stage.World.RunUntil(() => stage.Lives == 2, TimeSpan.FromSeconds(1));
        Assert.That(
            stage.Database.Table("Logical_Switch").All.Select(row => row["name"].String), Is.EquivalentTo(new[] { "before", "caught", "after" }));
    }

    private static async Task InsertAsync(OvsdbClientSession session, string name)
    {
        var transaction = session.NewTransaction();
        transaction.Insert("Logical_Switch", ("name", name));
        transaction.Commit(durable: name != "caught");
        await session.TransactAsync(transaction);
    }

    [Test]
    public void A_file_that_is_not_there_is_named()
    {
        var world = new SimulatedWorld(7);
        Exception? failure = null;
        world.AddHost("leaf1").Start(async host =>
        {
            try
            {
                await StoredDatabase.OpenAsync(host, File, schema: null);
            }
            catch (FileNotFoundException e)
            {
                failure = e;
            }
        });

        world.RunUntil(() => failure is not null, TimeSpan.FromSeconds(1));

        Assert.That(failure!.Message, Is.EqualTo("leaf1 has no database file vtep.db"));
    }

    private sealed class StoreStage
    {
        public StoreStage(ulong seed)
        {
            World = new SimulatedWorld(seed);
            Leaf = World.AddHost("leaf1", "192.0.2.11");
            Controller = World.AddHost("controller", "192.0.2.1");
            Leaf.Start(async host =>
            {
                var server = new OvsdbServer(new OvsdbServerOptions { Time = host.Time, NewUuid = host.Entropy.NewUuid });
                Database = await StoredDatabase.OpenAsync(host, File, VtepSchema.Load());
                server.Add(Database);
                await new OvsdbServerService(host, server, new OvsdbServerServiceOptions { Remotes = [Endpoint.Parse("ptcp:6640")] }).StartAsync();
                Lives++;
            });
        }

        public SimulatedWorld World { get; }

        public SimulatedHost Leaf { get; }

        public SimulatedHost Controller { get; }

        public Database Database { get; private set; } = null!;

        public int Lives { get; private set; }

        public OvsdbClientSession Connect()
        {
            OvsdbClientSession session = null!;
            Controller.Start(host =>
            {
                session = new OvsdbClientSession(host, new OvsdbClientSessionOptions { Remotes = [Endpoint.Parse("tcp:leaf1:6640")], Database = "hardware_vtep" });
                session.Start();
                return Task.CompletedTask;
            });
            World.RunUntil(() => session is not null, TimeSpan.FromSeconds(1));
            return session;
        }
    }
}
