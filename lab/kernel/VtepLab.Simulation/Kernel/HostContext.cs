using System.Diagnostics;

namespace VtepLab.Simulation;

/// <summary>The context that one life of a host runs under: plain awaits capture it and come home through the ready ring.</summary>
/// <remarks>A crash gives the host a new one; what was posted to the old one is dropped when its turn comes.</remarks>
internal sealed class HostContext : SynchronizationContext
{
    public HostContext(Kernel kernel, int host, uint life)
    {
        (Kernel, Host, Life) = (kernel, host, life);
        SetWaitNotificationRequired();
    }

    public Kernel Kernel { get; }

    public int Host { get; }

    public uint Life { get; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Kernel.IsForeign)
        {
            Kernel.BreakByForeigner(Culprit.Name(d, state));
            return;
        }

        Kernel.Enqueue(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Sending blocks the only thread of a simulation; post instead.");

    /// <summary>
    /// Called by the runtime when code under this context is about to block its thread: what it waits for could only come from outside
    /// the simulation, or never. Only a lock that another thread holds is waited for; runs share the library's own.
    /// </summary>
    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
    {
        var waiting = new StackTrace(1).GetFrames().Take(4).Select(f => f.GetMethod());
        if (waiting.Any(m => m?.DeclaringType == typeof(Lock) || (m?.DeclaringType == typeof(Monitor) && m.Name.Contains("Enter", StringComparison.Ordinal))))
        {
            Kernel.WaitsForLock = true;
            try
            {
                return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
            }
            finally
            {
                Kernel.WaitsForLock = false;
            }
        }

        var culprit = Culprit.OnTheStack() ?? "something";
        Kernel.Break($"{culprit} blocks the only thread\n{Environment.StackTrace}", "blocked");
        throw new SimulationException($"{culprit} blocks the only thread: await instead", "blocked");
    }

    public override SynchronizationContext CreateCopy() => this;
}
