using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A tunnel end point.</summary>
public sealed record PhysicalLocator : IVtepRow<PhysicalLocator>
{
    /// <summary>The only encapsulation there is.</summary>
    public const string VxlanOverIPv4 = "vxlan_over_ipv4";

    /// <inheritdoc/>
    public static string Table => "Physical_Locator";

    /// <inheritdoc/>
    public RowId<PhysicalLocator> Id { get; init; }

    /// <summary>Always <see cref="VxlanOverIPv4"/>.</summary>
    public string EncapsulationType { get; init; } = VxlanOverIPv4;

    /// <summary>The address; free text as far as the schema goes.</summary>
    public string DstIp { get; init; } = "";

    /// <summary>The VNI in the model with one key for each locator.</summary>
    public long? TunnelKey { get; init; }

    /// <inheritdoc/>
    public static PhysicalLocator Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        EncapsulationType = columns.Text("encapsulation_type"),
        DstIp = columns.Text("dst_ip"),
        TunnelKey = columns.OptionalInteger("tunnel_key"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("encapsulation_type", EncapsulationType)
        .Text("dst_ip", DstIp)
        .OptionalInteger("tunnel_key", TunnelKey);
}
