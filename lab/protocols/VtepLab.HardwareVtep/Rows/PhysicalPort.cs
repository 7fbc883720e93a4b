using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A port of a switch.</summary>
public sealed record PhysicalPort : IVtepRow<PhysicalPort>
{
    /// <inheritdoc/>
    public static string Table => "Physical_Port";

    /// <inheritdoc/>
    public RowId<PhysicalPort> Id { get; init; }

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Which logical switch a VLAN belongs to; 0 is untagged traffic.</summary>
    public ColumnMap<long, RowId<LogicalSwitch>> VlanBindings { get; init; } = ColumnMap<long, RowId<LogicalSwitch>>.Empty;

    /// <summary>0 is the whole port.</summary>
    public ColumnMap<long, RowId<Acl>> AclBindings { get; init; } = ColumnMap<long, RowId<Acl>>.Empty;

    public ColumnMap<long, RowId<LogicalBindingStats>> VlanStats { get; init; } = ColumnMap<long, RowId<LogicalBindingStats>>.Empty;

    /// <summary>See <see cref="Faults"/>.</summary>
    public ColumnSet<string> PortFaultStatus { get; init; } = [];

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static PhysicalPort Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Name = columns.Text("name"),
        Description = columns.Text("description"),
        VlanBindings = columns.ByVlan<LogicalSwitch>("vlan_bindings"),
        AclBindings = columns.ByVlan<Acl>("acl_bindings"),
        VlanStats = columns.ByVlan<LogicalBindingStats>("vlan_stats"),
        PortFaultStatus = columns.Texts("port_fault_status"),
        OtherConfig = columns.Settings("other_config"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("name", Name)
        .Text("description", Description)
        .ByVlan("vlan_bindings", VlanBindings)
        .ByVlan("acl_bindings", AclBindings)
        .ByVlan("vlan_stats", VlanStats)
        .Texts("port_fault_status", PortFaultStatus)
        .Settings("other_config", OtherConfig);
}
