using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>A server that misbehaves on purpose does so, and only there.</summary>
public class QuirkTests
{
    private const string Schema =
        """{"name":"db","tables":{"t":{"columns":{"n":{"type":"integer"},"r":{"type":{"key":{"type":"uuid","refTable":"t"},"min":0,"max":1}}}}}}""";

    [Test]
    public void It_can_lose_a_notification()
    {
        var session = new EngineFixture(Schema, new LosesUpdates()).Open();
        session.Ask("""{"id":1,"method":"monitor","params":["db",0,{"t":{}}]}""");

        var sent = session.Ask("""{"id":2,"method":"transact","params":["db",{"op":"insert","table":"t","row":{}}]}""");

        Assert.That(sent, Does.StartWith("""{"id":2,"result":"""));
    }

    [Test]
    public void It_can_ignore_wait()
    {
        var session = new EngineFixture(Schema, new IgnoresWait()).Open();

        var result = session.Transact("""{"op":"wait","table":"t","where":[],"columns":["n"],"until":"==","rows":[{"n":5}],"timeout":0}""");

        Assert.That(result, Is.EqualTo("[{}]"));
    }

    [Test]
    public void It_can_accept_a_dangling_reference()
    {
        var engine = new EngineFixture(Schema);
        engine.Database.OmittedChecks = CommitChecks.StrongReferences;

        var result = engine.Open().Transact(
            """{"op":"insert","table":"t","row":{"r":["uuid","11111111-2222-4333-8444-555555555555"]}}""");

        Assert.That(result, Does.StartWith("""[{"uuid":""").And.Not.Contain("error"));
    }

    [Test]
    public void It_can_refuse_a_commit()
    {
        var session = new EngineFixture(Schema, new RefusesCommits()).Open();

        var result = session.Transact("""{"op":"comment","comment":"x"}""");

        Assert.That(result, Is.EqualTo("""[{},{"details":"table full","error":"resources exhausted"}]"""));
    }

    private sealed class LosesUpdates : ServerQuirks
    {
        public override MessageVerdict BeforeSend(OvsdbSession session, string? method, ref ReadOnlyMemory<byte> message) =>
            method == "update" ? MessageVerdict.Drop : MessageVerdict.Send;
    }

    private sealed class IgnoresWait : ServerQuirks
    {
        public override OperationVerdict BeforeOperation(Transaction transaction, string name, JsonValue operation, JsonWriter result)
        {
            if (name != "wait")
            {
                return OperationVerdict.Execute;
            }

            result.Raw("{}"u8);
            return OperationVerdict.Skip;
        }
    }

    private sealed class RefusesCommits : ServerQuirks
    {
        public override OvsdbError? BeforeCommit(Transaction transaction) => new(ErrorNames.ResourcesExhausted, "table full");
    }
}
