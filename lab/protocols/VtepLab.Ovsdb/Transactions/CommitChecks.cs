namespace VtepLab.Ovsdb;

/// <summary>The checks at the end of a transaction, in the order in which they are made.</summary>
[Flags]
public enum CommitChecks
{
    None = 0,

    /// <summary>Strong references must point to rows, and rows that are referred to cannot be deleted.</summary>
    StrongReferences = 1,

    /// <summary>Rows of non-root tables that nothing refers to are deleted.</summary>
    GarbageCollection = 2,

    /// <summary>No table holds more than maxRows rows.</summary>
    MaxRows = 4,

    /// <summary>Weak references to rows that do not exist are removed.</summary>
    WeakReferences = 8,

    /// <summary>No two rows share the values of an index.</summary>
    Indexes = 16,

    /// <summary>Rows that were written and hold what they held before are not changed: no new version, no notification.</summary>
    Unchanged = 32,
}
