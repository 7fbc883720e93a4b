namespace VtepLab.Ovsdb;

/// <summary>A row of a table. Its identity lasts from insertion to deletion; its values are replaced as a whole by each change.</summary>
/// <remarks>
/// Values are arrays that never change once their transaction is committed, so whoever keeps one (a monitor that is behind, an
/// observer) keeps a consistent picture at no cost.
/// </remarks>
public sealed class Row
{
    internal Row(Table table, Uuid uuid, Datum[] fields)
    {
        Table = table;
        Uuid = uuid;
        Fields = fields;
    }

    /// <summary>The row's <c>_uuid</c>.</summary>
    public Uuid Uuid { get; }

    /// <summary>The table it belongs to.</summary>
    public Table Table { get; }

    /// <summary>Whether it is in its table now; false once it was deleted, or before it was inserted.</summary>
    public bool Exists => Slot >= 0;

    /// <summary>The values: <c>_version</c> first, then the columns by <see cref="ColumnSchema.Index"/>.</summary>
    internal Datum[] Fields { get; set; }

    /// <summary>Place in the table, or -1 while it is not in it.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>How many strong references other rows hold to this one.</summary>
    internal int References { get; set; }

    /// <summary>What the transaction that is under way does to the row.</summary>
    internal RowChange? Change { get; set; }

    /// <summary>The present value of a column.</summary>
    public Datum this[ColumnSchema column] => Get(Fields, column);

    /// <summary>The present value of a column.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Datum this[string column] => this[Table.Schema.Column(column)];

    internal Datum Get(Datum[] fields, ColumnSchema column) =>
        column.Index == ColumnSchema.UuidIndex ? Uuid : fields[column.Index - 1];

    /// <inheritdoc/>
    public override string ToString() => $"{Table.Schema.Name} {Uuid}";
}
