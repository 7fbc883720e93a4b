namespace VtepLab.Ovsdb;

/// <summary>How a condition compares a column with its value (RFC 7047 section 5.1, function).</summary>
public enum Comparison
{
    /// <summary><c>==</c>: the whole values are equal.</summary>
    Equal,

    /// <summary><c>!=</c>: the whole values differ.</summary>
    NotEqual,

    /// <summary><c>includes</c>: the column has every member or pair of the value.</summary>
    Includes,

    /// <summary><c>excludes</c>: the column has no member or pair of the value.</summary>
    Excludes,

    /// <summary><c>&lt;</c>, for numbers; false for an empty column.</summary>
    Less,

    /// <summary><c>&lt;=</c>, for numbers; false for an empty column.</summary>
    LessOrEqual,

    /// <summary><c>&gt;</c>, for numbers; false for an empty column.</summary>
    Greater,

    /// <summary><c>&gt;=</c>, for numbers; false for an empty column.</summary>
    GreaterOrEqual,
}

/// <summary>One condition of a <c>where</c>.</summary>
/// <param name="Column">The column's name.</param>
/// <param name="Comparison">How it is compared.</param>
/// <param name="Value">What it is compared with.</param>
public sealed record WhereCondition(string Column, Comparison Comparison, Datum Value)
{
    /// <summary>The function's word on the wire.</summary>
    internal string Word => Comparison switch
    {
        Comparison.Equal => "==",
        Comparison.NotEqual => "!=",
        Comparison.Includes => "includes",
        Comparison.Excludes => "excludes",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        _ => ">=",
    };
}
