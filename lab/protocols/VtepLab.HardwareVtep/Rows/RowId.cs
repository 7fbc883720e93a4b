using VtepLab.Ovsdb;

namespace VtepLab.HardwareVtep;

/// <summary>A reference to a row of one table; the compiler keeps a reference to a logical switch out of a locator's place.</summary>
/// <typeparam name="TRow">The table's record.</typeparam>
/// <param name="Uuid">The row's <c>_uuid</c>.</param>
public readonly record struct RowId<TRow>(Uuid Uuid) : IComparable<RowId<TRow>>
    where TRow : IVtepRow<TRow>
{
    public static bool operator <(RowId<TRow> left, RowId<TRow> right) => left.Uuid < right.Uuid;

    public static bool operator >(RowId<TRow> left, RowId<TRow> right) => left.Uuid > right.Uuid;

    public static bool operator <=(RowId<TRow> left, RowId<TRow> right) => left.Uuid <= right.Uuid;

    public static bool operator >=(RowId<TRow> left, RowId<TRow> right) => left.Uuid >= right.Uuid;

    /// <inheritdoc/>
    public int CompareTo(RowId<TRow> other) => Uuid.CompareTo(other.Uuid);

    /// <inheritdoc/>
    public override string ToString() => $"{TRow.Table} {Uuid}";
}
