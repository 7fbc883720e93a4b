using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A tunnel in use: one for each pair of end points, whatever it carries.</summary>
public sealed record Tunnel : IVtepRow<Tunnel>
{
    /// <inheritdoc/>
    public static string Table => "Tunnel";

    /// <inheritdoc/>
    public RowId<Tunnel> Id { get; init; }

    public RowId<PhysicalLocator> Local { get; init; }

    public RowId<PhysicalLocator> Remote { get; init; }

    /// <summary>What this switch expects in received BFD packets.</summary>
    public ColumnMap<string, string> BfdConfigLocal { get; init; } = ColumnMap<string, string>.Empty;

    /// <summary>What the controller wants in sent BFD packets.</summary>
    public ColumnMap<string, string> BfdConfigRemote { get; init; } = ColumnMap<string, string>.Empty;

    public ColumnMap<string, string> BfdParams { get; init; } = ColumnMap<string, string>.Empty;

    /// <summary>Empty while BFD is not enabled.</summary>
    public ColumnMap<string, string> BfdStatus { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static Tunnel Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Local = columns.Reference<PhysicalLocator>("local"),
        Remote = columns.Reference<PhysicalLocator>("remote"),
        BfdConfigLocal = columns.Settings("bfd_config_local"),
        BfdConfigRemote = columns.Settings("bfd_config_remote"),
        BfdParams = columns.Settings("bfd_params"),
        BfdStatus = columns.Settings("bfd_status"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Reference("local", Local)
        .Reference("remote", Remote)
        .Settings("bfd_config_local", BfdConfigLocal)
        .Settings("bfd_config_remote", BfdConfigRemote)
        .Settings("bfd_params", BfdParams)
        .Settings("bfd_status", BfdStatus);
}
