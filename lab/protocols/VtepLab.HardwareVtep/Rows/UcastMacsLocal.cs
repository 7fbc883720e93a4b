using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A MAC address learned on a port of the switch.</summary>
public sealed record UcastMacsLocal : IVtepRow<UcastMacsLocal>
{
    /// <inheritdoc/>
    public static string Table => "Ucast_Macs_Local";

    /// <inheritdoc/>
    public RowId<UcastMacsLocal> Id { get; init; }

    public string Mac { get; init; } = "";

    public RowId<LogicalSwitch> LogicalSwitch { get; init; }

    public RowId<PhysicalLocator> Locator { get; init; }

    /// <summary>Empty when not known.</summary>
    public string Ipaddr { get; init; } = "";

    /// <inheritdoc/>
    public static UcastMacsLocal Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Mac = columns.Text("MAC"),
        LogicalSwitch = columns.Reference<LogicalSwitch>("logical_switch"),
        Locator = columns.Reference<PhysicalLocator>("locator"),
        Ipaddr = columns.Text("ipaddr"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("MAC", Mac)
        .Reference("logical_switch", LogicalSwitch)
        .Reference("locator", Locator)
        .Text("ipaddr", Ipaddr);
}
