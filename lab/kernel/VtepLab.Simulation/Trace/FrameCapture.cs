using VtepLab.Packets;

namespace VtepLab.Simulation;

/// <summary>Writes the frames of links as pcapng that Wireshark and tshark read, an interface a link, with virtual time stamps.</summary>
public sealed class FrameCapture
{
    private readonly SimulatedWorld _world;
    private readonly PcapNgWriter _writer;

    /// <summary>Starts a capture.</summary>
    /// <param name="world">The world whose links are captured.</param>
    /// <param name="stream">Where to; stays the caller's.</param>
    public FrameCapture(SimulatedWorld world, Stream stream)
    {
        ArgumentNullException.ThrowIfNull(world);
        _world = world;
        _writer = new PcapNgWriter(stream, "VtepLab", $"seed {world.Seed}");
    }

    /// <summary>Captures a link from now on.</summary>
    public void Add(FrameLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var number = _writer.AddInterface(link.Name);
        var start = (ulong)(_world.Options.StartsAt - DateTimeOffset.UnixEpoch).Ticks * 100;
        link.Tap += (from, _, frame) => _writer.WriteFrame(
            number, start + (ulong)_world.Kernel.Now, frame.Span, $"{from.Host.Name}.{from.Name}", isOutbound: from == link.One);
    }
}
