namespace VtepLab.OvsdbPeers.Tests;

public class ReconnectBackoffTests
{
    // Measured on ovsdb-server 3.1: 1, 2, 4, 8, 8 s with the default limit of 8 s.
    [Test]
    public void The_wait_doubles_from_1_s_up_to_the_maximum()
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromSeconds(8));

        Assert.That(Enumerable.Range(0, 6).Select(_ => backoff.Next(TimeSpan.Zero).TotalSeconds), Is.EqualTo(new[] { 1.0, 2, 4, 8, 8, 8 }));
    }

    [TestCase(3.9, 8.0)]
    [TestCase(4.0, 1.0)]
    public void It_starts_anew_after_a_connection_that_lived_at_least_as_long(double aliveFor, double next)
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromSeconds(8));
        for (var i = 0; i < 3; i++)
        {
            backoff.Next(TimeSpan.Zero);
        }

        Assert.That(backoff.Next(TimeSpan.FromSeconds(aliveFor)).TotalSeconds, Is.EqualTo(next));
    }

    [Test]
    public void A_maximum_below_1_s_is_the_only_wait()
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromSeconds(0.5));

        Assert.That(Enumerable.Range(0, 3).Select(_ => backoff.Next(TimeSpan.Zero).TotalSeconds), Is.All.EqualTo(0.5));
    }

    [Test]
    public void Every_other_server_is_tried_without_a_wait_and_again_after_one_that_lived()
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromSeconds(8), others: 2);

        Assert.That(Enumerable.Range(0, 5).Select(_ => backoff.Next(TimeSpan.Zero).TotalSeconds), Is.EqualTo(new[] { 0.0, 0, 1, 2, 4 }));
        Assert.That(backoff.Next(TimeSpan.FromSeconds(3)).TotalSeconds, Is.EqualTo(8));
        Assert.That(new[] { 9.0, 0, 0 }.Select(alive => backoff.Next(TimeSpan.FromSeconds(alive)).TotalSeconds), Is.EqualTo(new[] { 0.0, 0, 1 }));
    }
}
