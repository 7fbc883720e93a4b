namespace VtepLab.Ovsdb;

/// <summary>
/// Stand-ins for the UUIDs of rows that a transaction inserts: they can be put into any value before the server has chosen the
/// real ones, and go out as <c>named-uuid</c>.
/// </summary>
internal static class NewRow
{
    // No UUID that a server makes looks like this: version F does not exist (RFC 9562 section 4.2).
    private const ulong Mark = 0xFFFF_FFFF_FFFF_F000;
    private static long _last;

    /// <summary>The next stand-in, greater than all before it.</summary>
    public static Uuid Next() => new(Mark, unchecked((ulong)Interlocked.Increment(ref _last)));

    /// <summary>Whether a UUID is a stand-in.</summary>
    public static bool Is(Uuid uuid) => uuid.High == Mark;

    /// <summary>Whether a value has a stand-in in it.</summary>
    public static bool IsIn(Datum value)
    {
        for (var i = 0; i < value.Count; i++)
        {
            if (Is(value.Key(i)) || (value.HasValues && Is(value.Value(i))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an atom is a stand-in.</summary>
    public static bool Is(Atom atom) => atom.Type == AtomType.Uuid && Is(atom.Uuid);
}
