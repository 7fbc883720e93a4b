namespace VtepLab.Protocols.Tests.Ovsdb;

public class ConvertTests
{
    private const string Old = """{"name":"db","tables":{"t":{"columns":{"n":{"type":"integer"},"gone":{"type":"string"}}}}}""";
    private const string New =
        """{"name":"db","version":"2.0.0","tables":{"t":{"columns":{"n":{"type":{"key":"integer","min":0,"max":3}},"more":{"type":"string"}}}}}""";

    [Test]
    public void Convert_keeps_rows_and_the_values_of_columns_that_stay()
    {
        var session = new EngineFixture(Old).Open();
        session.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        session.Transact("""{"op":"insert","table":"t","row":{"n":7,"gone":"x"}}""");

        var reply = session.Ask($$"""{"id":2,"method":"convert","params":["db",{{New}}]}""");

        Assert.That(reply, Is.EqualTo("""{"id":2,"result":{},"error":null}"""));
        Assert.That(
            session.Transact("""{"op":"select","table":"t","where":[],"columns":["n","more"]}"""),
            Is.EqualTo("""[{"rows":[{"more":"","n":7}]}]"""));
    }

    [Test]
    public void An_aware_session_keeps_its_connection_and_is_told_that_its_monitor_is_gone()
    {
        var engine = new EngineFixture(Old);
        var (aware, other) = (engine.Open(), engine.Open());
        aware.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        aware.Ask("""{"id":2,"method":"monitor","params":["db",["m"],{"t":{}}]}""");

        var reply = other.Ask($$"""{"id":3,"method":"convert","params":["db",{{New}}]}""");

        Assert.That(aware.Take(), Is.EqualTo("""{"id":null,"method":"monitor_canceled","params":[["m"]]}"""));
        Assert.That(aware.Session.IsClosed, Is.False);
        Assert.That(reply, Is.EqualTo("""{"id":3,"result":{},"error":null}"""));
        Assert.That(other.Session.IsClosed, Is.True);
    }

    // Found by the lock-step run: values went through JSON, which has 15 digits.
    [Test]
    public void A_real_keeps_all_its_digits_when_its_column_stays_as_it_was()
    {
        var session = new EngineFixture("""{"name":"db","tables":{"t":{"columns":{"r":{"type":"real"},"n":{"type":"integer"}}}}}""").Open();
        session.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        session.Transact("""{"op":"insert","table":"t","row":{"r":0.30000000000000004}}""");

        session.Ask("""{"id":2,"method":"convert","params":["db",{"name":"db","tables":{"t":{"columns":{"r":{"type":"real"}}}}}]}""");

        Assert.That(session.Transact("""{"op":"select","table":"t","where":[["r","==",0.30000000000000004]],"columns":["r"]}"""), Is.EqualTo("""[{"rows":[{"r":0.3}]}]"""));
    }

    // What ovsdb-server 3.1.0 answers: it reads the notation of the old column, which is never text, as one of the new.
    [TestCase("\"real\"", "5", "\"integer\"", """{"error":"syntax error","details":"expected integer","syntax":"5"}""")]
    [TestCase("\"integer\"", "7", "\"string\"", """{"error":"syntax error","details":"expected string","syntax":"7"}""")]
    [TestCase("\"integer\"", "3", "\"real\"", null)]
    [TestCase("\"real\"", "0.30000000000000004", """{"key":{"type":"real","minReal":0.30000000000000002}}""", null)]
    [TestCase("\"real\"", "100.50000000000001", """{"key":{"type":"real","maxReal":100.5}}""",
        """{"error":"constraint violation","details":"100.5 is greater than maximum allowed value 100.5"}""")]
    [TestCase("""{"key":"string","value":"integer","min":0}""", """["map",[]]""", """{"key":"integer","min":0}""",
        """{"error":"syntax error","details":"expected integer","syntax":"[\"map\",[]]"}""")]
    [TestCase("""{"key":"integer","min":0}""", """["set",[]]""", """{"key":"integer","value":"integer","min":0}""",
        """{"error":"syntax error","details":"expected [\"map\", <array>]","syntax":"[\"set\",[]]"}""")]
    [TestCase("""{"key":"integer","min":0,"max":2}""", """["set",[1,2]]""", "\"integer\"",
        """{"error":"syntax error","details":"set must have exactly one member but 2 are present","syntax":"[\"set\",[1,2]]"}""")]
    [TestCase("""{"key":"integer","min":0,"max":2}""", """["set",[9007199254740993,9007199254740992]]""", """{"key":"real","min":0,"max":2}""",
        """{"error":"ovsdb error","details":"set contains duplicate"}""")]
    public void A_value_goes_over_to_another_type_or_is_refused_in_ovsdb_servers_words(string from, string value, string to, string? error)
    {
        const string Shape = """{"name":"db","tables":{"t":{"columns":{"c":{"type":TYPE}}}}}""";
        var session = new EngineFixture(Shape.Replace("TYPE", from, StringComparison.Ordinal)).Open();
        session.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        session.Transact($$$"""{"op":"insert","table":"t","row":{"c":{{{value}}}}}""");

        var reply = session.Ask($$"""{"id":2,"method":"convert","params":["db",{{Shape.Replace("TYPE", to, StringComparison.Ordinal)}}]}""");

        Assert.That(reply, Is.EqualTo(error is null ? """{"id":2,"result":{},"error":null}""" : $$"""{"id":2,"error":{{error}}}"""));
    }

    // Found by the lock-step run: the cancellation was written over the reply to the conversion.
    [Test]
    public void A_session_that_converts_hears_that_its_own_waiting_transactions_are_canceled()
    {
        var session = new EngineFixture(Old).Open();
        session.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        session.Ask("""{"id":2,"method":"transact","params":["db",{"op":"wait","table":"t","where":[],"columns":["n"],"until":"==","rows":[{"n":5}]}]}""");

        var sent = session.Ask($$"""{"id":3,"method":"convert","params":["db",{{New}}]}""").Split('\n');

        Assert.That(sent, Is.EqualTo(new[] { """{"id":2,"error":"canceled"}""", """{"id":3,"result":{},"error":null}""" }));
    }

    [Test]
    public void The_row_of_the_database_in_Server_has_the_new_schema()
    {
        var session = new EngineFixture(Old).Open();
        session.Ask("""{"id":1,"method":"set_db_change_aware","params":[true]}""");
        session.Ask("""{"id":2,"method":"monitor","params":["_Server",0,{"Database":{"columns":["schema"]}}]}""");

        var sent = session.Ask($$"""{"id":3,"method":"convert","params":["db",{{New}}]}""").Split('\n');

        Assert.That(sent, Has.Length.EqualTo(2));
        Assert.That(sent[0], Does.Contain("\"old\":{\"schema\":").And.Contain("\\\"version\\\":\\\"2.0.0\\\""));
    }

    [Test]
    public void A_schema_that_the_data_do_not_suit_is_refused_and_nothing_changes()
    {
        var engine = new EngineFixture(Old);
        var session = engine.Open();
        session.Transact("""{"op":"insert","table":"t","row":{"n":7}}""");

        var reply = session.Ask(
            """{"id":3,"method":"convert","params":["db",{"name":"db","tables":{"t":{"columns":{"n":{"type":{"key":{"type":"integer","maxInteger":5}}}}}}}]}""");

        Assert.That(reply, Does.StartWith("""{"id":3,"error":{"error":"constraint violation","""));
        Assert.That(engine.Server.Find("db"), Is.SameAs(engine.Database));
    }
}
