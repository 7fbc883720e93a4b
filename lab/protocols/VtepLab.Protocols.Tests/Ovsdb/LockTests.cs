namespace VtepLab.Protocols.Tests.Ovsdb;

/// <summary>RFC 7047 sections 4.1.8 to 4.1.10.</summary>
public class LockTests
{
    private const string Schema = """{"name":"db","tables":{"t":{"columns":{"n":{"type":"integer"}}}}}""";

    [Test]
    public void The_next_in_the_queue_is_told_when_the_owner_unlocks()
    {
        var engine = new EngineFixture(Schema);
        var (first, second) = (engine.Open(), engine.Open());

        Assert.That(first.Ask("""{"id":1,"method":"lock","params":["l"]}"""), Is.EqualTo("""{"id":1,"result":{"locked":true},"error":null}"""));
        Assert.That(second.Ask("""{"id":1,"method":"lock","params":["l"]}"""), Is.EqualTo("""{"id":1,"result":{"locked":false},"error":null}"""));
        first.Ask("""{"id":2,"method":"unlock","params":["l"]}""");

        Assert.That(second.Take(), Is.EqualTo("""{"id":null,"method":"locked","params":["l"]}"""));
    }

    [Test]
    public void A_victim_of_steal_that_had_queued_regains_the_lock_when_the_thief_goes()
    {
        var engine = new EngineFixture(Schema);
        var (owner, thief) = (engine.Open(), engine.Open());
        owner.Ask("""{"id":1,"method":"lock","params":["l"]}""");

        thief.Ask("""{"id":1,"method":"steal","params":["l"]}""");
        var stolen = owner.Take();
        thief.Session.Close();

        Assert.That(stolen, Is.EqualTo("""{"id":null,"method":"stolen","params":["l"]}"""));
        Assert.That(owner.Take(), Is.EqualTo("""{"id":null,"method":"locked","params":["l"]}"""));
    }

    [Test]
    public void Assert_fails_in_a_session_that_does_not_own_the_lock()
    {
        var engine = new EngineFixture(Schema);
        var (owner, other) = (engine.Open(), engine.Open());
        owner.Ask("""{"id":1,"method":"lock","params":["l"]}""");

        Assert.That(owner.Transact("""{"op":"assert","lock":"l"}"""), Is.EqualTo("[{}]"));
        Assert.That(
            other.Transact("""{"op":"assert","lock":"l"}"""), Is.EqualTo("""[{"details":"Asserted lock l not held.","error":"not owner"}]"""));
    }
}
