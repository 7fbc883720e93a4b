namespace VtepLab.Ovsdb;

/// <summary>What a JSON value is. Numbers come in two kinds, because OVSDB tells integers from reals.</summary>
public enum JsonKind
{
    /// <summary>No value at all: an absent member.</summary>
    Missing,

    Null,
    False,
    True,

    /// <summary>A number with an integral value that fits 64 bits, however it was written (<c>1</c>, <c>1.0</c>, <c>1e3</c>).</summary>
    Integer,

    /// <summary>Any other number.</summary>
    Real,

    String,
    Array,
    Object,
}
