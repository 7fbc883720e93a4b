using VtepLab.Hosting;

namespace VtepLab.Kernel.Tests.Fleet;

/// <summary>How seeds are cut into ranges.</summary>
public class FleetRangeTests
{
    [Test]
    public void Ranges_follow_each_other_and_the_last_is_shorter() =>
        Assert.That(
            new FleetRange(5, 7).Split(3), Is.EqualTo(new[] { new FleetRange(5, 3), new FleetRange(8, 3), new FleetRange(11, 1) }));

    [Test]
    public void The_text_is_the_first_and_the_last_seed() => Assert.That(new FleetRange(5, 7).ToString(), Is.EqualTo("5..11"));
}
