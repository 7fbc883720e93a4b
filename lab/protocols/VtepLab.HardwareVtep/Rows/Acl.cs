using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A list of rules; what matches none is permitted.</summary>
public sealed record Acl : IVtepRow<Acl>
{
    /// <inheritdoc/>
    public static string Table => "ACL";

    /// <inheritdoc/>
    public RowId<Acl> Id { get; init; }

    /// <summary>At least one.</summary>
    public ColumnSet<RowId<AclEntry>> AclEntries { get; init; } = [];

    public string AclName { get; init; } = "";

    /// <summary>See <see cref="Faults"/>.</summary>
    public ColumnSet<string> AclFaultStatus { get; init; } = [];

    /// <inheritdoc/>
    public static Acl Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        AclEntries = columns.References<AclEntry>("acl_entries"),
        AclName = columns.Text("acl_name"),
        AclFaultStatus = columns.Texts("acl_fault_status"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .References("acl_entries", AclEntries)
        .Text("acl_name", AclName)
        .Texts("acl_fault_status", AclFaultStatus);
}
