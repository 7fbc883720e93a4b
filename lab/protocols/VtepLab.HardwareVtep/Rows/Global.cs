using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>The one row everything hangs on; the switch makes it.</summary>
public sealed record Global : IVtepRow<Global>
{
    /// <inheritdoc/>
    public static string Table => "Global";

    /// <inheritdoc/>
    public RowId<Global> Id { get; init; }

    /// <summary>The connections to make or to accept.</summary>
    public ColumnSet<RowId<Manager>> Managers { get; init; } = [];

    /// <summary>The switches behind this database.</summary>
    public ColumnSet<RowId<PhysicalSwitch>> Switches { get; init; } = [];

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static Global Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Managers = columns.References<Manager>("managers"),
        Switches = columns.References<PhysicalSwitch>("switches"),
        OtherConfig = columns.Settings("other_config"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .References("managers", Managers)
        .References("switches", Switches)
        .Settings("other_config", OtherConfig);
}
