using VtepLab.OpenFlow.Actions;

namespace VtepLab.OpenFlow.Tables;

/// <summary>Which flows a deletion, a change or a dump means.</summary>
/// <remarks>Loosely, a flow is meant when its match is equal to or more specific than the one given, whatever its priority; strictly, when both are equal.</remarks>
public sealed record FlowSelection
{
    /// <summary>The table; null for all.</summary>
    public int? TableId { get; init; }

    /// <summary>The priority; looked at by strict commands only.</summary>
    public int Priority { get; init; } = Flow.DefaultPriority;

    /// <summary>The match.</summary>
    public required FlowMatch Match { get; init; }

    /// <summary>The bits of the cookie that count.</summary>
    public ulong CookieMask { get; init; }

    /// <summary>Their values.</summary>
    public ulong Cookie { get; init; }

    /// <summary>Only flows that output to this port; null for any.</summary>
    public int? OutPort { get; init; }

    /// <summary>True when a flow is meant.</summary>
    public bool Means(Flow flow, bool isStrict) =>
        (TableId is not { } table || table == flow.TableId)
        && (flow.Cookie & CookieMask) == (Cookie & CookieMask)
        && (isStrict ? flow.Priority == Priority && flow.Match.Equals(Match) : flow.Match.IsWithin(Match))
        && (OutPort is not { } port || flow.Actions.Any(a => a is OutputAction output && output.Port == port));
}
