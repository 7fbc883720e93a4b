using VtepLab.Results;

namespace VtepLab.Reports.Tests;

public class VerdictSentenceTests
{
    private static readonly CertificationRun Sample = SampleRun.Create();

    [Test]
    public void A_good_verdict_says_how_much_was_not_checked() =>
        Assert.That(
            VerdictSentence.Of(Sample with { Checks = [Sample.Checks[0], Sample.Checks[3]] }),
            Is.EqualTo("1 check passed in part, 1 does not apply to this device. Of 3 requirements of the catalogue 1 was not checked."));

    [Test]
    public void A_bad_verdict_names_what_is_broken() =>
        Assert.That(VerdictSentence.Of(Sample), Is.EqualTo("1 requirement is broken: VTEP-PRO-016."));

    [Test]
    public void Declared_deviations_are_named_beside_a_good_verdict() =>
        Assert.That(
            VerdictSentence.Of(Sample with { Checks = [Sample.Checks[0], Sample.Checks[2]], NotCovered = [] }),
            Is.EqualTo("Nothing is broken that was not declared beforehand. 1 requirement is broken as declared: VTEP-SCH-008. 1 check passed in part."));

    [Test]
    public void Checks_that_did_less_than_the_catalogue_says_are_counted()
    {
        var (partly, whole) = (Sample.Checks[0], Sample.Checks[0] with { Partly = "" });

        Assert.That(VerdictSentence.Of(Sample with { Checks = [partly], NotCovered = [] }), Is.EqualTo("1 check passed in part."));
        Assert.That(
            VerdictSentence.Of(Sample with { Checks = [partly, whole], NotCovered = [] }), Is.EqualTo("2 checks passed, 1 of them in part."));
    }

    [Test]
    public void A_database_without_a_switch_is_no_switch() =>
        Assert.That(
            VerdictSentence.Of(Sample with { Checks = [Sample.Checks[0]], NotCovered = [], Device = Sample.Device! with { SwitchNames = [] } }),
            Is.EqualTo("Database only: no switch stands behind it, so this says nothing of a switch. 1 check passed in part."));

    [TestCase(RunEnding.Interrupted, "", "The run was interrupted.")]
    [TestCase(RunEnding.DeviceLost, "no answer to an echo", "The device stopped answering: no answer to an echo.")]
    public void A_run_that_was_cut_short_says_so(RunEnding ending, string reason, string sentence) =>
        Assert.That(
            VerdictSentence.Of(Sample with { Checks = [Sample.Checks[0]], Ending = ending, EndingReason = reason }), Is.EqualTo(sentence));

    [Test]
    public void A_run_in_which_nothing_applies_is_no_certificate()
    {
        var nothing = Sample with { Checks = [Sample.Checks[3]] };

        Assert.That(nothing.Verdict, Is.EqualTo(CertificationVerdict.Incomplete));
        Assert.That(VerdictSentence.Of(nothing), Is.EqualTo("No check applies to this device."));
    }

    [Test]
    public void More_than_five_broken_requirements_are_counted()
    {
        var many = Sample with { Checks = [.. Enumerable.Range(1, 7).Select(n => Sample.Checks[1] with { Requirement = Sample.Checks[1].Requirement with { Id = $"VTEP-PRO-00{n}" } })] };

        Assert.That(
            VerdictSentence.Of(many),
            Is.EqualTo("7 requirements are broken: VTEP-PRO-001, VTEP-PRO-002, VTEP-PRO-003, VTEP-PRO-004, VTEP-PRO-005 and 2 more."));
    }
}
