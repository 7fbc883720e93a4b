using System.Buffers.Binary;
using System.Security.Cryptography;
using VtepLab.Runtime;

namespace VtepLab.Hosting;

/// <summary>Chance from the operating system; the purpose makes no difference.</summary>
internal sealed class LiveEntropy : IEntropy
{
    public ulong NextUInt64(string purpose)
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    public Guid NewUuid() => Guid.NewGuid();
}
