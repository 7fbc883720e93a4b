using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Running;
using VtepLab.Results;

namespace VtepLab.Conformance.Tests;

/// <summary>The suite and the emulated switch, in virtual time: the honest switch passes, every broken one is caught.</summary>
[Parallelizable(ParallelScope.All)]
public class EmbeddedTests
{
    private static IEnumerable<TestCaseData> Defects =>
        from check in CheckBook.All
        from quirk in check.Catches
        select new TestCaseData(check.Id, quirk).SetName($"{check.Id} catches {quirk}");

    [TestCase(1UL)]
    [TestCase(2UL)]
    [TestCase(3UL)]
    public void The_honest_switch_passes_every_check(ulong seed)
    {
        var run = EmbeddedCertification.Run(o => o with { Dangerous = true }, seed: seed);

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive, Verdict.PassWithDeviation), Is.Empty);
        Assert.That(run.LeftBehind, Is.Empty);
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.Certified));
    }

    [TestCaseSource(nameof(Defects))]
    public void A_broken_switch_is_caught(string id, string quirk)
    {
        var run = EmbeddedCertification.Run(o => o with { Only = [id] }, quirk);

        Assert.That(run.Checks.Single().Verdict, Is.EqualTo(Verdict.Fail), run.Checks.Single().Message);
        Assert.That(run.Checks.Single().Evidence, Is.Not.Empty);
    }

    [Test]
    public void The_same_seed_gives_the_same_conversation()
    {
        var one = EmbeddedCertification.Run(seed: 7);
        var two = EmbeddedCertification.Run(seed: 7);

        Assert.That(two.Conversation, Is.EqualTo(one.Conversation));
    }
}
