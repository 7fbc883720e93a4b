using System.Diagnostics;
using System.Runtime;

namespace VtepLab.Hosting;

/// <summary>Gives memory back when a loop has had little to do for a while: .NET would keep the garbage of the last burst for good.</summary>
/// <remarks>
/// The collection stops the loop for some tens of milliseconds for each 100 MB in use, so it is not for a host that is busy. One that
/// only probes and reports is not, though something happens all the time: it is as good as idle, and is asked to stop so only when
/// there is much to win.
/// </remarks>
/// <param name="quiet">How long nothing, or little, must happen.</param>
internal sealed class IdleTrim(TimeSpan quiet)
{
    /// <summary>Less garbage than this is not worth a collection.</summary>
    private const long LeastGarbageBytes = 4 << 20;

    /// <summary>Nor is less than this of all that is in use where the loop may be needed any moment.</summary>
    private const int LeastGarbageShare = 2;

    /// <summary>Who allocates no more than this while it is quiet has little to do.</summary>
    private const long LittleBytes = 1 << 20;

    private long _trimmedAt; // Bytes that the loop's thread had allocated then.
    private long _busyAt; // And when it was last seen to have much to do.
    private long _busySince = Stopwatch.GetTimestamp(); // When that was.

    /// <summary>How long nothing must happen, in milliseconds.</summary>
    public int QuietMilliseconds { get; } = checked((int)quiet.TotalMilliseconds);

    /// <summary>Whether there is something to give back, and a wait of this length (-1 for ever) is long enough to do it.</summary>
    public bool IsDueWithin(int milliseconds) =>
        (milliseconds < 0 || milliseconds > QuietMilliseconds) && GC.GetAllocatedBytesForCurrentThread() - _trimmedAt > LeastGarbageBytes;

    /// <summary>Whether there is much to give back and little has been done for long enough; asked before every wait.</summary>
    public bool IsDueNow()
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - _trimmedAt <= LeastGarbageBytes)
        {
            return false;
        }

        var now = Stopwatch.GetTimestamp();
        if (allocated - _busyAt > LittleBytes)
        {
            (_busyAt, _busySince) = (allocated, now);
            return false;
        }

        if (Stopwatch.GetElapsedTime(_busySince, now) < quiet)
        {
            return false;
        }

        (_busyAt, _busySince) = (allocated, now);
        return allocated - _trimmedAt > GC.GetTotalMemory(forceFullCollection: false) / LeastGarbageShare;
    }

    /// <summary>Collects, compacts and returns what is free to the system.</summary>
    public void Run()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _trimmedAt = GC.GetAllocatedBytesForCurrentThread();
    }
}
