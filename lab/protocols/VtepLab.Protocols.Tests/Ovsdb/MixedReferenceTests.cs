namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>Maps that refer strongly with one half of a pair and weakly with the other: the weak half takes the strong one with it.</summary>
/// <remarks>
/// ovsdb-server 3.1.0 forgets to count the strong half then: the row stays although nothing refers to it, and deleting it fails with
/// "because of 1 remaining reference(s)". RFC 7047 section 3.2 wants it gone.
/// </remarks>
public class MixedReferenceTests
{
    private const string Schema = """
        {"name":"db","tables":{
            "r":{"isRoot":true,"columns":{
                "a":{"type":{"key":{"type":"uuid","refTable":"n"},"value":{"type":"uuid","refTable":"w","refType":"weak"},"min":0,"max":"unlimited"}},
                "b":{"type":{"key":{"type":"uuid","refTable":"w","refType":"weak"},"value":{"type":"uuid","refTable":"n"},"min":0,"max":"unlimited"}}}},
            "n":{"columns":{"next":{"type":{"key":{"type":"uuid","refTable":"n"},"min":0,"max":1}}}},
            "w":{"isRoot":true,"columns":{"x":{"type":"integer"}}}}}
        """;

    [TestCase("a", """[["named-uuid","n"],["named-uuid","w"]]""", TestName = "A_weak_value_that_goes_away_lets_its_strong_key_be_collected")]
    [TestCase("b", """[["named-uuid","w"],["named-uuid","n"]]""", TestName = "A_weak_key_that_goes_away_lets_its_strong_value_be_collected")]
    public void The_strong_half_is_collected_with_what_it_held(string column, string pair)
    {
        var engine = new EngineFixture(Schema);
        var session = engine.Open();
        session.Transact(
            """{"op":"insert","table":"n","row":{},"uuid-name":"m"},{"op":"insert","table":"n","row":{"next":["named-uuid","m"]},"uuid-name":"n"},"""
            + """{"op":"insert","table":"w","row":{},"uuid-name":"w"},"""
            + $$$"""{"op":"insert","table":"r","row":{"{{{column}}}":["map",[{{{pair}}}]]}}""");
        Assert.That(engine.Database.Table("n").Count, Is.EqualTo(2));
        session.Ask("""{"id":1,"method":"monitor","params":["db",0,{"n":{"columns":[]}}]}""");

        var sent = session.Ask("""{"id":2,"method":"transact","params":["db",{"op":"delete","table":"w","where":[]}]}""").Split('\n');

        Assert.That(engine.Database.Table("n").Count, Is.Zero);
        Assert.That(sent[0].Split("\"old\":{}"), Has.Length.EqualTo(3), sent[0]);
        Assert.That(sent[1], Is.EqualTo("""{"id":2,"result":[{"count":1}],"error":null}"""));
    }

    [Test]
    public void A_transaction_that_fails_after_the_collection_changes_nothing()
    {
        var engine = new EngineFixture(Schema.Replace("\"w\":{\"isRoot\":true,", "\"w\":{\"isRoot\":true,\"indexes\":[[\"x\"]],", StringComparison.Ordinal));
        var session = engine.Open();
        session.Transact(
            """{"op":"insert","table":"n","row":{},"uuid-name":"n"},{"op":"insert","table":"w","row":{"x":1},"uuid-name":"w"},"""
            + """{"op":"insert","table":"w","row":{"x":2}},{"op":"insert","table":"r","row":{"a":["map",[[["named-uuid","n"],["named-uuid","w"]]]]}}""");

        var refused = session.Transact("""{"op":"delete","table":"w","where":[["x","==",1]]},{"op":"insert","table":"w","row":{"x":2}}""");
        Assert.That(refused, Does.Contain("identical values"));
        Assert.That(engine.Database.Table("n").Count, Is.EqualTo(1));

        session.Transact("""{"op":"delete","table":"w","where":[["x","==",1]]}""");
        Assert.That(engine.Database.Table("n").Count, Is.Zero);
    }
}
