using System.Text.Json.Nodes;

namespace VtepLab.HardwareVtep;

/// <summary>One table of the hardware_vtep schema and the schema versions that have it.</summary>
/// <param name="Name">The table's name on the wire, such as <c>Physical_Switch</c>.</param>
/// <param name="Columns">Its columns, of all versions.</param>
internal sealed record TableShape(string Name, params ColumnShape[] Columns)
{
    /// <summary>The first version that has the table.</summary>
    public Version Since { get; init; } = new(1, 0, 0);

    /// <summary>True when rows live until they are deleted; otherwise they go with the last reference to them.</summary>
    public bool IsRoot { get; init; }

    /// <summary>The most rows it may hold; null for no limit.</summary>
    public int? MaxRows { get; init; }

    /// <summary>The columns of its only index; empty for none. A version that lacks one of them has the index of the others.</summary>
    public string[] Index { get; init; } = [];

    /// <summary>The table's member of the schema's <c>tables</c>.</summary>
    public JsonObject ToJson(Version version)
    {
        var columns = Array.FindAll(Columns, c => c.IsIn(version));
        var table = new JsonObject
        {
            ["columns"] = new JsonObject(columns.Select(c => KeyValuePair.Create(c.Name, (JsonNode?)c.ToJson(version)))),
        };
        if (IsRoot)
        {
            table["isRoot"] = true;
        }

        if (MaxRows is { } rows)
        {
            table["maxRows"] = rows;
        }

        var index = Index.Where(name => columns.Any(c => c.Name == name)).Select(name => (JsonNode?)name).ToArray();
        if (index.Length > 0)
        {
            table["indexes"] = new JsonArray(new JsonArray(index));
        }

        return table;
    }
}
