namespace VtepLab.Ovsdb;

/// <summary>The three ways to ask for a monitor.</summary>
internal enum MonitorKind
{
    /// <summary><c>monitor</c>, answered with <c>update</c> (RFC 7047).</summary>
    Plain,

    /// <summary><c>monitor_cond</c>, answered with <c>update2</c>.</summary>
    Conditional,

    /// <summary><c>monitor_cond_since</c>, answered with <c>update3</c>.</summary>
    Since,
}

/// <summary>The kinds of change that a monitor may want of a column; also what a change of a row is.</summary>
[Flags]
internal enum MonitorSelect
{
    None = 0,
    Initial = 1,
    Insert = 2,
    Delete = 4,
    Modify = 8,
    All = 15,
}
