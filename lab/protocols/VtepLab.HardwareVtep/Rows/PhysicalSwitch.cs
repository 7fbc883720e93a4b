using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A switch.</summary>
public sealed record PhysicalSwitch : IVtepRow<PhysicalSwitch>
{
    /// <inheritdoc/>
    public static string Table => "Physical_Switch";

    /// <inheritdoc/>
    public RowId<PhysicalSwitch> Id { get; init; }

    /// <summary>The name every controller knows it by.</summary>
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public ColumnSet<string> ManagementIps { get; init; } = [];

    /// <summary>Where its tunnels start and end.</summary>
    public ColumnSet<string> TunnelIps { get; init; } = [];

    public ColumnSet<RowId<PhysicalPort>> Ports { get; init; } = [];

    public ColumnSet<RowId<Tunnel>> Tunnels { get; init; } = [];

    /// <summary>See <see cref="Faults"/>.</summary>
    public ColumnSet<string> SwitchFaultStatus { get; init; } = [];

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static PhysicalSwitch Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Name = columns.Text("name"),
        Description = columns.Text("description"),
        ManagementIps = columns.Texts("management_ips"),
        TunnelIps = columns.Texts("tunnel_ips"),
        Ports = columns.References<PhysicalPort>("ports"),
        Tunnels = columns.References<Tunnel>("tunnels"),
        SwitchFaultStatus = columns.Texts("switch_fault_status"),
        OtherConfig = columns.Settings("other_config"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("name", Name)
        .Text("description", Description)
        .Texts("management_ips", ManagementIps)
        .Texts("tunnel_ips", TunnelIps)
        .References("ports", Ports)
        .References("tunnels", Tunnels)
        .Texts("switch_fault_status", SwitchFaultStatus)
        .Settings("other_config", OtherConfig);
}
