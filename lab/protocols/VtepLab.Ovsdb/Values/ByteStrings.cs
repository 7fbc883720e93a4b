namespace VtepLab.Ovsdb;

/// <summary>Byte strings as keys: equal by content, hashed the same in every process, found by span without a copy.</summary>
internal sealed class ByteStrings : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    public static readonly ByteStrings Comparer = new();

    public static int Hash(ReadOnlySpan<byte> text)
    {
        unchecked
        {
            var hash = 14695981039346656037UL; // FNV-1a, eight bytes at a time.
            while (text.Length >= 8)
            {
                hash = (hash ^ BitConverter.ToUInt64(text)) * 1099511628211UL;
                hash ^= hash >> 29;
                text = text[8..];
            }

            foreach (var b in text)
            {
                hash = (hash ^ b) * 1099511628211UL;
            }

            return (int)(hash ^ (hash >> 32));
        }
    }

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => Hash(obj);

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash(alternate);

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
}
