using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A simulated network interface.</summary>
public sealed class SimulatedPort : IFramePort
{
    private const int EthernetHeader = 14;
    private const int VlanTags = 8; // A frame may carry two tags beyond the MTU.

    private FrameLink? _link;

    internal SimulatedPort(SimulatedHost host, string name, int mtu) => (Host, Name, Mtu) = (host, name, mtu);

    /// <summary>The host the port belongs to.</summary>
    public SimulatedHost Host { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Mtu { get; }

    /// <inheritdoc/>
    public bool IsUp => _link is { IsUp: true };

    /// <inheritdoc/>
    public FrameHandler? Received { get; set; }

    /// <inheritdoc/>
    public Action? LinkChanged { get; set; }

    /// <summary>Frames the port was asked to send and dropped: the link was down, the frame too long, or the queue full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Frames that left.</summary>
    public long Sent { get; private set; }

    /// <summary>Frames that arrived.</summary>
    public long Arrived { get; private set; }

    /// <inheritdoc/>
    public void Send(ReadOnlySpan<byte> frame)
    {
        if (frame.Length > Mtu + EthernetHeader + VlanTags || _link is null || !_link.TrySend(this, frame))
        {
            Dropped++;
            return;
        }

        Sent++;
    }

    internal void Attach(FrameLink link)
    {
        if (_link is not null)
        {
            throw new InvalidOperationException($"port {Name} of {Host.Name} is linked already");
        }

        _link = link;
    }

    internal void Deliver(ReadOnlySpan<byte> frame)
    {
        Arrived++;
        Received?.Invoke(frame);
    }

    /// <summary>The host's code is gone; its handlers with it.</summary>
    internal void Forget() => (Received, LinkChanged) = (null, null);
}
