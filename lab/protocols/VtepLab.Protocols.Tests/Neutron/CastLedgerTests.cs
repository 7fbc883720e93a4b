using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.Protocols.Tests.Neutron;

public class CastLedgerTests
{
    [Test]
    public void Changes_that_follow_a_reading_are_applied_in_turn()
    {
        var ledger = new CastLedger();

        Assert.That(Judge(ledger, Cast(1, "a", 0), Cast(1, "a", 1), Cast(1, "a", 2)), Is.All.EqualTo(CastVerdict.Apply));
    }

    [Test]
    public void What_comes_again_is_dropped()
    {
        var ledger = new CastLedger();

        Assert.That(
            Judge(ledger, Cast(1, "a", 0), Cast(1, "a", 1), Cast(1, "a", 1), Cast(1, "a", 0)),
            Is.EqualTo(new[] { CastVerdict.Apply, CastVerdict.Apply, CastVerdict.Drop, CastVerdict.Drop }));
    }

    // F29: the deposed monitor's stream is delivered long after its successor has told everything.
    [Test]
    public void What_a_deposed_monitor_sent_is_dropped_however_late_it_comes()
    {
        var ledger = new CastLedger();

        Assert.That(
            Judge(ledger, Cast(1, "a", 0), Cast(2, "b", 0), Cast(1, "a", 1), Cast(1, "c", 0), Cast(2, "b", 1)),
            Is.EqualTo(new[] { CastVerdict.Apply, CastVerdict.Apply, CastVerdict.Drop, CastVerdict.Drop, CastVerdict.Apply }));
        Assert.That(ledger.Take(Cast(2, "b", 2), isWhole: false, currentTerm: 3), Is.EqualTo(CastVerdict.Drop), "before the next monitor has spoken");
    }

    // F27: what is lost with a broker is noticed at the next cast, or at the next report.
    [Test]
    public void A_gap_asks_for_a_new_reading()
    {
        var ledger = new CastLedger();

        Assert.That(
            Judge(ledger, Cast(1, "a", 0), Cast(1, "a", 2), Cast(1, "b", 1), Cast(1, "a", 1)),
            Is.EqualTo(new[] { CastVerdict.Apply, CastVerdict.ReadAnew, CastVerdict.ReadAnew, CastVerdict.Apply }));
        Assert.That(new CastLedger().Take(Cast(1, "a", 1), isWhole: false), Is.EqualTo(CastVerdict.ReadAnew), "nothing was ever read");
        Assert.That((ledger.Misses(Cast(1, "a", 2)), ledger.Misses(Cast(1, "a", 1)), ledger.Misses(Cast(1, "b", 0))), Is.EqualTo((true, false, true)));
    }

    [Test]
    public void Casts_of_an_agent_that_numbers_nothing_are_applied_as_they_come() =>
        Assert.That(new CastLedger().Take(CastOrigin.Read(new JsonObject { ["is_admin"] = true }), isWhole: false, currentTerm: 7), Is.EqualTo(CastVerdict.Apply));

    // A plugin that lost its power held such a change; the broker gave it to another when an agent that numbers its casts had long told everything.
    [Test]
    public void A_change_without_a_number_does_not_go_on_from_a_reading_with_one()
    {
        var ledger = new CastLedger();

        Assert.That(Judge(ledger, Cast(3, "a", 0)), Is.All.EqualTo(CastVerdict.Apply));
        Assert.That(ledger.Take(null, isWhole: false, currentTerm: 3), Is.EqualTo(CastVerdict.ReadAnew));
        Assert.That(ledger.Take(Cast(3, "a", 1), isWhole: false), Is.EqualTo(CastVerdict.Apply), "it has not been disturbed");
        Assert.That(ledger.Take(null, isWhole: true, currentTerm: 4), Is.EqualTo(CastVerdict.Apply));
        Assert.That(ledger.Take(null, isWhole: false, currentTerm: 4), Is.EqualTo(CastVerdict.Apply), "now it does");
        Assert.That(ledger.Misses(Cast(3, "a", 1)), Is.True, "whoever numbers has to tell everything anew");
    }

    [Test]
    public void An_origin_survives_its_journey()
    {
        var origin = Cast(7, "a", 3);

        Assert.That(CastOrigin.Read(JsonNode.Parse(origin.WriteTo([]).ToJsonString())!.AsObject()), Is.EqualTo(origin));
        Assert.That(CastOrigin.Read(origin.WriteTo([])), Is.EqualTo(origin));
        Assert.That(CastOrigin.Read((origin with { Term = null }).WriteTo([])), Is.EqualTo(origin with { Term = null }));
    }

    private static CastOrigin Cast(long term, string session, long sequence) => new(term, session, sequence);

    private static List<CastVerdict> Judge(CastLedger ledger, params CastOrigin[] casts) =>
        [.. casts.Select(c => ledger.Take(c, isWhole: c.Sequence == 0))];
}
