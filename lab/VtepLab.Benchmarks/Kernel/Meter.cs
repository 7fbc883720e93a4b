using System.Runtime.InteropServices;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>CPU time and allocations of the calling thread.</summary>
internal readonly struct Meter
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private readonly long _cpu;
    private readonly long _bytes;

    private Meter(long cpu, long bytes) => (_cpu, _bytes) = (cpu, bytes);

    public double Seconds => (Cpu() - _cpu) / 1e9;

    public long Bytes => GC.GetAllocatedBytesForCurrentThread() - _bytes;

    public static Meter Start() => new(Cpu(), GC.GetAllocatedBytesForCurrentThread());

    private static long Cpu()
    {
        _ = ClockGetTime(ThreadCpuTime, out var time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
