namespace VtepLab.Ovsdb;

/// <summary>One change of a column relative to what it holds (RFC 7047 section 5.1, mutation).</summary>
public sealed record ColumnMutation
{
    private ColumnMutation(string column, string word, Datum value)
    {
        Column = column;
        Word = word;
        Value = value;
    }

    /// <summary>The column's name.</summary>
    public string Column { get; }

    /// <summary>The mutator's word on the wire.</summary>
    public string Word { get; }

    /// <summary>Its argument.</summary>
    public Datum Value { get; }

    /// <summary>Adds members to a set or pairs to a map; a key that is there already keeps its value.</summary>
    public static ColumnMutation Insert(string column, Datum value) => new(column, "insert", value);

    /// <summary>Takes members from a set, or from a map the given keys, or the given pairs where the value is the same too.</summary>
    public static ColumnMutation Delete(string column, Datum value) => new(column, "delete", value);

    /// <summary>Adds to a number, or to every member of a set of numbers.</summary>
    public static ColumnMutation Add(string column, Atom value) => new(column, "+=", value);

    /// <summary>Subtracts.</summary>
    public static ColumnMutation Subtract(string column, Atom value) => new(column, "-=", value);

    /// <summary>Multiplies.</summary>
    public static ColumnMutation Multiply(string column, Atom value) => new(column, "*=", value);

    /// <summary>Divides; integers toward zero.</summary>
    public static ColumnMutation Divide(string column, Atom value) => new(column, "/=", value);

    /// <summary>The remainder of an integer division, with the sign of the dividend.</summary>
    public static ColumnMutation Modulo(string column, Atom value) => new(column, "%=", value);
}
