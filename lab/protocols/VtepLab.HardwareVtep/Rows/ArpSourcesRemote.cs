using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A MAC address another end point uses as source of ARP requests for a router.</summary>
public sealed record ArpSourcesRemote : IVtepRow<ArpSourcesRemote>
{
    /// <inheritdoc/>
    public static string Table => "Arp_Sources_Remote";

    /// <inheritdoc/>
    public RowId<ArpSourcesRemote> Id { get; init; }

    public string SrcMac { get; init; } = "";

    public RowId<PhysicalLocator> Locator { get; init; }

    /// <inheritdoc/>
    public static ArpSourcesRemote Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        SrcMac = columns.Text("src_mac"),
        Locator = columns.Reference<PhysicalLocator>("locator"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("src_mac", SrcMac)
        .Reference("locator", Locator);
}
