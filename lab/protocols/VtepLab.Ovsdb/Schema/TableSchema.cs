namespace VtepLab.Ovsdb;

/// <summary>A table of a schema.</summary>
public sealed class TableSchema
{
    private readonly Dictionary<byte[], ColumnSchema> _byName = new(ByteStrings.Comparer);
    private readonly Dictionary<byte[], ColumnSchema>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;
    private readonly Dictionary<string, ColumnSchema> _byText = new(StringComparer.Ordinal);

    internal TableSchema(string name, IEnumerable<ColumnSchema> columns)
    {
        Name = name;
        _byUtf8 = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
        Columns =
        [
            new ColumnSchema("_uuid", new ColumnType(new BaseType(AtomType.Uuid)), false, false),
            new ColumnSchema("_version", new ColumnType(new BaseType(AtomType.Uuid)), true, false),
            .. columns.OrderBy(column => column.Name, StringComparer.Ordinal),
        ];
        for (var i = 0; i < Columns.Count; i++)
        {
            Columns[i].Index = i;
            _byName.Add(Columns[i].Utf8Name, Columns[i]);
            _byText.Add(Columns[i].Name, Columns[i]);
        }
    }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>The columns by <see cref="ColumnSchema.Index"/>: <c>_uuid</c>, <c>_version</c>, then the others by name.</summary>
    public IReadOnlyList<ColumnSchema> Columns { get; }

    /// <summary>Most rows the table may hold when a transaction ends.</summary>
    public uint MaxRows { get; internal init; } = uint.MaxValue;

    /// <summary>Whether rows live without being referred to.</summary>
    public bool IsRoot { get; internal set; }

    /// <summary>Sets of columns whose values no two rows may share.</summary>
    public IReadOnlyList<IReadOnlyList<ColumnSchema>> Indexes { get; internal set; } = [];

    /// <summary>The fields of a row to which nothing was given; not to be written to.</summary>
    internal Datum[] Defaults => field ??= [.. Columns.Skip(ColumnSchema.VersionIndex).Select(column => column.Type.Default)];

    /// <summary>The columns that refer to rows and keep them.</summary>
    internal ColumnSchema[] StrongColumns =>
        field ??= [.. Columns.Where(c => c.Type.Key.IsStrongReference || c.Type.Value is { IsStrongReference: true })];

    /// <summary>The columns that refer to rows and do not keep them.</summary>
    internal ColumnSchema[] WeakColumns =>
        field ??= [.. Columns.Where(c => c.Type.Key.IsWeakReference || c.Type.Value is { IsWeakReference: true })];

    /// <summary>Place in the schema, by name.</summary>
    internal int Index { get; set; }

    /// <summary>The column with a name, or null.</summary>
    public ColumnSchema? Find(string column) => _byText.GetValueOrDefault(column);

    /// <summary>The column with a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public ColumnSchema Column(string column) => Find(column) ?? throw new ArgumentException($"table {Name} has no column {column}", nameof(column));

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal ColumnSchema? Find(ReadOnlySpan<byte> column) => _byUtf8.TryGetValue(column, out var found) ? found : null;
}
