using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>A column of a table.</summary>
public sealed class ColumnSchema
{
    internal const int UuidIndex = 0;
    internal const int VersionIndex = 1;

    internal ColumnSchema(string name, ColumnType type, bool isEphemeral, bool isMutable)
    {
        Name = name;
        Type = type;
        IsEphemeral = isEphemeral;
        IsMutable = isMutable;
        Utf8Name = Encoding.UTF8.GetBytes(name);
        var json = new JsonWriter();
        json.String(name);
        json.Raw((byte)':');
        MemberPrefix = json.Written.ToArray();
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>What it holds.</summary>
    public ColumnType Type { get; }

    /// <summary>Whether its value is lost when the server restarts.</summary>
    public bool IsEphemeral { get; internal set; }

    /// <summary>Whether it may change after the row was inserted.</summary>
    public bool IsMutable { get; internal set; }

    /// <summary>Place in the table: 0 is <c>_uuid</c>, 1 <c>_version</c>, then the others by name.</summary>
    public int Index { get; internal set; }

    /// <summary><c>_uuid</c> or <c>_version</c>.</summary>
    public bool IsBuiltIn => Index <= VersionIndex;

    internal byte[] Utf8Name { get; }

    /// <summary>The type without its limits: what is read from a peer, whose values and differences need not keep them.</summary>
    internal ColumnType Received => field ??= ReceivedValues.Lenient(Type);

    /// <summary>The name as a JSON member, <c>"name":</c>.</summary>
    internal byte[] MemberPrefix { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
