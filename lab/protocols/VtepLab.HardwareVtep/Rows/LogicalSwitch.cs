using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A layer 2 network.</summary>
public sealed record LogicalSwitch : IVtepRow<LogicalSwitch>
{
    /// <summary>Replication by one of several service nodes; also what no mode means.</summary>
    public const string ServiceNode = "service_node";

    /// <summary>Replication by the switch itself.</summary>
    public const string SourceNode = "source_node";

    /// <inheritdoc/>
    public static string Table => "Logical_Switch";

    /// <inheritdoc/>
    public RowId<LogicalSwitch> Id { get; init; }

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>The VNI; the schema does not limit it to 24 bits, the switch must.</summary>
    public long? TunnelKey { get; init; }

    /// <summary><c>service_node</c> or <c>source_node</c>; null means the former.</summary>
    public string? ReplicationMode { get; init; }

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static LogicalSwitch Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Name = columns.Text("name"),
        Description = columns.Text("description"),
        TunnelKey = columns.OptionalInteger("tunnel_key"),
        ReplicationMode = columns.OptionalText("replication_mode"),
        OtherConfig = columns.Settings("other_config"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("name", Name)
        .Text("description", Description)
        .OptionalInteger("tunnel_key", TunnelKey)
        .OptionalText("replication_mode", ReplicationMode)
        .Settings("other_config", OtherConfig);
}
