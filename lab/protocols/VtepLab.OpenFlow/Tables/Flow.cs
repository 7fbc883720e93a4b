using VtepLab.OpenFlow.Actions;

namespace VtepLab.OpenFlow.Tables;

/// <summary>What a flow does beside its actions.</summary>
[Flags]
public enum FlowFlags
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Its end is reported.</summary>
    SendFlowRemoved = 1,

    /// <summary>A change resets its counters; OpenFlow 1.0 always does.</summary>
    ResetCounts = 4,
}

/// <summary>A flow: who it is for, what is done with them, for how long, and how often it was.</summary>
public sealed class Flow
{
    /// <summary>The priority of a flow that states none.</summary>
    public const int DefaultPriority = 0x8000;

    /// <summary>The table, 0 to 254.</summary>
    public required int TableId { get; init; }

    /// <summary>0 to 65535; the highest that fits wins.</summary>
    public int Priority { get; init; } = DefaultPriority;

    /// <summary>Who it is for.</summary>
    public required FlowMatch Match { get; init; }

    /// <summary>What is done; nothing is a drop.</summary>
    public IReadOnlyList<FlowAction> Actions
    {
        get => Steps;
        init => Steps = [.. value];
    }

    /// <summary>The controller's mark.</summary>
    public ulong Cookie { get; internal set; }

    /// <summary>Ends this many seconds after the last frame; 0 never does.</summary>
    public int IdleTimeout { get; init; }

    /// <summary>Ends this many seconds after it was last written; 0 never does.</summary>
    public int HardTimeout { get; init; }

    /// <summary>Report of its end, reset of its counters.</summary>
    public FlowFlags Flags { get; init; }

    /// <summary>Frames it was used for.</summary>
    public long PacketCount { get; internal set; }

    /// <summary>Their bytes, as they came in.</summary>
    public long ByteCount { get; internal set; }

    internal FlowAction[] Steps { get; set; } = [];

    // Timestamps of the bridge's clock.
    internal long Created { get; set; }

    internal long Modified { get; set; }

    internal long Used { get; set; }

    // Time-outs in force: fin_timeout shortens them.
    internal int IdleSeconds { get; set; }

    internal int HardSeconds { get; set; }

    internal bool IsInTable { get; set; }

    // Who taught it and what: the next frame that teaches the same need not write it again.
    internal LearnAction? LearntBy { get; set; }

    internal ulong[] Taught { get; set; } = [];

    internal Flow? NextWithSameKey { get; set; }
}
