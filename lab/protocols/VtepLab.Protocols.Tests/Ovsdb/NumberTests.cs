using System.Buffers;
using System.Text;
using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>Numbers as ovsdb-server 3.1 reads and prints them; the reader of the stream and that of the message must not differ.</summary>
public class NumberTests
{
    private const string Schema = """{"name":"db","tables":{"t":{"columns":{"r":{"type":"real"}}}}}""";

    [TestCase("1e-400", "0")]
    [TestCase("-1e-400", "0")]
    [TestCase("-0.0", "0")]
    [TestCase("0e999999999", "0")]
    [TestCase("1e-2147483639", "0")]
    [TestCase("2.2250738585072014e-308", "2.2250738585072e-308")]
    [TestCase("1e308", "1e+308")]
    [TestCase("100e-2", "1")]
    [TestCase("1e18", "1000000000000000000")]
    [TestCase("1e19", "1e+19")]
    [TestCase("-9223372036854775808", "-9223372036854775808")]
    [TestCase("-9223372036854775809", "-9.22337203685478e+18")]
    [TestCase("12345678901234567890", "1.23456789012346e+19")]
    public void A_number_is_echoed_as_ovsdb_server_does(string sent, string echoed)
    {
        var message = $$"""{"id":1,"method":"echo","params":[{{sent}}]}""";

        Assert.That(StreamReaderTakes(message), Is.True);
        Assert.That(new EngineFixture(Schema).Open().Ask(message), Does.Contain($"\"result\":[{echoed}]"));
    }

    [TestCase("5e-324")]
    [TestCase("2.2250738585072011e-308")]
    [TestCase("1.8e308")]
    [TestCase("123456e8901234567890")]
    [TestCase("123456e-8901234567890")]
    [TestCase("0e99999999999")]
    [TestCase("0e2147483640")]
    [TestCase("1.5e2147483639")]
    public void A_number_that_ovsdb_server_refuses_ends_the_connection(string sent)
    {
        var message = $$"""{"id":1,"method":"echo","params":[{{sent}}]}""";
        var session = new EngineFixture(Schema).Open();
        session.Ask(message);

        Assert.That(StreamReaderTakes(message), Is.False);
        Assert.That(session.Disconnected, Is.Not.Null);
    }

    [Test]
    public void A_negative_zero_is_another_value_to_an_index_a_selection_and_a_wait()
    {
        var session = new EngineFixture(Schema.Replace("}}}}}", "}},\"indexes\":[[\"r\"]]}}}", StringComparison.Ordinal)).Open();

        var both = session.Transact(
            """
            {"op":"insert","table":"t","row":{"r":-1}},{"op":"insert","table":"t","row":{"r":0}},
            {"op":"mutate","table":"t","where":[["r","<",0]],"mutations":[["r","*=",0]]},
            {"op":"select","table":"t","where":[["r","==",0]],"columns":["r"]},
            {"op":"wait","table":"t","where":[],"columns":["r"],"until":"!=","rows":[{"r":0}],"timeout":0}
            """);

        Assert.That(both, Does.EndWith("""{"rows":[{"r":0},{"r":0}]},{}]""")); // Read again, the sign is gone.
        Assert.That(session.Transact("""{"op":"insert","table":"t","row":{"r":0}}"""), Does.Contain("identical values"));
    }

    [Test]
    public void A_negative_zero_that_a_mutation_makes_is_printed_with_its_sign_and_equals_zero()
    {
        var reply = new EngineFixture(Schema).Open().Ask(
            """
            {"id":1,"method":"transact","params":["db",{"op":"insert","table":"t","row":{"r":-1}},
            {"op":"mutate","table":"t","where":[],"mutations":[["r","*=",0]]},
            {"op":"select","table":"t","where":[["r","==",0]],"columns":["r"]}]}
            """);

        Assert.That(reply, Does.Contain("""{"rows":[{"r":-0}]}"""));
    }

    private static bool StreamReaderTakes(string message)
    {
        var buffer = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(message));
        try
        {
            return new JsonStreamReader().TryRead(ref buffer, out _);
        }
        catch (OvsdbProtocolException)
        {
            return false;
        }
    }
}
