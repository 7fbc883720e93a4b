using System.Text.Json.Nodes;

namespace VtepLab.HardwareVtep;

/// <summary>One column of a hardware_vtep table and the schema versions that have it.</summary>
/// <param name="Name">The column's name on the wire, such as <c>tunnel_key</c>.</param>
/// <param name="Type">Makes the column's type in the notation of RFC 7047 section 3.2; a new node each time.</param>
internal sealed record ColumnShape(string Name, Func<JsonNode> Type)
{
    private static readonly Version First = new(1, 0, 0);

    /// <summary>The first version that has the column.</summary>
    public Version Since { get; init; } = First;

    /// <summary>The first version that no longer has it; null while it lives.</summary>
    public Version? Until { get; init; }

    /// <summary>The first version that does not keep it over a restart of the server; null for a persistent column.</summary>
    public Version? EphemeralSince { get; init; }

    /// <summary>True for a column that only an insert may set.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>True when the schema of that version has the column.</summary>
    public bool IsIn(Version version) => Since <= version && (Until is null || version < Until);

    /// <summary>The column's member of the table's <c>columns</c>, members with default values left out.</summary>
    public JsonObject ToJson(Version version)
    {
        var column = new JsonObject { ["type"] = Type() };
        if (EphemeralSince is { } since && since <= version)
        {
            column["ephemeral"] = true;
        }

        if (IsImmutable)
        {
            column["mutable"] = false;
        }

        return column;
    }
}
