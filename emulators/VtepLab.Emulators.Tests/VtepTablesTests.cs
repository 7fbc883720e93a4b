using VtepLab.Emulators.HardwareVtep;
using VtepLab.HardwareVtep;
using VtepLab.Ovsdb;

namespace VtepLab.Emulators.Tests;

/// <summary>Records are remembered while a row's version stays, and never show anything but what the database holds.</summary>
public class VtepTablesTests
{
    private const int Few = 10;
    private const int Many = 100; // More rows than are remembered of a table.

    private Database _database = null!;

    [SetUp]
    public void MakeDatabase() => _database = NewDatabase();

    [Test]
    public void A_row_that_has_not_changed_is_read_once()
    {
        var tables = new VtepTables(_database);
        var (blue, red) = (Insert("blue"), Insert("red"));
        var (first, other) = (tables.Find(blue), tables.Find(red));

        Commit(red, ("tunnel_key", 5001));

        Assert.That(first, Is.EqualTo(new LogicalSwitch { Id = blue, Name = "blue" }));
        Assert.That(tables.Find(blue), Is.SameAs(first));
        Assert.That(tables.All<LogicalSwitch>().Single(row => row.Id == blue), Is.SameAs(first));
        Assert.That(tables.Find(red), Is.EqualTo(other! with { TunnelKey = 5001 }));
    }

    [Test]
    public void A_transaction_under_way_shows_its_changes_and_none_of_them_stays_when_it_is_aborted()
    {
        var tables = new VtepTables(_database);
        var blue = Insert("blue");
        using (var transaction = _database.Begin())
        {
            transaction.Set(tables.Row(blue), "tunnel_key", 5000);
            Assert.That(tables.Find(blue)!.TunnelKey, Is.EqualTo(5000));
            transaction.Set(tables.Row(blue), "tunnel_key", 5001);
            Assert.That(tables.Find(blue)!.TunnelKey, Is.EqualTo(5001));
            transaction.Abort();
        }

        Assert.That(tables.Find(blue), Is.EqualTo(new LogicalSwitch { Id = blue, Name = "blue" }));
    }

    [Test]
    public void A_row_that_was_deleted_is_not_found()
    {
        var tables = new VtepTables(_database);
        var blue = Insert("blue");
        Assert.That(tables.Find(blue), Is.Not.Null);

        using var transaction = _database.Begin();
        transaction.Delete(tables.Row(blue));

        Assert.That((tables.Find(blue), tables.All<LogicalSwitch>().Count), Is.EqualTo(((LogicalSwitch?)null, 0)));
        Assert.That(transaction.Commit(), Is.Null);
        Assert.That((tables.Find(blue), tables.All<LogicalSwitch>().Count), Is.EqualTo(((LogicalSwitch?)null, 0)));
    }

    [Test]
    public void After_a_conversion_a_row_shows_what_the_new_database_holds_under_the_same_version()
    {
        var tables = new VtepTables(_database);
        var blue = Insert("blue");
        Assert.That(tables.Find(blue)!.Name, Is.EqualTo("blue"));
        var converted = NewDatabase(); // With the same row, in the same version, for both draw the same UUIDs.
        Assert.That(Insert("blue-2", converted), Is.EqualTo(blue));
        Assert.That(converted.Table(LogicalSwitch.Table).Find(blue.Uuid)!["_version"], Is.EqualTo(tables.Row(blue)["_version"]));

        tables.Database = converted;

        Assert.That(tables.Find(blue)!.Name, Is.EqualTo("blue-2"));
    }

    [Test]
    public void Rows_of_a_table_that_grows_large_are_not_remembered_and_show_what_is_there()
    {
        var tables = new VtepTables(_database);
        RowId<LogicalSwitch>[] ids = [.. Enumerable.Range(0, Few).Select(n => Insert($"network-{n}"))];
        var before = tables.Find(ids[0]);
        ids = [.. ids, .. Enumerable.Range(Few, Many - Few).Select(n => Insert($"network-{n}"))];

        Commit(ids[0], ("tunnel_key", 5000));

        var now = tables.Find(ids[0]);
        Assert.That(now, Is.EqualTo(before! with { TunnelKey = 5000 }));
        Assert.That(tables.Find(ids[0]), Is.Not.SameAs(now));
        Assert.That(ids.Select(id => tables.Find(id)!.Name), Is.EqualTo(Enumerable.Range(0, Many).Select(n => $"network-{n}")));
        using (var transaction = _database.Begin())
        {
            Array.ForEach(ids[1..], id => transaction.Delete(tables.Row(id)));
            Assert.That(transaction.Commit(), Is.Null);
        }

        // Small again: what was remembered when it was small does not come back.
        var again = tables.Find(ids[0]);
        Assert.That(again, Is.EqualTo(now));
        Assert.That(tables.Find(ids[0]), Is.SameAs(again));
    }

    [Test]
    public void A_table_or_column_that_an_old_schema_lacks_is_empty()
    {
        var tables = new VtepTables(NewDatabase(new Version(1, 0, 0)));

        Assert.That((tables.Has<Acl>(), tables.Has<LogicalSwitch>(), tables.Has<LogicalSwitch>("replication_mode")), Is.EqualTo((false, true, false)));
        Assert.That((tables.Table<Acl>(), tables.All<Acl>().Count), Is.EqualTo(((Table?)null, 0)));
        Assert.That(tables.Find(new RowId<Acl>(new Uuid(1, 1))), Is.Null);
        var blue = Insert("blue", tables.Database);
        Assert.That(tables.Find(blue), Is.EqualTo(new LogicalSwitch { Id = blue, Name = "blue" }));
    }

    private static Database NewDatabase(Version? version = null)
    {
        var drawn = 0;
        return new Database(VtepSchema.Load(version), () => new Guid(++drawn, 0, 0, new byte[8]));
    }

    private RowId<LogicalSwitch> Insert(string name, Database? database = null)
    {
        using var transaction = (database ?? _database).Begin();
        var row = transaction.Insert(LogicalSwitch.Table, ("name", name));
        Assert.That(transaction.Commit(), Is.Null);
        return new(row.Uuid);
    }

    private void Commit(RowId<LogicalSwitch> row, params (string Column, Datum Value)[] values)
    {
        using var transaction = _database.Begin();
        foreach (var (column, value) in values)
        {
            transaction.Set(_database.Table(LogicalSwitch.Table).Find(row.Uuid)!, column, value);
        }

        Assert.That(transaction.Commit(), Is.Null);
    }
}
