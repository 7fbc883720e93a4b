using System.Text;

namespace VtepLab.Ovsdb;

/// <summary>The type of a key or a value: an atomic type with constraints (RFC 7047 section 3.2, base-type).</summary>
public sealed record BaseType(AtomType Type)
{
    /// <summary>The permitted values, if they are listed.</summary>
    public Datum? Enum { get; init; }

    public long MinInteger { get; init; } = long.MinValue;

    public long MaxInteger { get; init; } = long.MaxValue;

    public double MinReal { get; init; } = double.MinValue;

    public double MaxReal { get; init; } = double.MaxValue;

    /// <summary>Least length of a string, in characters.</summary>
    public uint MinLength { get; init; }

    /// <summary>Greatest length of a string, in characters.</summary>
    public uint MaxLength { get; init; } = uint.MaxValue;

    /// <summary>The table that UUIDs refer to, if they do.</summary>
    public string? RefTable { get; init; }

    /// <summary>Whether the reference is weak: it vanishes with its target instead of keeping it.</summary>
    public bool IsWeak { get; init; }

    /// <summary>A reference that keeps its target alive.</summary>
    public bool IsStrongReference => RefTable is not null && !IsWeak;

    /// <summary>A reference that its target's deletion removes.</summary>
    public bool IsWeakReference => RefTable is not null && IsWeak;

    /// <summary>Whether anything but the type is stated.</summary>
    public bool HasConstraints => Enum is not null || this != new BaseType(Type);

    /// <summary>The type without its constraints.</summary>
    public BaseType WithoutConstraints => new(Type);

    /// <summary>Checks an atom of this type; null when it is permitted.</summary>
    public OvsdbError? Check(Atom atom)
    {
        if (Enum is { } permitted)
        {
            return permitted.Contains(atom) ? null : OvsdbError.Constraint(
                $"{DatumText.Of(atom)} is not one of the allowed values ({DatumText.OfSet(permitted)})");
        }

        return Type switch
        {
            AtomType.Integer when MinInteger != long.MinValue || MaxInteger != long.MaxValue => CheckInteger(atom.Integer),
            AtomType.Real when MinReal != double.MinValue || MaxReal != double.MaxValue => CheckReal(atom.Real),
            AtomType.String => CheckString(atom),
            _ => null,
        };
    }

    private OvsdbError? CheckInteger(long value) =>
        value >= MinInteger && value <= MaxInteger ? null
        : MinInteger == long.MinValue ? OvsdbError.Constraint($"{value} is greater than maximum allowed value {MaxInteger}")
        : MaxInteger == long.MaxValue ? OvsdbError.Constraint($"{value} is less than minimum allowed value {MinInteger}")
        : OvsdbError.Constraint($"{value} is not in the valid range {MinInteger} to {MaxInteger} (inclusive)");

    private OvsdbError? CheckReal(double value)
    {
        if (value >= MinReal && value <= MaxReal)
        {
            return null;
        }

        var (text, min, max) = (JsonNumber.Format(value), JsonNumber.Format(MinReal), JsonNumber.Format(MaxReal));
        return MinReal == double.MinValue ? OvsdbError.Constraint($"{text} is greater than maximum allowed value {max}")
            : MaxReal == double.MaxValue ? OvsdbError.Constraint($"{text} is less than minimum allowed value {min}")
            : OvsdbError.Constraint($"{text} is not in the valid range {min} to {max} (inclusive)");
    }

    private OvsdbError? CheckString(Atom atom)
    {
        var utf8 = atom.Utf8;
        if (!System.Text.Unicode.Utf8.IsValid(utf8))
        {
            return OvsdbError.Constraint("not a valid UTF-8 string: " + Utf8Complaint.About(utf8));
        }

        if (MinLength == 0 && MaxLength == uint.MaxValue)
        {
            return null;
        }

        long length = Encoding.UTF32.GetByteCount(Encoding.UTF8.GetString(utf8)) / 4;
        return length < MinLength ? OvsdbError.Constraint($"\"{atom.String}\" length {length} is less than minimum allowed length {MinLength}")
            : length > MaxLength ? OvsdbError.Constraint($"\"{atom.String}\" length {length} is greater than maximum allowed length {MaxLength}")
            : null;
    }
}
