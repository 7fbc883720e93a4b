namespace VtepLab.Ovsdb;

/// <summary>A database's schema (RFC 7047 section 3.2).</summary>
public sealed class DatabaseSchema
{
    private readonly Dictionary<byte[], TableSchema> _byName = new(ByteStrings.Comparer);
    private readonly Dictionary<byte[], TableSchema>.AlternateLookup<ReadOnlySpan<byte>> _byUtf8;
    private readonly Dictionary<string, TableSchema> _byText = new(StringComparer.Ordinal);
    private byte[]? _text;
    private byte[]? _sortedText;

    internal DatabaseSchema(string name, string version, string checksum, IEnumerable<TableSchema> tables)
    {
        Name = name;
        Version = version;
        Checksum = checksum;
        Tables = [.. tables.OrderBy(table => table.Name, StringComparer.Ordinal)];
        _byUtf8 = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
        for (var i = 0; i < Tables.Count; i++)
        {
            Tables[i].Index = i;
            _byName.Add(System.Text.Encoding.UTF8.GetBytes(Tables[i].Name), Tables[i]);
            _byText.Add(Tables[i].Name, Tables[i]);
        }
    }

    /// <summary>The database's name.</summary>
    public string Name { get; }

    /// <summary>Three numbers with points between, or "" when the schema states none.</summary>
    public string Version { get; }

    /// <summary>The checksum that the schema states, never computed; "" when there is none.</summary>
    public string Checksum { get; }

    /// <summary>The tables, by name.</summary>
    public IReadOnlyList<TableSchema> Tables { get; }

    /// <summary>Reads a schema as a file or convert request has it.</summary>
    /// <exception cref="OvsdbErrorException">It is not a valid schema; the error says which part is wrong.</exception>
    public static DatabaseSchema Parse(JsonValue json) => SchemaReader.Read(json);

    /// <inheritdoc cref="Parse(JsonValue)"/>
    /// <exception cref="JsonFormatException">It is not JSON.</exception>
    public static DatabaseSchema Parse(ReadOnlyMemory<byte> json) => Parse(JsonText.Parse(json).Root);

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte})"/>
    public static DatabaseSchema Parse(string json) => Parse(JsonText.Parse(json).Root);

    /// <summary>The table with a name, or null.</summary>
    public TableSchema? Find(string table) => _byText.GetValueOrDefault(table);

    /// <summary>The table with a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public TableSchema Table(string table) => Find(table) ?? throw new ArgumentException($"{Name} has no table {table}", nameof(table));

    /// <summary>Writes the normalised form that get_schema returns: members with default values left out.</summary>
    public void WriteTo(JsonWriter writer) => writer.Raw(Text);

    /// <summary>What <see cref="WriteTo"/> writes.</summary>
    internal ReadOnlySpan<byte> Text => _text ??= MakeText();

    /// <summary>The schema as <c>_Server</c> shows it, members sorted.</summary>
    internal byte[] SortedText => _sortedText ??= System.Text.Encoding.UTF8.GetBytes(JsonText.Parse(Text.ToArray()).Root.ToString());

    private byte[] MakeText()
    {
        var writer = new JsonWriter();
        SchemaWriter.Write(this, writer);
        var text = writer.Written.ToArray();
        writer.Release();
        return text;
    }

    internal TableSchema? Find(ReadOnlySpan<byte> table) => _byUtf8.TryGetValue(table, out var found) ? found : null;
}
