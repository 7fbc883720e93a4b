namespace VtepLab.Ovsdb;

/// <summary>The type of a column: a key, for maps a value, and how many (RFC 7047 section 3.2, type).</summary>
/// <param name="Key">The type of the atom, member or key.</param>
/// <param name="Value">The type of a map's values; null for anything but a map.</param>
/// <param name="Min">0 or 1.</param>
/// <param name="Max">At least 1; <see cref="Unlimited"/> for no limit.</param>
public sealed record ColumnType(BaseType Key, BaseType? Value = null, uint Min = 1, uint Max = 1)
{
    /// <summary>The maximum that means "unlimited".</summary>
    public const uint Unlimited = uint.MaxValue;

    /// <summary>A map rather than a set or a scalar.</summary>
    public bool IsMap => Value is not null;

    /// <summary>Exactly one atom.</summary>
    public bool IsScalar => Min == 1 && Max == 1 && Value is null;

    /// <summary>At most one atom.</summary>
    public bool IsOptionalScalar => Min == 0 && Max == 1 && Value is null;

    /// <summary>A set that is not a scalar.</summary>
    public bool IsSet => Value is null && (Min != 1 || Max != 1);

    /// <summary>What a column holds when nothing is given: the least number of default atoms.</summary>
    public Datum Default { get; } = Min == 0 ? Datum.Empty
        : Value is null ? Atom.DefaultOf(Key.Type)
        : Datum.FromSortedPairs([Atom.DefaultOf(Key.Type), Atom.DefaultOf(Value.Type)]);

    /// <summary>Whether a number of members is permitted.</summary>
    public bool Admits(int count) => count >= Min && (uint)count <= Max;

    /// <summary>Checks every atom of a value; null when all are permitted. The number is not looked at.</summary>
    public OvsdbError? Check(Datum datum)
    {
        for (var i = 0; i < datum.Count; i++)
        {
            var error = Key.Check(datum.Key(i)) ?? Value?.Check(datum.Value(i));
            if (error is not null)
            {
                return error;
            }
        }

        return null;
    }

    /// <summary>The type in English, as error texts have it: "integer", "set of up to 2 strings", "map of (string, uuid) pairs".</summary>
    public string ToEnglish()
    {
        if (IsScalar)
        {
            return Key.Type.ToWord();
        }

        var size = Max == Unlimited ? (Min == 0 ? " of" : $" of {Min} or more")
            : Min == 0 ? $" of up to {Max}" : $" of {Min} to {Max}";
        return Value is null ? $"set{size} {Key.Type.ToWord()}s" : $"map{size} ({Key.Type.ToWord()}, {Value.Type.ToWord()}) pairs";
    }
}
