namespace VtepLab.Ovsdb;

/// <summary>A row of a table. It can be read from its insertion on; each change replaces all its values.</summary>
/// <remarks>
/// The table holds the values, not this object: there may be several objects for one row, which are equal and always show the present
/// values. Values never change once they are read, so whoever keeps one (a monitor that is behind, an observer) keeps a consistent picture.
/// The object that a <see cref="RowChange"/> has can be read even after the row was deleted; others then throw <see cref="InvalidOperationException"/>.
/// </remarks>
public sealed class Row : IEquatable<Row>
{
    internal Row(Table table, Uuid uuid, int slot = -1)
    {
        Table = table;
        Uuid = uuid;
        Slot = slot;
    }

    /// <summary>The row's <c>_uuid</c>.</summary>
    public Uuid Uuid { get; }

    /// <summary>The table it belongs to.</summary>
    public Table Table { get; }

    /// <summary>Whether it is in its table now; false once it was deleted, or before it was inserted.</summary>
    public bool Exists => Table.Rows.Locate(this) >= 0;

    /// <summary>Whether a transaction under way has changed it, so that its values are not the last committed ones.</summary>
    public bool IsChanging => Change is not null;

    /// <summary>Where in the table it was when somebody looked last.</summary>
    internal int Slot { get; set; }

    /// <summary>Of the object that the table keeps: the <see cref="RowChange"/> under way, or the values when they cannot be stored as bytes.</summary>
    internal object? State { get; set; }

    /// <summary>Its <see cref="References"/> while it is not in the table.</summary>
    internal int ReferencesOutside { get; set; }

    /// <summary>How many strong references other rows hold to this one.</summary>
    internal int References
    {
        get => Table.Rows.References(this);
        set => Table.Rows.SetReferences(this, value);
    }

    /// <summary>What the transaction that is under way does to the row.</summary>
    internal RowChange? Change => Table.Rows.ChangeOf(this);

    /// <summary>The present value of a column.</summary>
    public Datum this[ColumnSchema column] => Table.Rows.Read(this, column);

    /// <summary>The present value of a column.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public Datum this[string column] => this[Table.Schema.Column(column)];

    /// <inheritdoc/>
    public bool Equals(Row? other) => other is not null && Uuid == other.Uuid && Table == other.Table;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Row);

    /// <inheritdoc/>
    public override int GetHashCode() => Uuid.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"{Table.Schema.Name} {Uuid}";

    /// <summary>A copy of the present values: <c>_version</c> first, then the columns by <see cref="ColumnSchema.Index"/>.</summary>
    internal Datum[] CopyFields()
    {
        Datum[]? copy = null;
        var fields = Table.Rows.ReadAll(this, ref copy);
        return fields == copy ? copy : fields.AsSpan().ToArray();
    }

    /// <summary>The present values, not to be written to; in the given array, which may be used for another row of the table afterwards.</summary>
    internal Datum[] ReadFields(ref Datum[]? scratch) => Table.Rows.ReadAll(this, ref scratch);

    internal Datum Get(Datum[] fields, ColumnSchema column) =>
        column.Index == ColumnSchema.UuidIndex ? Uuid : fields[column.Index - 1];
}
