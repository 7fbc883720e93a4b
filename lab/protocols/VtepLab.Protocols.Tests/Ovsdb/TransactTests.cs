namespace VtepLab.Protocols.Tests.Ovsdb;

public class TransactTests
{
    private const string Schema =
        """{"name":"db","tables":{"t":{"columns":{"n":{"type":"integer"},"s":{"type":{"key":"string","min":0,"max":"unlimited"}}}}}}""";

    [Test]
    public void Insert_answers_with_the_UUID_of_the_row()
    {
        var session = new EngineFixture(Schema).Open();

        var result = session.Transact("""{"op":"insert","table":"t","row":{"n":1}}""");

        Assert.That(result, Does.Match("""^\[\{"uuid":\["uuid","[-0-9a-f]{36}"\]\}\]$"""));
    }

    [Test]
    public void Select_sees_what_the_same_transaction_inserted()
    {
        var session = new EngineFixture(Schema).Open();

        var result = session.Transact(
            """{"op":"insert","table":"t","row":{"n":7,"s":["set",["b","a"]]}},{"op":"select","table":"t","where":[],"columns":["n","s"]}""");

        Assert.That(result, Does.EndWith("""{"rows":[{"n":7,"s":["set",["a","b"]]}]}]"""));
    }

    [Test]
    public void An_error_undoes_the_transaction_and_leaves_null_for_what_comes_after()
    {
        var session = new EngineFixture(Schema).Open();

        var result = session.Transact("""{"op":"comment","comment":"x"},{"op":"abort"},{"op":"comment","comment":"y"}""");

        Assert.That(result, Is.EqualTo("""[{},{"details":"aborted by request","error":"aborted"},null]"""));
    }

    [Test]
    public void A_monitor_is_told_before_the_reply()
    {
        var session = new EngineFixture(Schema).Open();
        session.Ask("""{"id":1,"method":"monitor","params":["db",null,{"t":{"columns":["n"]}}]}""");

        var sent = session.Ask("""{"id":2,"method":"transact","params":["db",{"op":"insert","table":"t","row":{"n":5}}]}""").Split('\n');

        Assert.That(sent, Has.Length.EqualTo(2));
        Assert.That(sent[0], Does.StartWith("""{"id":null,"method":"update","params":[null,{"t":{""").And.EndsWith("""{"new":{"n":5}}}}]}"""));
        Assert.That(sent[1], Does.StartWith("""{"id":2,"result":[{"uuid":["""));
    }

    [Test]
    public void A_wait_is_answered_when_another_session_makes_it_true()
    {
        var engine = new EngineFixture(Schema);
        var (waiter, writer) = (engine.Open(), engine.Open());
        var before = waiter.Ask(
            """{"id":3,"method":"transact","params":["db",{"op":"wait","table":"t","where":[],"columns":["n"],"until":"==","rows":[{"n":5}]}]}""");

        writer.Transact("""{"op":"insert","table":"t","row":{"n":5}}""");

        Assert.That(before, Is.Empty);
        Assert.That(waiter.Take(), Is.EqualTo("""{"id":3,"result":[{}],"error":null}"""));
    }

    // As ovsdb-server does (lock-step seed 7000096): a mutation touches its table even where it changes nothing.
    [TestCase("a", "b", "a")]
    [TestCase("b", "a", "b")]
    public void Of_two_tables_with_too_many_rows_the_one_touched_first_is_named(string touched, string filled, string named)
    {
        const string Limited = """{"columns":{"n":{"type":"integer"}},"isRoot":true,"maxRows":1}""";
        var session = new EngineFixture($$$"""{"name":"db","tables":{"a":{{{Limited}}},"b":{{{Limited}}}}}""").Open();
        session.Transact("""{"op":"insert","table":"a","row":{}},{"op":"insert","table":"b","row":{}}""");

        var refused = session.Transact(
            $$$"""
            {"op":"mutate","table":"{{{touched}}}","where":[],"mutations":[]},{"op":"insert","table":"{{{filled}}}","row":{}},
            {"op":"insert","table":"{{{touched}}}","row":{}}
            """);

        Assert.That(refused, Does.Contain($"transaction causes \\\"{named}\\\" table to contain 2 rows"));
    }

    [Test]
    public void A_wait_gives_up_when_its_time_is_over()
    {
        var engine = new EngineFixture(Schema);
        var session = engine.Open();
        session.Ask(
            """{"id":3,"method":"transact","params":["db",{"op":"wait","table":"t","where":[],"columns":["n"],"until":"==","rows":[{"n":5}],"timeout":300}]}""");

        Assert.That(engine.Server.UntilNextTimer, Is.EqualTo(TimeSpan.FromMilliseconds(300)));
        engine.Clock.Advance(300);
        engine.Server.RunTimers();

        Assert.That(
            session.Take(),
            Is.EqualTo("""{"id":3,"result":[{"error":"timed out","details":"\"wait\" timed out after 300 ms"}],"error":null}"""));
    }
}
