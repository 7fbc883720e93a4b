using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Virtual;

/// <summary>The fast queue gives the same order as the plain one, whatever the times are like.</summary>
public class EventQueueTests
{
    [TestCase("even")]
    [TestCase("exponential")]
    [TestCase("all at once")]
    [TestCase("two clusters far apart")]
    [TestCase("mostly now")]
    [TestCase("the end of time")]
    public void A_ladder_gives_the_same_order_as_a_heap(string shape)
    {
        foreach (var pending in new[] { 1, 2, 11, 13, 100, 3000 })
        {
            var random = new RandomStream(7, $"{shape}/{pending}");
            var (heap, ladder) = (new HeapQueue(), new LadderQueue());
            var key = 0UL;
            var now = 0L;
            for (var i = 0; i < pending; i++)
            {
                Add(now);
            }

            for (var i = 0; i < 20_000; i++)
            {
                Assert.That(ladder.TryPeek(out var first) & heap.TryPeek(out var expected));
                Assert.That(first, Is.EqualTo(expected), $"{shape}, {pending} pending, step {i}");
                Assert.That(ladder.Take(), Is.EqualTo(heap.Take()));
                now = first.At;
                // The number pending goes up and down around its mean.
                for (var n = random.Next(0, 3); n > 0 || ladder.Count == 0; n--)
                {
                    Add(now);
                }

                Assert.That(ladder.Count, Is.EqualTo(heap.Count));
            }

            void Add(long from)
            {
                var at = from + (shape switch
                {
                    "even" => random.Next(0, 1_000_000),
                    "exponential" => (long)(-Math.Log(1 - random.NextDouble()) * 1_000_000),
                    "all at once" => 0,
                    "two clusters far apart" => random.Next(0, 1000) + (random.Chance(0.5) ? 3_600_000_000_000 : 0),
                    "mostly now" => random.Chance(0.9) ? random.Next(0, 3) : random.Next(0, 1_000_000_000),
                    _ => 0,
                });
                at = shape == "the end of time" && random.Chance(0.3) ? long.MaxValue : shape == "the end of time" ? from + random.Next(0, Math.Min(100, long.MaxValue - from) + 1) : at;
                heap.Add(at, key);
                ladder.Add(at, key++);
            }
        }
    }

    [Test]
    public void Dropping_entries_leaves_the_order_of_the_others()
    {
        var random = new RandomStream(7, "keep");
        var (heap, ladder) = (new HeapQueue(), new LadderQueue());
        for (var i = 0UL; i < 5000; i++)
        {
            var at = random.Next(0, 100_000);
            heap.Add(at, i);
            ladder.Add(at, i);
            if (i % 3 == 0 && ladder.TryPeek(out _) && heap.TryPeek(out _))
            {
                Assert.That(ladder.Take(), Is.EqualTo(heap.Take()));
            }
        }

        heap.Keep(e => e.Key % 7 != 0);
        ladder.Keep(e => e.Key % 7 != 0);

        while (heap.TryPeek(out var expected))
        {
            Assert.That(ladder.TryPeek(out var first));
            Assert.That(first, Is.EqualTo(expected));
            Assert.That(ladder.Take(), Is.EqualTo(heap.Take()));
        }

        Assert.That(ladder.Count, Is.Zero);
        Assert.That(ladder.TryPeek(out _), Is.False);
    }
}
