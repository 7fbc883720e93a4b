using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A router between logical switches.</summary>
public sealed record LogicalRouter : IVtepRow<LogicalRouter>
{
    /// <inheritdoc/>
    public static string Table => "Logical_Router";

    /// <inheritdoc/>
    public RowId<LogicalRouter> Id { get; init; }

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    /// <summary>Interface address and length, such as <c>192.0.2.1/24</c>.</summary>
    public ColumnMap<string, RowId<LogicalSwitch>> SwitchBinding { get; init; } = ColumnMap<string, RowId<LogicalSwitch>>.Empty;

    /// <summary>Prefix to next hop.</summary>
    public ColumnMap<string, string> StaticRoutes { get; init; } = ColumnMap<string, string>.Empty;

    /// <summary>Interface address to ACL.</summary>
    public ColumnMap<string, RowId<Acl>> AclBinding { get; init; } = ColumnMap<string, RowId<Acl>>.Empty;

    /// <summary>See <see cref="Faults"/>.</summary>
    public ColumnSet<string> LrFaultStatus { get; init; } = [];

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static LogicalRouter Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Name = columns.Text("name"),
        Description = columns.Text("description"),
        SwitchBinding = columns.ByText<LogicalSwitch>("switch_binding"),
        StaticRoutes = columns.Settings("static_routes"),
        AclBinding = columns.ByText<Acl>("acl_binding"),
        LrFaultStatus = columns.Texts("LR_fault_status"),
        OtherConfig = columns.Settings("other_config"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("name", Name)
        .Text("description", Description)
        .ByText("switch_binding", SwitchBinding)
        .Settings("static_routes", StaticRoutes)
        .ByText("acl_binding", AclBinding)
        .Texts("LR_fault_status", LrFaultStatus)
        .Settings("other_config", OtherConfig);
}
