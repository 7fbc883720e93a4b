using System.Runtime;

namespace VtepLab.Hosting;

/// <summary>Gives memory back when a loop has had nothing to do for a while: .NET would keep the garbage of the last burst for good.</summary>
/// <remarks>The collection stops the loop for some tens of milliseconds for each 100 MB in use, so it is not for a host that is busy.</remarks>
/// <param name="quiet">How long nothing must happen.</param>
internal sealed class IdleTrim(TimeSpan quiet)
{
    /// <summary>Less garbage than this is not worth a collection.</summary>
    private const long LeastGarbageBytes = 4 << 20;

    private long _trimmedAt; // Bytes that the loop's thread had allocated then.

    /// <summary>How long nothing must happen, in milliseconds.</summary>
    public int QuietMilliseconds { get; } = checked((int)quiet.TotalMilliseconds);

    /// <summary>Whether there is something to give back, and a wait of this length (-1 for ever) is long enough to do it.</summary>
    public bool IsDueWithin(int milliseconds) =>
        (milliseconds < 0 || milliseconds > QuietMilliseconds) && GC.GetAllocatedBytesForCurrentThread() - _trimmedAt > LeastGarbageBytes;

    /// <summary>Collects, compacts and returns what is free to the system.</summary>
    public void Run()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _trimmedAt = GC.GetAllocatedBytesForCurrentThread();
    }
}
