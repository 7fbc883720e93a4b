namespace VtepLab.Ovsdb;

/// <summary>What one update told: the effect of one transaction, or of several that the server merged.</summary>
/// <param name="Rows">The rows that changed, each once, ordered by table name and UUID; never empty.</param>
/// <param name="IsResync">
/// True for what turned out to be different after a new connection or at the first fill: the sum of what happened meanwhile.
/// </param>
public sealed record ReplicaChange(IReadOnlyList<ReplicaRowChange> Rows, bool IsResync);

/// <summary>A row that appeared, changed or went.</summary>
/// <param name="Table">Its table's name.</param>
/// <param name="Old">The row as it was before; null for a row that appeared.</param>
/// <param name="New">The row as it is now; null for a row that went.</param>
public sealed record ReplicaRowChange(string Table, ReplicaRow? Old, ReplicaRow? New)
{
    /// <summary>The row's UUID.</summary>
    public Uuid Uuid => (New ?? Old)!.Uuid;

    /// <summary>True for a row that appeared.</summary>
    public bool IsInsert => Old is null;

    /// <summary>True for a row that went, deleted or collected as garbage.</summary>
    public bool IsDelete => New is null;

    /// <summary>Whether a column has another value than before; for a row that appeared or went, true.</summary>
    public bool Affects(string column) => Old is null || New is null || Old[column] != New[column];
}
