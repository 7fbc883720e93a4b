using VtepLab.Emulators.HardwareVtep;

namespace VtepLab.Emulators.Tests.Quirks;

/// <summary>Every quirk that frames show does what its line in the list says: one observation, made of an honest switch and of one with the quirk.</summary>
public class FrameQuirkTests
{
    [TestCaseSource(nameof(Names))]
    public void A_quirk_does_what_it_says(string quirk)
    {
        var (observe, honest, quirky) = FrameObservations.All[quirk];

        Assert.That(observe(""), Is.EqualTo(honest), "an honest switch");
        Assert.That(observe(quirk), Is.EqualTo(quirky), quirk);
    }

    [Test]
    public void Every_quirk_that_frames_show_is_observed() =>
        Assert.That(FrameObservations.All.Keys, Is.EquivalentTo(SwitchQuirkBook.All.Where(q => q.NeedsFrames).Select(q => q.Id)));

    private static IEnumerable<string> Names() => FrameObservations.All.Keys;
}
