namespace VtepLab.Ovsdb;

/// <summary>All that one committed transaction changed. Immutable; may be kept.</summary>
/// <param name="Database">The database.</param>
/// <param name="Number">Counts the transactions that changed the database, from 1 since it was opened.</param>
/// <param name="Changes">The rows, in the order in which the transaction touched them; no row twice.</param>
public sealed record ChangeSet(Database Database, long Number, IReadOnlyList<RowChange> Changes)
{
    private IReadOnlyList<IReadOnlyList<RowChange>>? _byTable;

    /// <summary>The changes, table by table.</summary>
    public IReadOnlyList<IReadOnlyList<RowChange>> ByTable => _byTable ??= Changes.Count == 1
        ? [Changes]
        : [.. Changes.GroupBy(change => change.Row.Table.Schema.Index).OrderBy(group => group.Key).Select(group => group.ToArray())];

    /// <summary>The changes of one table.</summary>
    public IEnumerable<RowChange> Of(string table) => Changes.Where(change => change.Row.Table.Schema.Name == table);
}
