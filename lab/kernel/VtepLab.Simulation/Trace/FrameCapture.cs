using VtepLab.Packets;

namespace VtepLab.Simulation;

/// <summary>Writes the frames of links as pcapng that Wireshark and tshark read, an interface a link, with virtual time stamps.</summary>
/// <remarks>
/// A frame stands there as its sender gave it to the cable, whatever becomes of it on the way, and its comment names the sender's port.
/// The bytes depend on what happens in the world alone, and what happens does not depend on the capture.
/// </remarks>
public sealed class FrameCapture
{
    private readonly SimulatedWorld _world;
    private readonly Func<Stream> _open;
    private PcapNgWriter? _writer;
    private string? _remark;

    /// <summary>Prepares a capture.</summary>
    /// <param name="world">The world whose links are captured.</param>
    /// <param name="open">Called once, when there is a link, for where to write; the stream stays the caller's.</param>
    public FrameCapture(SimulatedWorld world, Func<Stream> open)
    {
        ArgumentNullException.ThrowIfNull(world);
        (_world, _open) = (world, open);
    }

    /// <summary>Captures a link from now on.</summary>
    public void Add(FrameLink link)
    {
        ArgumentNullException.ThrowIfNull(link);
        var writer = _writer ??= new PcapNgWriter(_open(), "VtepLab", $"seed {_world.Seed}");
        var number = writer.AddInterface(link.Name);
        var start = (ulong)(_world.Options.StartsAt - DateTimeOffset.UnixEpoch).Ticks * 100;
        link.Tap += (from, _, frame) => writer.WriteFrame(
            number, start + (ulong)_world.Kernel.Now, frame.Span, CommentOn(from), isOutbound: from == link.One);
    }

    /// <summary>Says what happens from now on; the next frame's comment says it too. Of several before one frame the last is kept.</summary>
    public void Remark(string text) => _remark = text;

    private string CommentOn(SimulatedPort from)
    {
        var sender = $"{from.Host.Name}.{from.Name}";
        var comment = _remark is { } remark ? $"{sender}; {remark}" : sender;
        _remark = null;
        return comment;
    }
}
