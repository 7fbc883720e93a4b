namespace VtepLab.Ovsdb;

/// <summary>What operations need to know beside their own text.</summary>
internal sealed class OperationContext
{
    /// <summary>Whether the asking session holds a lock.</summary>
    public required Func<string, bool> HoldsLock { get; init; }

    /// <summary>Who may interfere on purpose; null for an honest server.</summary>
    public ServerQuirks? Quirks { get; init; }

    /// <summary>Since the request arrived.</summary>
    public long ElapsedMilliseconds { get; set; }
}
