namespace VtepLab.Ovsdb;

/// <summary>A row, whatever it comes from: a replica, a select, an engine. What typed rows are made from.</summary>
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

/// <summary>A row of one table as a C# type.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface ITypedRow<TSelf>
    where TSelf : ITypedRow<TSelf>
{
    /// <summary>The table's name in the schema.</summary>
    static abstract string TableName { get; }

    /// <summary>Makes the typed row; columns that the peer's schema lacks take a default.</summary>
    static abstract TSelf FromRow(IRowValues row);
}
