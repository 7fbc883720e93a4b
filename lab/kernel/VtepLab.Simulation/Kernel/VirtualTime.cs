namespace VtepLab.Simulation;

/// <summary>Between <see cref="TimeSpan"/>s and the kernel's nanoseconds.</summary>
internal static class VirtualTime
{
    /// <summary>Nanoseconds of a span; one too long to count is as long as can be counted.</summary>
    public static long Nanoseconds(TimeSpan span) =>
        span.Ticks > long.MaxValue / 100 ? long.MaxValue : Math.Max(0, span.Ticks) * 100;

    /// <summary>The kernel time some span after another; saturates.</summary>
    public static long After(long now, TimeSpan span)
    {
        var add = Nanoseconds(span);
        return add > long.MaxValue - now ? long.MaxValue : now + add;
    }

    /// <summary>The span since the start of the run, to 100 ns.</summary>
    public static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
