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
    public void A_full_disk_refuses_transactions_and_leaves_the_server_up()
    {
        var stage = new StoreStage(7);
        var session = stage.Connect();
        stage.World.RunUntil(() => session.IsActive, TimeSpan.FromSeconds(1));
        stage.Leaf.DiskIsFull = true;

        var refusal = stage.World.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                var transaction = session.NewTransaction();
                transaction.Insert("Logical_Switch", ("name", $"ls{i}"));
                try
                {
                    await session.TransactAsync(transaction);
                }
                catch (OvsdbOperationException refused)
                {
                    return refused;
                }
            }

            return null;
        });

        Assert.That(refusal!.Error, Is.EqualTo("I/O error"));
        Assert.That(refusal.Details, Does.StartWith("vtep.db cannot be written"));
        Assert.That(session.IsActive, Is.True);
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
