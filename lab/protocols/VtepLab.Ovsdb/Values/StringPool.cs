namespace VtepLab.Ovsdb;

/// <summary>Lets columns share equal short strings: MAC prefixes, names, "vxlan_over_ipv4". Bounded; forgets by overwriting.</summary>
internal sealed class StringPool
{
    private const int Most = 256;
    private const int Longest = 64;

    private byte[]?[] _slots = [];
    private int _overwritten; // Since the last growth.

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

        var hash = ByteStrings.Hash(text);
        if (_slots.Length < Most && _overwritten >= _slots.Length / 2)
        {
            Grow();
        }

        ref var slot = ref _slots[hash & (_slots.Length - 1)];
        if (slot is null || !text.SequenceEqual(slot))
        {
            _overwritten += slot is null ? 0 : 1;
            slot = text.ToArray();
        }

        return slot;
    }

    // A database of a few rows needs few slots, and a simulation has thousands of such databases.
    private void Grow()
    {
        var old = _slots;
        _slots = new byte[]?[Math.Max(64, old.Length * 4)];
        _overwritten = 0;
        foreach (var text in old)
        {
            if (text is not null)
            {
                _slots[ByteStrings.Hash(text) & (_slots.Length - 1)] = text;
            }
        }
    }
}
