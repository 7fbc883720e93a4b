using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>Damaged and random messages to one session, while another one goes on as if nothing were.</summary>
public class RobustnessTests
{
    private const string Schema = """
        {"name":"db","tables":{
            "t":{"columns":{"n":{"type":"integer"},"r":{"type":{"key":"real","min":0,"max":3}},
                "s":{"type":{"key":{"type":"string","maxLength":8},"min":0,"max":"unlimited"}},
                "w":{"type":{"key":{"type":"uuid","refTable":"t","refType":"weak"},"min":0,"max":"unlimited"}},
                "m":{"type":{"key":"string","value":{"type":"uuid","refTable":"u"},"min":0,"max":"unlimited"}}},"isRoot":true,"indexes":[["n"]]},
            "u":{"columns":{"n":{"type":"integer","mutable":false}},"maxRows":50}}}
        """;

    private static readonly string[] Corpus =
    [
        """{"id":1,"method":"transact","params":["db",{"op":"insert","table":"t","row":{"n":1,"r":["set",[1.5,2e3]],"s":"a"},"uuid-name":"x"},{"op":"insert","table":"u","row":{"n":3},"uuid-name":"y"},{"op":"update","table":"t","where":[["n","==",1]],"row":{"m":["map",[["k",["named-uuid","y"]]]],"w":["named-uuid","x"]}}]}""",
        """{"id":[1,{"a":null}],"method":"transact","params":["db",{"op":"mutate","table":"t","where":[["n",">=",0]],"mutations":[["n","*=",3],["s","insert",["set",["\u00e9\ud83d\ude00","q"]]],["m","delete",["set",["k"]]]]},{"op":"select","table":"t","where":[true],"columns":["n"],"sort":["n"]}]}""",
        """{"id":"w","method":"transact","params":["db",{"op":"wait","timeout":5,"table":"t","where":[["_uuid","==",["uuid","00000000-0000-0000-0000-000000000001"]]],"columns":["n"],"until":"!=","rows":[{"n":-9223372036854775808}]},{"op":"delete","table":"t","where":[["s","includes","a"]]},{"op":"commit","durable":true},{"op":"assert","lock":"l"}]}""",
        """{"id":2,"method":"monitor_cond","params":["db",["m",1],{"t":[{"columns":["n","s"],"where":[["n","<",5],false],"select":{"initial":true}}],"u":{}}]}""",
        """{"id":3,"method":"monitor","params":["db","p",{"t":{"columns":["_uuid","w"]}}]}""",
        """{"id":4,"method":"monitor_cond_since","params":["db",3,{"u":[]},"00000000-0000-0000-0000-000000000000"]}""",
        """{"id":5,"method":"monitor_cond_change","params":[["m",1],["m",2],{"t":[{"where":[["n","!=",7]]}],"u":[{"where":[]}]}]}""",
        """{"id":6,"method":"monitor_cancel","params":[["m",1]]}""", """{"id":7,"method":"lock","params":["l"]}""",
        """{"id":8,"method":"steal","params":["l"]}""", """{"id":9,"method":"unlock","params":["l"]}""", """{"id":null,"method":"cancel","params":["w"]}""",
        """{"id":10,"method":"get_schema","params":["_Server"]}""", """{"id":11,"method":"set_db_change_aware","params":[true]}""",
        """{"id":12,"method":"echo","params":[1e308,-0.0,"\\\"\/\b\f\n\r\t"]}""", """{"result":{},"id":"echo","error":null}""",
        """{"id":13,"method":"transact","params":["_Server",{"op":"insert","table":"Database","row":{}}]}""",
    ];

