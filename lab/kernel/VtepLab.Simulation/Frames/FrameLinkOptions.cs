namespace VtepLab.Simulation;

/// <summary>What a link between two ports is like, each way. Shares are from 0 to 1.</summary>
public sealed record FrameLinkOptions
{
    /// <summary>The time a frame takes besides leaving the port.</summary>
    public TimeSpan Latency { get; init; } = TimeSpan.FromMicroseconds(5);

    /// <summary>Bytes a second.</summary>
    public long Bandwidth { get; init; } = 1_250_000_000;

    /// <summary>Bytes that wait to leave at most; a frame that finds more is dropped.</summary>
    public int QueueBytes { get; init; } = 1 << 20;

    /// <summary>The share of frames that are lost.</summary>
    public double Loss { get; init; }

    /// <summary>The share of frames that arrive twice.</summary>
    public double Duplication { get; init; }

    /// <summary>The share of frames that are held back for <see cref="ReorderDelay"/>, so that later ones overtake them.</summary>
    public double Reordering { get; init; }

    /// <summary>How long a frame is held back.</summary>
    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(1);
}
