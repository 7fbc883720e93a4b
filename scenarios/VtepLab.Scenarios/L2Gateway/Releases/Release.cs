namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Which release of itself an agent or a plugin is, by what its messages are like.</summary>
internal enum Release
{
    /// <summary>Speaks what networking-l2gw 19 speaks and no more: no numbered elections and casts, no word of who serves which switch, none of the methods that are ours.</summary>
    Older,

    /// <summary>The one that is built here.</summary>
    Current,

    /// <summary>Says more than anybody here knows of: members, lists and a method of a release to come.</summary>
    Newer,
}