    private static readonly long Inputs = long.Parse(Environment.GetEnvironmentVariable("VTEPLAB_FUZZ_INPUTS") ?? "60000");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("VTEPLAB_FUZZ_SEED") ?? "1");

    [Test]
    public void Damaged_messages_never_hurt_the_server_or_another_session()
    {
        var random = new Random(Seed);
        var engine = new EngineFixture(Schema);
        var bystander = engine.Open();
        var attacker = engine.Open();
        var (closed, replies) = (0, 0);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (long input = 1; input <= Inputs; input++)
        {
            var message = Damage(random, Encoding.UTF8.GetBytes(Corpus[random.Next(Corpus.Length)]));
            try
            {
                attacker.Session.Receive(message);
            }
            catch (Exception broken)
            {
                Assert.Fail($"seed {Seed}, input {input}: {broken}\n{Encoding.UTF8.GetString(message)}");
            }

            replies += attacker.Take().Length > 0 ? 1 : 0;
            if (attacker.Session.IsClosed || input % 500 == 0)
            {
                closed += attacker.Session.IsClosed ? 1 : 0;
                attacker.Session.Close();
                attacker = engine.Open();
            }

            if (input % 100 == 0)
            {
                engine.Clock.Advance(10);
                engine.Server.RunTimers();
                Assert.That(bystander.Ask("""{"id":1,"method":"echo","params":["alive"]}"""), Is.EqualTo("""{"id":1,"result":["alive"],"error":null}"""));
                bystander.Transact("""{"op":"delete","table":"t","where":[]}""");
            }
        }

        attacker.Session.Close();
        bystander.Transact("""{"op":"delete","table":"t","where":[]}""");
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Out.WriteLine($"{Inputs} damaged messages, seed {Seed}: {replies} answered, {closed} ended the session; {grown} bytes more in use");
        Assert.That(engine.Server.Sessions, Has.Count.EqualTo(1));
        Assert.That(engine.Database.Table("t").Count + engine.Database.Table("u").Count, Is.Zero);
        Assert.That(grown, Is.LessThan(4 << 20));
    }

    [Test]
    public void A_peer_that_does_not_read_is_disconnected_with_bounded_memory()
    {
        var engine = new EngineFixture(Schema, limits: new OvsdbLimits { MaxUnsentBytes = 10_000 });
        var session = engine.Open();
        for (var n = 0; session.Disconnected is null && n < 1000; n++)
        {
            session.UnsentBytes += session.Ask($$"""{"id":{{n}},"method":"get_schema","params":["db"]}""").Length;
        }

        Assert.That(session.Disconnected, Does.Contain("bytes wait for a peer that does not read; at most ").And.EndsWith(" may (MaxUnsentBytes)"));
        Assert.That(session.UnsentBytes, Is.LessThan(12_000));
        Assert.That(engine.Server.Sessions, Is.Empty);
    }

    [Test]
    public void A_slow_reader_gets_the_changes_merged_row_by_row()
    {
        var engine = new EngineFixture(Schema);
        var (reader, writer) = (engine.Open(), engine.Open());
        reader.Ask("""{"id":1,"method":"monitor","params":["db",0,{"u":{"columns":["n"]},"t":{"columns":["n"]}}]}""");
        reader.UnsentBytes = 1;
        writer.Transact("""{"op":"insert","table":"t","row":{"n":0}}""");
        for (var n = 1; n <= 1000; n++)
        {
            writer.Transact($$$"""{"op":"update","table":"t","where":[],"row":{"n":{{{n}}}}}""");
        }

        Assert.That(reader.Take(), Is.Empty);
        reader.UnsentBytes = 0;
        reader.Session.Drained();

        Assert.That(reader.Take(), Does.Match("""^\{"id":null,"method":"update","params":\[0,\{"t":\{"[-0-9a-f]{36}":\{"new":\{"n":1000\}\}\}\}\]\}$"""));
    }

    [TestCase("""{"id":1,"method":"monitor","params":["db"]}""", TestName = "Monitor_with_one_parameter_is_an_error")]
    [TestCase("""{"id":1,"method":"monitor","params":["db",2]}""", TestName = "Monitor_with_two_parameters_is_an_error")]
    [TestCase("""{"id":1,"method":"monitor_cond_change","params":[0,0,{"t":[{}]}]}""", TestName = "Condition_change_without_where_is_an_error")]
    [TestCase(
        """{"id":1,"method":"monitor_cond_change","params":[0,0,{"u":[{"where":[["n","==",1]]}],"t":[{"where":[["x","==",1]]}]}]}""",
        TestName = "Condition_change_that_fails_on_a_later_table_is_an_error")]
    [TestCase(
        """{"id":1,"method":"transact","params":["db",{"op":"insert","table":"t","row":{"n":-9223372036854775808}},{"op":"mutate","table":"t","where":[],"mutations":[["n","*=",-1]]}]}""",
        TestName = "The_product_that_does_not_fit_is_a_range_error")]
    public void What_crashes_ovsdb_server_is_answered(string request)
    {
        var session = new EngineFixture(Schema).Open();
        session.Ask("""{"id":0,"method":"monitor_cond","params":["db",0,{"t":{},"u":[]}]}""");

        var reply = session.Ask(request);

        Assert.That(reply, Does.Contain("\"error\":").And.Not.Contain("\"error\":null}]"));
        Assert.That(reply, Does.Contain("syntax error").Or.Contain("unknown column").Or.Contain("range error"));
        Assert.That(session.Session.IsClosed, Is.False);
    }

    private static byte[] Damage(Random random, byte[] message)
    {
        for (var wounds = random.Next(0, 4); wounds > 0; wounds--)
        {
            var at = random.Next(message.Length + 1);
            var end = Math.Min(message.Length, at + random.Next(1, 30));
            byte[] splinter = random.Next(8) switch
            {
                0 => [], // Cuts something out.
                1 => [(byte)random.Next(256)],
                2 => [.. message[at..end], .. message[at..end]],
                3 => Encoding.UTF8.GetBytes(Corpus[random.Next(Corpus.Length)])[..20],
                4 => [.. Enumerable.Repeat((byte)"[{"[random.Next(2)], random.Next(1, 3000))],
                5 => new byte[] { 0xC3, 0x28, 0xED, 0xA0, 0x80 }[..random.Next(1, 5)], // Not UTF-8.
                6 => Encoding.UTF8.GetBytes(new[]
                {
                    "1e400", "5e-324", "9223372036854775808", "-9223372036854775808", "01", "NaN", "\"\\u0000\"", "\"\\ud800\"", "null", "true",
                    "{}", "[]", "\"_uuid\"", "[\"set\",[]]", "[\"map\",[[1,2],[1,2]]]", "[\"uuid\",\"x\"]", "\"n\"", "\"t\"", "\"u\"", "-1", "0",
                }[random.Next(21)]),
                _ => Encoding.UTF8.GetBytes("\"n\":1,\"n\":2,"),
            };
            message = [.. message[..at], .. splinter, .. message[(random.Next(3) == 0 ? at : end)..]];
        }

        return random.Next(20) == 0 ? message[..random.Next(message.Length)] : message;
    }
}
