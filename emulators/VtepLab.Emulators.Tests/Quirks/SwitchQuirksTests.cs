using VtepLab.Emulators.HardwareVtep;

namespace VtepLab.Emulators.Tests.Quirks;

public class SwitchQuirksTests
{
    [Test]
    public void Quirks_are_combined_by_commas()
    {
        var quirks = SwitchQuirks.Parse("keeps-garbage, ignores-wait");

        Assert.That(quirks.ToString(), Is.EqualTo("ignores-wait,keeps-garbage"));
        Assert.That(quirks.Has(SwitchQuirkBook.Find("ignores-wait")!), Is.True);
        Assert.That(quirks.Has(SwitchQuirkBook.Find("ignores-abort")!), Is.False);
    }

    [Test]
    public void An_unknown_quirk_is_named_with_the_nearest_known_one() =>
        Assert.That(
            () => SwitchQuirks.Parse("ignore-wait"),
            Throws.TypeOf<FormatException>().With.Message.EqualTo(
                "'ignore-wait' is no quirk of the emulated switch; did you mean 'ignores-wait'? 'vteplab list quirks' names all of them"));

    [Test]
    public void A_name_that_resembles_none_gets_no_guess() =>
        Assert.That(
            () => SwitchQuirks.Parse("zzzzzzzzzzzz"),
            Throws.TypeOf<FormatException>().With.Message.Not.Contains("did you mean"));

    [Test]
    public void Every_quirk_names_a_requirement_and_says_in_one_line_what_it_does() =>
        Assert.That(SwitchQuirkBook.All, Has.All.Matches<SwitchQuirk>(
            q => q!.Requirement.StartsWith("VTEP-", StringComparison.Ordinal) && q.Summary.Length is > 10 and < 100));
}
