using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>Two runs that should be the same and are not: where do they part?</summary>
public class DigestJournalTests
{
    [Test]
    public void Runs_of_one_seed_have_no_difference() =>
        Assert.That(DigestJournal.FirstDifference(Run(7, TimeSpan.Zero), Run(7, TimeSpan.Zero)), Is.Null);

    [Test]
    public void The_first_event_that_differs_is_named_with_its_time_and_host()
    {
        // Two hosts wake every second; "late" sleeps 1 ms longer than it should the fifth time, so the other one is first.
        var (number, one, other) = DigestJournal.FirstDifference(Run(7, TimeSpan.Zero), Run(7, TimeSpan.FromMilliseconds(1)))!.Value;

        Assert.That(one, Does.StartWith("at 00:00:05 on late, digest "));
        Assert.That(other, Does.StartWith("at 00:00:05 on other, digest "));
        Assert.That(number, Is.GreaterThan(0));
    }

    [Test]
    public void A_run_that_goes_on_where_the_other_ended_differs_there()
    {
        var (shorter, longer) = (Run(7, TimeSpan.Zero, seconds: 3), Run(7, TimeSpan.Zero, seconds: 4));

        var (number, one, other) = DigestJournal.FirstDifference(shorter, longer)!.Value;

        Assert.That((number, one), Is.EqualTo((shorter.Count, "nothing")));
        Assert.That(other, Does.StartWith("at 00:00:04 on "));
    }

    [Test]
    public void Keeping_a_journal_changes_no_digest()
    {
        var plain = new SimulatedWorld(7);
        Start(plain, TimeSpan.Zero);
        plain.RunFor(TimeSpan.FromSeconds(10));
        var kept = new SimulatedWorld(7) { Journal = new DigestJournal() };
        Start(kept, TimeSpan.Zero);
        kept.RunFor(TimeSpan.FromSeconds(10));

        Assert.That(kept.Digest, Is.EqualTo(plain.Digest));
        Assert.That(kept.Journal.Count, Is.GreaterThanOrEqualTo(20));
    }

    private static DigestJournal Run(ulong seed, TimeSpan late, int seconds = 10)
    {
        var journal = new DigestJournal();
        var world = new SimulatedWorld(seed) { Journal = journal };
        Start(world, late);
        world.RunFor(TimeSpan.FromSeconds(seconds));
        return journal;
    }

    private static void Start(SimulatedWorld world, TimeSpan late)
    {
        foreach (var name in (string[])["late", "other"])
        {
            world.AddHost(name).Start(async host =>
            {
                for (var i = 1; i <= 10; i++)
                {
                    await host.DelayAsync(TimeSpan.FromSeconds(1) + (i == 5 && name == "late" ? late : TimeSpan.Zero));
                }
            });
        }
    }
}
