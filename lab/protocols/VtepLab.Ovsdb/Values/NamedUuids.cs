namespace VtepLab.Ovsdb;

/// <summary>The row names of one transaction: <c>uuid-name</c> of its inserts and <c>named-uuid</c> wherever they are used.</summary>
/// <remarks>A name may be used before the insert that defines it; it gets its UUID when it is first seen.</remarks>
internal sealed class NamedUuids(Func<Uuid> newUuid)
{
    private readonly Dictionary<byte[], (Uuid Uuid, bool IsDefined)> _names = new(ByteStrings.Comparer);

    /// <summary>The UUID that a name stands for.</summary>
    public Uuid Use(ReadOnlySpan<byte> name)
    {
        var key = name.ToArray();
        if (!_names.TryGetValue(key, out var entry))
        {
            _names[key] = entry = (newUuid(), false);
        }

        return entry.Uuid;
    }

    /// <summary>Whether an insert has taken the name already.</summary>
    public bool IsDefined(ReadOnlySpan<byte> name) => _names.TryGetValue(name.ToArray(), out var entry) && entry.IsDefined;

    /// <summary>Gives the name to a row; a UUID that the insert chose replaces the one used so far.</summary>
    public Uuid Define(ReadOnlySpan<byte> name, Uuid? chosen)
    {
        var uuid = chosen ?? Use(name);
        _names[name.ToArray()] = (uuid, true);
        return uuid;
    }
}
