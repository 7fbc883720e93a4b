namespace VtepLab.Ovsdb;

/// <summary>What one transaction did to one row: inserted, changed or deleted it.</summary>
public sealed class RowChange
{
    internal RowChange(Row row, Datum[]? old, Datum[]? now)
    {
        Row = row;
        Old = old;
        New = now;
    }

    /// <summary>The row.</summary>
    public Row Row { get; }

    /// <summary>The row did not exist before.</summary>
    public bool IsInsert => Old is null && New is not null;

    /// <summary>The row exists no more.</summary>
    public bool IsDelete => New is null && Old is not null;

    /// <summary>The row existed before and does still.</summary>
    public bool IsModify => New is not null && Old is not null;

    internal Datum[]? Old { get; }

    internal Datum[]? New { get; set; }

    /// <summary>Where the table holds the old values while the transaction is under way; -1 when it does not.</summary>
    internal int StoredAt { get; init; } = -1;

    /// <summary>The value before, or null for an insertion.</summary>
    public Datum? OldValue(ColumnSchema column) => Old is null ? (Datum?)null : Row.Get(Old, column);

    /// <summary>The value after, or null for a deletion.</summary>
    public Datum? NewValue(ColumnSchema column) => New is null ? (Datum?)null : Row.Get(New, column);

    /// <summary>Whether the column has another value after than before; true for every column of an insertion or deletion.</summary>
    public bool Changed(ColumnSchema column) => Old is null || New is null || Row.Get(Old, column) != Row.Get(New, column);

    /// <inheritdoc cref="Changed(ColumnSchema)"/>
    public bool Changed(string column) => Changed(Row.Table.Schema.Column(column));
}
