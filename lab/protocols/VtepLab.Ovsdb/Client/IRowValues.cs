namespace VtepLab.Ovsdb;

/// <summary>A row, whatever it comes from: a replica or a select. What typed rows are made from.</summary>
public interface IRowValues
{
    /// <summary>The row's UUID; zero when it was not asked for.</summary>
    Uuid Uuid { get; }

    /// <summary>The value of a column.</summary>
    /// <exception cref="ArgumentException">The table has no such column, or it was not asked for.</exception>
    Datum this[string column] { get; }

    /// <summary>Whether there is a value for a column: older schemas have fewer columns.</summary>
    bool Has(string column);
}
