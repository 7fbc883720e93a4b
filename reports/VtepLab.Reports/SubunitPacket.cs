using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace VtepLab.Reports;

/// <summary>The status of a test in a subunit v2 packet: the low three bits of the flags.</summary>
internal enum SubunitStatus
{
    None = 0,
    Exists = 1,
    InProgress = 2,
    Success = 3,
    UnexpectedSuccess = 4,
    Skip = 5,
    Fail = 6,
    ExpectedFailure = 7,
}

/// <summary>One packet of a subunit v2 stream.</summary>
/// <remarks>
/// Big-endian: signature B3, 16 bits of flags with version 2 in the top four, the length of the whole packet, then what the flags
/// announce in this order: time, test id, tags, MIME type, file; at last the CRC-32 of all before. Numbers take one to four bytes, the
/// top two bits of the first say how many follow.
/// </remarks>
internal sealed record SubunitPacket
{
    private const int Version2 = 0x2000, HasId = 0x0800, HasTime = 0x0200, Runnable = 0x0100, HasTags = 0x0080, HasFile = 0x0040, HasMime = 0x0020, EndOfFile = 0x0010;

    public SubunitStatus Status { get; init; }
    public DateTimeOffset? At { get; init; }
    public required string TestId { get; init; }
    public bool IsRunnable { get; init; } = true;
    public ImmutableArray<string> Tags { get; init; } = [];
    public string? Mime { get; init; }
    public string? FileName { get; init; }
    public ReadOnlyMemory<byte> File { get; init; }
    public bool IsEndOfFile { get; init; }

    public byte[] ToBytes()
    {
        using var body = new MemoryStream();
        if (At is { } at)
        {
            Span<byte> seconds = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(seconds, (uint)at.ToUnixTimeSeconds());
            body.Write(seconds);
            WriteNumber(body, (int)(at.Ticks % TimeSpan.TicksPerSecond * 100));
        }

        WriteText(body, TestId);
        if (!Tags.IsEmpty)
        {
            WriteNumber(body, Tags.Length);
            foreach (var tag in Tags)
            {
                WriteText(body, tag);
            }
        }

        if (Mime is not null)
        {
            WriteText(body, Mime);
        }

        if (FileName is not null)
        {
            WriteText(body, FileName);
            WriteNumber(body, File.Length);
            body.Write(File.Span);
        }

        return Frame(body.ToArray());
    }

    private byte[] Frame(byte[] body)
    {
        var flags = Version2 | HasId | (int)Status | (At is null ? 0 : HasTime) | (IsRunnable ? Runnable : 0) | (Tags.IsEmpty ? 0 : HasTags)
            | (FileName is null ? 0 : HasFile) | (Mime is null ? 0 : HasMime) | (IsEndOfFile ? EndOfFile : 0);
        using var packet = new MemoryStream();
        packet.Write([0xB3, (byte)(flags >> 8), unchecked((byte)flags)]);
        WriteNumber(packet, WholeLength(3 + body.Length + 4));
        packet.Write(body);
        Span<byte> crc = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc32.Of(packet.GetBuffer().AsSpan(0, (int)packet.Length)));
        packet.Write(crc);
        return packet.ToArray();
    }

    // The length counts its own bytes.
    private static int WholeLength(int others) =>
        others + 1 <= 0x3F ? others + 1 : others + 2 <= 0x3FFF ? others + 2 : others + 3 <= 0x3FFFFF ? others + 3
        : throw new InvalidOperationException($"a subunit packet has to stay below 4 MiB, this one has {others} bytes");

    private static void WriteText(MemoryStream to, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text.Replace('\0', '\uFFFD'));
        WriteNumber(to, bytes.Length);
        to.Write(bytes);
    }

    private static void WriteNumber(MemoryStream to, int value)
    {
        var size = value <= 0x3F ? 1 : value <= 0x3FFF ? 2 : value <= 0x3FFFFF ? 3 : 4;
        for (var i = size - 1; i >= 0; i--)
        {
            var octet = unchecked((byte)(value >> (8 * i)));
            to.WriteByte(i == size - 1 ? (byte)(octet | ((size - 1) << 6)) : octet);
        }
    }
}
