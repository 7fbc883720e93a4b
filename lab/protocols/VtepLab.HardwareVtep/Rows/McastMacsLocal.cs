using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>Says that the switch wants frames to a group address, or to <see cref="UnknownDst"/>.</summary>
public sealed record McastMacsLocal : IVtepRow<McastMacsLocal>
{
    /// <summary>The word that stands for every destination that no row names.</summary>
    public const string UnknownDst = "unknown-dst";

    /// <inheritdoc/>
    public static string Table => "Mcast_Macs_Local";

    /// <inheritdoc/>
    public RowId<McastMacsLocal> Id { get; init; }

    public string Mac { get; init; } = "";

    public RowId<LogicalSwitch> LogicalSwitch { get; init; }

    public RowId<PhysicalLocatorSet> LocatorSet { get; init; }

    /// <summary>Empty when not known.</summary>
    public string Ipaddr { get; init; } = "";

    /// <inheritdoc/>
    public static McastMacsLocal Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Mac = columns.Text("MAC"),
        LogicalSwitch = columns.Reference<LogicalSwitch>("logical_switch"),
        LocatorSet = columns.Reference<PhysicalLocatorSet>("locator_set"),
        Ipaddr = columns.Text("ipaddr"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .Text("MAC", Mac)
        .Reference("logical_switch", LogicalSwitch)
        .Reference("locator_set", LocatorSet)
        .Text("ipaddr", Ipaddr);
}
