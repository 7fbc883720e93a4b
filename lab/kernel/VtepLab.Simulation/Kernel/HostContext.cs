namespace VtepLab.Simulation;

/// <summary>The context that one life of a host runs under: plain awaits capture it and come home through the ready ring.</summary>
/// <remarks>A crash gives the host a new one; what was posted to the old one is dropped when its turn comes.</remarks>
internal sealed class HostContext(Kernel kernel, int host, uint life) : SynchronizationContext
{
    public Kernel Kernel { get; } = kernel;

    public int Host { get; } = host;

    public uint Life { get; } = life;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Kernel.IsForeign)
        {
            Kernel.ReportForeign(d);
            return;
        }

        Kernel.Enqueue(this, d, state);
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Sending blocks the only thread of a simulation; post instead.");

    public override SynchronizationContext CreateCopy() => this;
}
