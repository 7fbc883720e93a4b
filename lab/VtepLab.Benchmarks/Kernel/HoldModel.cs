using VtepLab.Simulation;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>The hold model: so many events pending, each schedules its successor after an exponentially drawn time.</summary>
internal static class HoldModel
{
    public static (double Rate, double Bytes) Run(EventQueue queue, int pending, TraceRing? trace = null)
    {
        var events = Math.Max(4_000_000, 4 * pending);
        var kernel = new VtepLab.Simulation.Kernel(int.MaxValue, queue, trace);
        var waits = Exponential(1_000_000);
        var target = new Holder(kernel, waits);
        for (var i = 0; i < pending; i++)
        {
            kernel.Schedule(waits[i & (waits.Length - 1)], kernel.World, target, null);
        }

        target.Left = Math.Max(pending, 100_000); // Until the queue is in its steady state.
        kernel.Run(long.MaxValue - 1, () => target.Left <= 0);
        target.Left = events;
        var meter = Meter.Start();
        kernel.Run(long.MaxValue - 1, () => target.Left <= 0);
        var (seconds, bytes) = (meter.Seconds, meter.Bytes);
        return (events / seconds, (double)bytes / events);
    }

    public static long[] Exponential(double mean)
    {
        var random = new RandomStream(7, "waits");
        var waits = new long[1 << 16];
        for (var i = 0; i < waits.Length; i++)
        {
            waits[i] = (long)(-Math.Log(1 - random.NextDouble()) * mean) + 1;
        }

        return waits;
    }

    private sealed class Holder(VtepLab.Simulation.Kernel kernel, long[] waits) : EventTarget
    {
        private int _next;

        public int Left { get; set; }

        public override void Fire(object? state)
        {
            Left--;
            kernel.Schedule(kernel.Now + waits[_next++ & (waits.Length - 1)], kernel.World, this, null);
        }
    }
}
