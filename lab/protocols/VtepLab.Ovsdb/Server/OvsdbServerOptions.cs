namespace VtepLab.Ovsdb;

/// <summary>What an <see cref="OvsdbServer"/> gets from its owner.</summary>
public sealed record OvsdbServerOptions
{
    /// <summary>The clock for the time-outs of wait operations.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Where UUIDs come from: random in life, from the seed in a simulation.</summary>
    public required Func<Guid> NewUuid { get; init; }

    /// <summary>What a peer may ask for.</summary>
    public OvsdbLimits Limits { get; init; } = new();

    /// <summary>Misbehaviour on purpose, or null.</summary>
    public ServerQuirks? Quirks { get; init; }
}

/// <summary>How much a peer may ask of a server.</summary>
public sealed record OvsdbLimits
{
    /// <summary>Longest message, in bytes; the framing of a connection must refuse longer ones. Default 64 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 64 << 20;

    /// <summary>Deepest nesting of arrays and objects. Default 1000, as in ovsdb-server.</summary>
    public int MaxDepth { get; init; } = JsonText.DefaultMaxDepth;

    /// <summary>Bytes that may wait for a peer that does not read before it is disconnected. Default 256 MiB.</summary>
    public long MaxUnsentBytes { get; init; } = 256L << 20;

    /// <summary>Sessions at a time. Default 1000.</summary>
    public int MaxSessions { get; init; } = 1000;

    /// <summary>Monitors of one session. Default 1000.</summary>
    public int MaxMonitors { get; init; } = 1000;

    /// <summary>Transactions of one session that wait for something to change. Default 1000.</summary>
    public int MaxBlockedTransactions { get; init; } = 1000;

    /// <summary>Locks that one session owns or waits for. Default 1000.</summary>
    public int MaxLocks { get; init; } = 1000;
}
