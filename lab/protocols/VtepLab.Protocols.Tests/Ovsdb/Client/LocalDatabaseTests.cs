using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

/// <summary>A program's own database without a connection: the same transactions, refusals and changes of the replica as over one.</summary>
public class LocalDatabaseTests
{
    private const string Schema = """
        {"name":"db","tables":{
            "Switch":{"columns":{"name":{"type":"string"},"port":{"type":{"key":{"type":"uuid","refTable":"Port"},"min":0,"max":"unlimited"}}},
                "isRoot":true,"indexes":[["name"]]},
            "Port":{"columns":{"name":{"type":{"key":{"type":"string","maxLength":4}}}}}}}
        """;

    private readonly List<string> _seen = [];
    private int _uuids;

    [SetUp]
    public void Forget() => _seen.Clear();

    [Test]
    public void The_replica_shows_what_was_there_and_every_transaction_as_one_change()
    {
        var database = NewDatabase();
        using (var before = database.Begin())
        {
            before.Insert("Switch", ("name", "leaf0"));
            before.Commit();
        }

        var (local, replica) = Watch(database);
        Assert.That(replica.IsFilled, Is.True);
        Assert.That(_seen, Is.EqualTo(new[] { "resync: Switch -> leaf0" }));

        Transact(local, t =>
        {
            var port = t.Insert("Port", ("name", "eth1"));
            t.Insert("Switch", ("name", "leaf1"), ("port", port));
        });
        Transact(local, t => t.Update("Switch", Where.Column("name", "leaf1"), ("name", "leaf2")));
        Transact(local, t => t.Update("Switch", Where.Column("name", "leaf2"), ("name", "leaf2"))); // Nothing changes, nothing is told.
        Transact(local, t => t.Delete("Switch", Where.Column("name", "leaf2"))); // The port goes as garbage.

        Assert.That(_seen.Skip(1), Is.EqualTo(new[]
        {
            "Port -> eth1, Switch -> leaf1", "Switch leaf1 -> leaf2", "Port eth1 -> , Switch leaf2 -> ",
        }));
        Assert.That(replica.Table("Switch").Rows.Select(r => r["name"].String), Is.EqualTo(new[] { "leaf0" }));
    }

    [Test]
    public void What_is_refused_changes_nothing_and_names_the_operation()
    {
        var (local, replica) = Watch(NewDatabase());
        Transact(local, t => t.Insert("Switch", ("name", "leaf1")));

        var twice = new OvsdbTransaction(replica.Schema!);
        twice.Insert("Switch", ("name", "leaf2"));
        twice.Insert("Switch", ("name", "leaf1"));
        var refused = Assert.Throws<OvsdbOperationException>(() => local.Transact(twice, () => Assert.Fail("it was refused")))!;
        Assert.That(refused.Error, Is.EqualTo(ErrorNames.ConstraintViolation));

        var aborted = new OvsdbTransaction(replica.Schema!);
        aborted.Insert("Switch", ("name", "leaf2"));
        aborted.Abort();
        Assert.That(Assert.Throws<OvsdbOperationException>(() => local.Transact(aborted, () => Assert.Fail("it was aborted")))!.OperationIndex, Is.EqualTo(1));
        Assert.That(replica.Table("Switch").Count, Is.EqualTo(1));
        Assert.That(_seen, Has.Count.EqualTo(1));
    }

    [Test]
    public void The_replica_shows_a_change_when_it_is_stable_and_before_its_writer_hears_of_it()
    {
        var storage = new MemoryLogStorage { IsQuick = false };
        var database = NewDatabase();
        FileLog.Attach(database, storage, new EngineFixture.ManualClock());
        var (local, replica) = Watch(database);
        var shown = -1;
        var transaction = new OvsdbTransaction(replica.Schema!);
        transaction.Insert("Switch", ("name", "leaf1"));
        local.Transact(transaction, () => shown = replica.Table("Switch").Count);
        Assert.That((replica.Table("Switch").Count, shown), Is.EqualTo((0, -1)));

        storage.Unstable.ForEach(done => done());

        Assert.That((replica.Table("Switch").Count, shown), Is.EqualTo((1, 1)));
    }

    private Database NewDatabase() => new(DatabaseSchema.Parse(Schema), () => new Uuid(0, (ulong)++_uuids).ToGuid());

    private (LocalDatabase Local, Replica Replica) Watch(Database database)
    {
        var replica = new Replica();
        replica.Changed += change => _seen.Add((change.IsResync ? "resync: " : "") + string.Join(", ", change.Rows.Select(
            r => $"{r.Table}{(r.Old is { } old ? " " + old["name"].String : "")} -> {r.New?["name"].String}")));
        return (new LocalDatabase(database, replica), replica);
    }

    private static void Transact(LocalDatabase local, Action<OvsdbTransaction> build)
    {
        var transaction = new OvsdbTransaction(DatabaseSchema.Parse(Schema));
        build(transaction);
        var isStable = false;
        local.Transact(transaction, () => isStable = true);
        Assert.That(isStable, Is.True);
    }
}
