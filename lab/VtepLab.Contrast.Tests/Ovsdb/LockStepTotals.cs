namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>What a comparison has covered.</summary>
internal sealed class LockStepTotals
{
    public long Operations { get; set; }

    public long Requests { get; set; }

    public long Replies { get; set; }

    public long Errors { get; set; }

    public long Notifications { get; set; }

    /// <summary>How often each error was seen, by name and the beginning of its text.</summary>
    public SortedDictionary<string, int> Kinds { get; } = new(StringComparer.Ordinal);

    /// <summary>Errors at commit that name one of several culprits, and were compared without it.</summary>
    public long Loose { get; set; }

    /// <summary>Rounds that ended early because of a difference that <see cref="PeerDefect"/> explains.</summary>
    public long PeerDefects { get; set; }

    /// <summary>Databases that were moved to another schema.</summary>
    public long Conversions { get; set; }

    /// <summary>Transactions that waited, and were answered when another one woke them.</summary>
    public long Woken { get; set; }

    /// <summary>Those of them that did what they had waited to do.</summary>
    public long WokenAndDone { get; set; }

    /// <summary>Transactions that waited until their time was over.</summary>
    public long TimedOut { get; set; }

    /// <summary>Selects of several rows whose order was compared.</summary>
    public long Sorted { get; set; }

    /// <summary>Rows whose updates were left out: see <see cref="MergedUpdates"/>.</summary>
    public long LeftOut { get; set; }

    public override string ToString() =>
        $"{Operations} operations in {Requests} requests: {Replies} replies ({Errors} with an error), {Notifications} notifications, "
        + $"{Loose} compared without names, {Conversions} conversions, {Woken} woken ({WokenAndDone} to succeed, {LeftOut} rows "
        + $"touched twice then), {TimedOut} timed out, {Sorted} sorted; {PeerDefects} rounds ended by ovsdb-server keeping a weak reference "
        + $"to a row that is gone; errors: "
        + string.Join(", ", Kinds.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Key} {kind.Value}"));
}
