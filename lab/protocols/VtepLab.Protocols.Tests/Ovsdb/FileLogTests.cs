using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

public class FileLogTests
{
    private const string Schema = """
        {"name":"db","tables":{"t":{"columns":{
            "n":{"type":"integer"},
            "s":{"type":{"key":"string","min":0,"max":"unlimited"}},
            "m":{"type":{"key":"string","value":"integer","min":0,"max":"unlimited"}},
            "e":{"type":"integer","ephemeral":true}}}}}
        """;

    private int _uuids;

    [Test]
    public void A_record_is_a_line_with_length_and_SHA1_and_then_the_JSON()
    {
        var (json, record) = (new JsonWriter(), new JsonWriter());
        json.Raw("{}"u8);
        LogRecords.Frame(json, record);

        // SHA-1 of "{}\n", computed with sha1sum.
        Assert.That(
            Encoding.UTF8.GetString(record.Written),
            Is.EqualTo("OVSDB JSON 3 5f36b2ea290645ee34d943220a14b54ee5ea5be5\n{}\n"));
    }

    [Test]
    public void What_was_committed_is_there_after_a_restart_except_ephemeral_columns()
    {
        var file = new MemoryLogStorage();
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        var row = Commit(log.Database, t => t.Insert("t", ("n", 1), ("s", Datum.Set("a", "b")), ("e", 9)));
        Commit(log.Database, t => t.Set(row, "m", Datum.Map([new("k", 5L)])));
        var gone = Commit(log.Database, t => t.Insert("t", ("n", 2)));
        Commit(log.Database, t => t.Delete(gone));

        var again = Open(file.Content).Table("t");

        Assert.That(again.Count, Is.EqualTo(1));
        Assert.That(again.Find(row.Uuid)!["n"].Integer, Is.EqualTo(1));
        Assert.That(again.Find(row.Uuid)!["s"], Is.EqualTo(Datum.Set("a", "b")));
        Assert.That(again.Find(row.Uuid)!["m"], Is.EqualTo(Datum.Map([new("k", 5L)])));
        Assert.That(again.Find(row.Uuid)!["e"].Integer, Is.Zero);
    }

    [Test]
    public void A_crash_at_any_byte_loses_only_the_transaction_that_was_being_written()
    {
        var file = new MemoryLogStorage();
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        var lengths = new List<int> { file.Content.Length };
        for (var n = 1; n <= 5; n++)
        {
            Commit(log.Database, t => t.Insert("t", ("n", n), ("s", "text")));
            lengths.Add(file.Content.Length);
        }

        for (var cut = lengths[0]; cut <= file.Content.Length; cut++)
        {
            var storage = new MemoryLogStorage();
            var opened = FileLog.Open(file.Content.AsMemory(0, cut), storage, TimeProvider.System, NewUuid, out var problem);
            var complete = lengths.FindLastIndex(length => length <= cut);

            Assert.That(opened.Database.Table("t").Count, Is.EqualTo(complete), $"cut at {cut}");
            Assert.That(problem is null, Is.EqualTo(cut == lengths[complete]), $"cut at {cut}");
            Assert.That(storage.Content, Has.Length.EqualTo(problem is null ? 0 : lengths[complete]), $"cut at {cut}");
        }
    }

    [Test]
    public void A_file_that_had_grown_before_it_was_opened_is_compacted_too()
    {
        var file = new MemoryLogStorage();
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        var row = Commit(log.Database, t => t.Insert("t", ("s", "small")));
        for (var n = 0; file.Content.Length < FileLog.LeastBytesToCompact; n++)
        {
            Commit(log.Database, t => t.Set(row, "s", $"{n}{new string('x', 1 << 20)}"));
        }

        var storage = new MemoryLogStorage();
        var opened = FileLog.Open(file.Content, storage, TimeProvider.System, NewUuid, out _);

        Assert.That(opened.CompactIfGrown());
        Assert.That(storage.Content.Length, Is.EqualTo(opened.Length).And.LessThan(2 << 20));
        Assert.That(opened.CompactIfGrown(), Is.False);
    }

    [Test]
    public void A_flipped_byte_ends_the_log_before_its_record()
    {
        var file = new MemoryLogStorage();
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        Commit(log.Database, t => t.Insert("t", ("n", 1)));
        var good = file.Content.Length;
        Commit(log.Database, t => t.Insert("t", ("n", 2)));
        file.Content[^3] ^= 1;

        FileLog.Open(file.Content, new MemoryLogStorage(), TimeProvider.System, NewUuid, out var problem);

        Assert.That(problem, Is.EqualTo($"the record at byte {good} does not have the checksum that it states"));
    }

    [Test]
    public void Compaction_keeps_the_rows_and_forgets_how_they_came_about()
    {
        var file = new MemoryLogStorage();
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        var row = Commit(log.Database, t => t.Insert("t", ("n", 0)));
        for (var n = 1; n <= 50; n++)
        {
            Commit(log.Database, t => t.Set(row, "n", n));
        }

        var before = file.Content.Length;
        log.Compact();
        Commit(log.Database, t => t.Set(row, "n", 99));

        Assert.That(file.Content, Has.Length.LessThan(before / 3));
        Assert.That(Open(file.Content).Table("t").Find(row.Uuid)!["n"].Integer, Is.EqualTo(99));
    }

    [Test]
    public void A_durable_commit_is_answered_when_the_storage_is_stable()
    {
        var file = new MemoryLogStorage { IsQuick = false };
        var log = FileLog.Create(DatabaseSchema.Parse(Schema), file, TimeProvider.System, NewUuid);
        var server = new OvsdbServer(new OvsdbServerOptions { Time = TimeProvider.System, NewUuid = NewUuid });
        server.Add(log.Database);
        var session = new EngineFixture.TestSession(server);

        var before = session.Ask(
            """{"id":1,"method":"transact","params":["db",{"op":"insert","table":"t","row":{}},{"op":"commit","durable":true}]}""");
        file.Unstable.ForEach(done => done());

        Assert.That(before, Is.Empty);
        Assert.That(session.Take(), Does.StartWith("""{"id":1,"result":[{"uuid":["uuid",""").And.EndsWith(""",{}],"error":null}"""));
    }

    private static T Commit<T>(Database database, Func<Transaction, T> work)
    {
        using var transaction = database.Begin();
        var result = work(transaction);
        Assert.That(transaction.Commit(), Is.Null);
        return result;
    }

    private static void Commit(Database database, Action<Transaction> work) => Commit(database, transaction =>
    {
        work(transaction);
        return 0;
    });

    private Database Open(byte[] file)
    {
        var log = FileLog.Open(file, new MemoryLogStorage(), TimeProvider.System, NewUuid, out var problem);
        Assert.That(problem, Is.Null);
        return log.Database;
    }

    private Guid NewUuid() => new Uuid(0, (ulong)++_uuids).ToGuid();
}
