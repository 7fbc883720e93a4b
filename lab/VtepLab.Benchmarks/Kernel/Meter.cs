using System.Runtime.InteropServices;

namespace VtepLab.Benchmarks.Kernel;

/// <summary>CPU time and allocations of the calling thread.</summary>
internal readonly struct Meter
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID
    private const int ProcessClock = 2; // CPUCLOCK_SCHED
    private readonly long _cpu;
    private readonly long _bytes;

    private Meter(long cpu, long bytes) => (_cpu, _bytes) = (cpu, bytes);

    public double Seconds => (Cpu() - _cpu) / 1e9;

    public long Bytes => GC.GetAllocatedBytesForCurrentThread() - _bytes;

    public static Meter Start() => new(Cpu(), GC.GetAllocatedBytesForCurrentThread());

    /// <summary>Seconds of processor time that a process has used, threads that have ended included.</summary>
    public static double ProcessSeconds(int process) => Cpu((~process << 3) | ProcessClock) / 1e9; // As clock_getcpuclockid(3) makes it.

    private static long Cpu(int clock = ThreadCpuTime)
    {
        _ = ClockGetTime(clock, out var time);
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
