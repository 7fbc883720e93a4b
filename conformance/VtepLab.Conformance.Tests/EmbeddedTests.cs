using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Results;
using VtepLab.Topology;

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

    [TestCase("1.0.0")]
    [TestCase("1.2.0")]
    [TestCase("1.3.0")]
    [TestCase("1.4.1")]
    [TestCase("1.6.0")]
    public void A_switch_of_an_older_schema_passes_what_applies_to_it(string version)
    {
        var run = EmbeddedCertification.Run(EmulatedDevice.Honest with { SchemaVersion = Version.Parse(version) });

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive), Is.Empty);
        Assert.That(run.Device!.SchemaVersion, Is.EqualTo(version));
        Assert.That(run.LeftBehind, Is.Empty);
    }

    [Test]
    public void Columns_that_an_older_schema_lacks_are_named_as_the_reason()
    {
        var run = EmbeddedCertification.Run(
            EmulatedDevice.Honest with { SchemaVersion = new Version(1, 3, 0) }, o => o with { Only = ["VTEP-FLT-004"] });

        Assert.That(run.Checks.Single().Message, Is.EqualTo("schema 1.3.0 has no Logical_Switch.replication_mode"));
    }

    [TestCase("1.7.0", null)]
    [TestCase("1.9.0", "newer than all that is known (this tool knows 1.0.0 to 1.7.0)")]
    [TestCase("1.3.7", "not among the published ones")]
    [TestCase("", "no usable schema version")]
    public void A_version_that_nobody_knows_is_told(string version, string? told) =>
        Assert.That(Introduction.VersionNotice(version), told is null ? Is.Null : Does.Contain(told));

    [Test]
    public void A_declared_deviation_turns_a_failure_into_a_pass_with_deviation()
    {
        var declared = DeviationFile.Parse("v.yaml", "vendor: V\nmodel: M\ndeviations: [{id: VTEP-PRO-016, reason: old engine}]");

        var run = EmbeddedCertification.Run(o => o with { Only = ["VTEP-PRO-016"], Deviations = declared }, "ignores-wait");

        Assert.That(run.Checks.Single().Verdict, Is.EqualTo(Verdict.PassWithDeviation));
        Assert.That(run.Checks.Single().Deviation, Is.EqualTo(declared.Deviations.Single()));
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.CertifiedWithDeviations));
    }

    [Test]
    public void An_expired_deviation_covers_nothing()
    {
        var declared = DeviationFile.Parse(
            "v.yaml", "vendor: V\nmodel: M\ndeviations: [{id: VTEP-PRO-016, reason: old engine, until: 2025-12-31}]"); // The virtual epoch is 2026-01-01.

        var run = EmbeddedCertification.Run(o => o with { Only = ["VTEP-PRO-016"], Deviations = declared }, "ignores-wait");

        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.NotCertified));
    }

    [Test]
    public void What_could_not_be_taken_off_the_device_is_named()
    {
        var run = EmbeddedCertification.Run(o => o with { Only = ["VTEP-TUN-003"] }, "keeps-tunnel-rows");

        Assert.That(run.LeftBehind, Has.One.Matches("^Physical_Locator .* \\(198\\.1[89]\\..*\\) is still there$"));
    }

    [Test]
    public void Every_step_says_what_was_seen_and_points_at_messages_of_its_check()
    {
        var run = EmbeddedCertification.Run(o => o with { Only = ["VTEP-PRO-012"] }, "partial-commit");

        var check = run.Checks.Single();
        var broken = check.Steps.Single(s => s.Holds == false);
        Assert.That((broken.Did, broken.Expected, broken.Seen), Is.EqualTo(("read Logical_Switch", "0 rows of Logical_Switch", "1 row of Logical_Switch")));
        Assert.That(check.Evidence, Does.Contain(broken.FirstMessage).And.Contain(broken.LastMessage));
        Assert.That(run.Conversation[(int)broken.FirstMessage - 1].Text, Does.Contain("\"op\":\"select\""));
        Assert.That(run.LeftBehind, Is.Empty);
    }
}
