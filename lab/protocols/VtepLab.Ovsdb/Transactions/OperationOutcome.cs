namespace VtepLab.Ovsdb;

/// <summary>How executing the operations of a transact request ended.</summary>
internal enum OperationOutcome
{
    /// <summary>The results are written; the transaction is committed or has failed.</summary>
    Done,

    /// <summary>A wait is not satisfied yet: everything is undone, to be tried again after the next change.</summary>
    Blocked,
}
