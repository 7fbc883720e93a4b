using System.Diagnostics.Tracing;

namespace VtepLab.Simulation;

/// <summary>Sees, on the thread that does it, when a simulation's code queues work to the thread pool.</summary>
/// <remarks>
/// The runtime reports every queued item to event listeners on the queuing thread (FrameworkEventSource, keyword 2), so the stack names
/// the culprit, and what other threads of the process queue does not matter.
/// </remarks>
internal sealed class PoolWatch : EventListener
{
    [ThreadStatic]
    private static Action<string>? s_leak;

    private static readonly Lazy<PoolWatch> Instance = new(Start);

    /// <summary>Watches the calling thread from now on.</summary>
    /// <param name="leak">Called with the stack; null to stop watching.</param>
    /// <returns>Who watched before.</returns>
    public static Action<string>? Watch(Action<string>? leak)
    {
        _ = Instance.Value;
        var before = s_leak;
        s_leak = leak;
        return before;
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Diagnostics.Eventing.FrameworkEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose, (EventKeywords)2);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (s_leak is { } leak && eventData.EventName is "ThreadPoolEnqueueWork")
        {
            leak(Environment.StackTrace);
        }
    }

    private static PoolWatch Start()
    {
        var watch = new PoolWatch();
#pragma warning disable RS0030 // The pool looks at its logging switch only when it next dispatches: one item, once a process.
        using var ran = new ManualResetEventSlim();
        ThreadPool.UnsafeQueueUserWorkItem(_ => ran.Set(), null);
        ran.Wait();
#pragma warning restore RS0030
        return watch;
    }
}
