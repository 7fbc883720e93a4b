using System.Buffers.Binary;
using System.Security.Cryptography;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Chance from the operating system, fetched in blocks; the purpose makes no difference. Used on the host's loop only.</summary>
internal sealed class LiveEntropy : IEntropy
{
    private const int UuidBytes = 16;

    private readonly byte[] _block = new byte[4096];
    private int _used;

    public LiveEntropy() => _used = _block.Length;

    public ulong NextUInt64(string purpose) => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public Guid NewUuid()
    {
        var bytes = Take(UuidBytes);
        bytes[6] = (byte)((bytes[6] & 0x0f) | 0x40); // RFC 9562 section 5.4: version 4,
        bytes[8] = (byte)((bytes[8] & 0x3f) | 0x80); // and its variant.
        return new Guid(bytes, bigEndian: true);
    }

    private Span<byte> Take(int count)
    {
        if (_block.Length - _used < count)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        _used += count;
        return _block.AsSpan(_used - count, count);
    }
}
