using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <content>Which rows may be deleted without showing ovsdb-server's own mistakes.</content>
internal sealed partial class RequestGenerator
{
    /// <summary>
    /// The tables from which nothing is ever deleted: those that a map with a strong and a weak half refers to weakly. See OvsdbServerDefectTests.
    /// </summary>
    private static HashSet<string> KeptTables(DatabaseSchema schema) =>
        [.. schema.Tables.SelectMany(table => table.Columns).Where(column => ValueGenerator.IsExact(column.Type))
            .Select(column => column.Type.Key.IsWeak == column.Type.Value!.IsWeak ? null : column.Type.Key.IsWeak ? column.Type.Key.RefTable : column.Type.Value.RefTable)
            .OfType<string>()];

    private bool RefersWeakly(ColumnSchema column) => IsLosable(column.Type.Key) || (column.Type.Value is { } value && IsLosable(value));

    private bool IsLosable(BaseType type) => type.IsWeak && !_kept.Contains(type.RefTable!);

    /// <summary>
    /// The deletion of one row by itself. It refers strongly to no other: ovsdb-server would look at that one's weak references too, maybe before
    /// it knows that the row goes. Null if chance finds no such row.
    /// </summary>
    private string? DeletionOfOne(DatabaseSchema schema)
    {
        var table = schema.Tables[random.Next(schema.Tables.Count)];
        return !_kept.Contains(table.Name) && rows.Alive(table, random) is { } row && !table.Columns.Any(column => RefersStrongly(row, column))
            ? Delete(table, OneRow(rows.Name(row)!)) : null;
    }

    private static bool RefersStrongly(Row row, ColumnSchema column) => !row[column].IsEmpty
        && (column.Type.Key.IsStrongReference || column.Type.Value is { IsStrongReference: true });
}
