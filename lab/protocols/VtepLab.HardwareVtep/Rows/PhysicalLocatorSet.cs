using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>Locators that a frame is replicated to; never changed once stored.</summary>
public sealed record PhysicalLocatorSet : IVtepRow<PhysicalLocatorSet>
{
    /// <inheritdoc/>
    public static string Table => "Physical_Locator_Set";

    /// <inheritdoc/>
    public RowId<PhysicalLocatorSet> Id { get; init; }

    public ColumnSet<RowId<PhysicalLocator>> Locators { get; init; } = [];

    /// <inheritdoc/>
    public static PhysicalLocatorSet Read(Uuid uuid, RowReader columns) => new()
    {
        Id = new(uuid),
        Locators = columns.References<PhysicalLocator>("locators"),
    };

    /// <inheritdoc/>
    public void Write(RowWriter columns) => columns
        .References("locators", Locators);
}
