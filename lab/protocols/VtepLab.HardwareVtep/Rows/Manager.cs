using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A connection to make or to accept.</summary>
public sealed record Manager : IVtepRow<Manager>
{
    /// <inheritdoc/>
    public static string Table => "Manager";

    /// <inheritdoc/>
    public RowId<Manager> Id { get; init; }

    /// <summary>Such as <c>ptcp:6640</c> or <c>ssl:192.0.2.1:6640</c>.</summary>
    public string Target { get; init; } = "";

    /// <summary>Longest wait between attempts, in milliseconds.</summary>
    public long? MaxBackoff { get; init; }

    /// <summary>Silence before a probe, in milliseconds; 0 for never.</summary>
    public long? InactivityProbe { get; init; }

    public ColumnMap<string, string> OtherConfig { get; init; } = ColumnMap<string, string>.Empty;

    public bool IsConnected { get; init; }

    public ColumnMap<string, string> Status { get; init; } = ColumnMap<string, string>.Empty;

    /// <inheritdoc/>
    public static Manager Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Target = columns.Text("target"),
        MaxBackoff = columns.OptionalInteger("max_backoff"),
        InactivityProbe = columns.OptionalInteger("inactivity_probe"),
        OtherConfig = columns.Settings("other_config"),
        IsConnected = columns.Boolean("is_connected"),
        Status = columns.Settings("status"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("target", Target)
        .OptionalInteger("max_backoff", MaxBackoff)
        .OptionalInteger("inactivity_probe", InactivityProbe)
        .Settings("other_config", OtherConfig)
        .Boolean("is_connected", IsConnected)
        .Settings("status", Status);
}
