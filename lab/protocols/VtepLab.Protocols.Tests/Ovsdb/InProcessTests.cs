using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>The owner of a database writes and watches it without JSON, beside the sessions.</summary>
public class InProcessTests
{
    private const string Schema = """
        {"name":"db","tables":{
            "Switch":{"columns":{"name":{"type":"string"},"port":{"type":{"key":{"type":"uuid","refTable":"Port"},"min":0,"max":"unlimited"}}},
                "isRoot":true,"indexes":[["name"]]},
            "Port":{"columns":{"name":{"type":{"key":{"type":"string","maxLength":4}}}}}}}
        """;

    [Test]
    public void A_session_is_told_what_the_owner_wrote()
    {
        var engine = new EngineFixture(Schema);
        var session = engine.Open();
        session.Ask("""{"id":1,"method":"monitor","params":["db",null,{"Switch":{"columns":["name"]}}]}""");

        using var transaction = engine.Database.Begin();
        var leaf = transaction.Insert("Switch", ("name", "leaf1"));
        Assert.That(transaction.Commit(), Is.Null);

        Assert.That(
            session.Take(),
            Is.EqualTo("""{"id":null,"method":"update","params":[null,{"Switch":{"UUID":{"new":{"name":"leaf1"}}}}]}""".Replace("UUID", leaf.Uuid.ToString())));
    }

    [Test]
    public void The_owner_is_told_what_a_session_wrote_with_old_and_new_values()
    {
        var engine = new EngineFixture(Schema);
        var seen = new List<string>();
        engine.Database.Committed += changes =>
        {
            foreach (var change in changes.Of("Switch"))
            {
                var column = change.Row.Table.Schema.Column("name");
                seen.Add($"{changes.Number}: {change.OldValue(column)} -> {change.NewValue(column)}");
            }
        };
        var session = engine.Open();

        session.Transact("""{"op":"insert","table":"Switch","row":{"name":"leaf1"}}""");
        session.Transact("""{"op":"update","table":"Switch","where":[],"row":{"name":"leaf2"}}""");
        session.Transact("""{"op":"delete","table":"Switch","where":[]}""");

        Assert.That(seen, Is.EqualTo(new[] { "1:  -> leaf1", "2: leaf1 -> leaf2", "3: leaf2 -> " }));
    }

    [Test]
    public void A_handler_may_write_and_everybody_hears_of_both_in_order()
    {
        var engine = new EngineFixture(Schema);
        var heard = new List<long>();
        engine.Database.Committed += changes =>
        {
            if (changes.Number == 1)
            {
                using var answer = engine.Database.Begin();
                answer.Insert("Switch", ("name", "leaf2"));
                answer.Commit();
            }
        };
        engine.Database.Committed += changes => heard.Add(changes.Number);

        using (var transaction = engine.Database.Begin())
        {
            transaction.Insert("Switch", ("name", "leaf1"));
            transaction.Commit();
        }

        Assert.That(heard, Is.EqualTo(new long[] { 1, 2 }));
    }

    [Test]
    public void A_failed_commit_changes_nothing_and_says_why()
    {
        var engine = new EngineFixture(Schema);
        using (var first = engine.Database.Begin())
        {
            first.Insert("Switch", ("name", "leaf1"));
            first.Commit();
        }

        using var second = engine.Database.Begin();
        second.Insert("Switch", ("name", "leaf1"));
        var error = second.Commit();

        Assert.That(error!.Name, Is.EqualTo("constraint violation"));
        Assert.That(error.Details, Does.StartWith("Transaction causes multiple rows in \"Switch\" table to have identical values (leaf1)"));
        Assert.That(engine.Database.Table("Switch").Count, Is.EqualTo(1));
        Assert.That(engine.Database.CommitCount, Is.EqualTo(1));
    }

    [Test]
    public void Rows_that_nothing_refers_to_vanish_with_the_last_reference()
    {
        var engine = new EngineFixture(Schema);
        Row leaf, port;
        using (var first = engine.Database.Begin())
        {
            port = first.Insert("Port", ("name", "eth3"));
            leaf = first.Insert("Switch", ("name", "leaf1"), ("port", port.Uuid));
            first.Commit();
        }

        using var second = engine.Database.Begin();
        second.Set(leaf, "port", Datum.Empty);
        second.Commit();

        Assert.That(port.Exists, Is.False);
        Assert.That(engine.Database.Table("Port").Count, Is.Zero);
    }

    [Test]
    public void A_value_that_is_not_permitted_is_refused_where_it_is_given()
    {
        using var transaction = new EngineFixture(Schema).Database.Begin();

        var refused = Assert.Throws<OvsdbErrorException>(() => transaction.Insert("Port", ("name", "ethernet1")));
        Assert.Throws<ArgumentException>(() => transaction.Insert("Port", ("name", 5)));
        Assert.Throws<ArgumentException>(() => transaction.Insert("Port", ("nome", "x")));

        Assert.That(refused.Error.Details, Is.EqualTo("\"ethernet1\" length 9 is greater than maximum allowed length 4"));
    }
}
