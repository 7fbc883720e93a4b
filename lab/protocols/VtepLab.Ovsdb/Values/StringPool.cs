namespace VtepLab.Ovsdb;

/// <summary>Lets columns share equal short strings: MAC prefixes, names, "vxlan_over_ipv4". Bounded; forgets by overwriting.</summary>
internal sealed class StringPool
{
    private const int Slots = 4096;
    private const int Longest = 64;

    private readonly byte[]?[] _slots = new byte[]?[Slots];

    /// <summary>An array with the given content, perhaps one that was handed out before.</summary>
    public byte[] Get(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return [];
        }

        if (text.Length > Longest)
        {
            return text.ToArray();
        }

        ref var slot = ref _slots[ByteStrings.Hash(text) & (Slots - 1)];
        if (slot is null || !text.SequenceEqual(slot))
        {
            slot = text.ToArray();
        }

        return slot;
    }
}
