using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace VtepLab.Packets;

/// <summary>Reads the Ethernet frames of a pcapng file, whatever byte order, time resolution and number of sections it has.</summary>
public sealed class PcapNgReader
{
    private const uint SectionHeader = 0x0A0D0D0A;
    private const uint ByteOrder = 0x1A2B3C4D;

    private readonly List<(string Name, byte Resolution, ushort LinkType)> _interfaces = [];
    private readonly ReadOnlyMemory<byte> _file;
    private bool _bigEndian;

    private PcapNgReader(ReadOnlyMemory<byte> file) => _file = file;

    /// <summary>Every frame in the order of the file; blocks of other kinds and interfaces that are not Ethernet are passed over.</summary>
    /// <exception cref="InvalidDataException">The file is no pcapng, or is damaged; the message says at which byte.</exception>
    public static IReadOnlyList<CapturedFrame> ReadAll(ReadOnlyMemory<byte> file) => new PcapNgReader(file).Read();

    private List<CapturedFrame> Read()
    {
        var frames = new List<CapturedFrame>();
        for (var at = 0; at < _file.Length;)
        {
            if (_file.Length - at < 12)
            {
                throw Damaged(at, "a block needs at least 12 bytes");
            }

            var isSection = Word(at) == SectionHeader; // The same in both byte orders.
            if (isSection)
            {
                StartSection(at);
            }
            else if (at == 0)
            {
                throw Damaged(at, "a pcapng file starts with a section header block");
            }

            var length = Word(at + 4);
            if (length < 12 || length % 4 != 0 || length > _file.Length - at || Word((int)(at + length - 4)) != length)
            {
                throw Damaged(at, $"its length of {length} bytes does not fit");
            }

            var body = new Range(at + 8, (int)(at + length - 4));
            switch (isSection ? 0u : Word(at))
            {
                case 1:
                    AddInterface(at, body);
                    break;
                case 6 when ReadFrame(at, body) is { } frame:
                    frames.Add(frame);
                    break;
                default:
                    break;
            }

            at += (int)length;
        }

        return frames;
    }

    private void StartSection(int at)
    {
        if (_file.Length - at < 28)
        {
            throw Damaged(at, "a section header block has 28 bytes or more");
        }

        _bigEndian = false;
        if (Word(at + 8) != ByteOrder)
        {
            _bigEndian = true;
            if (Word(at + 8) != ByteOrder)
            {
                throw Damaged(at, "its byte order magic is unknown");
            }
        }

        _interfaces.Clear();
    }

    private void AddInterface(int at, Range body)
    {
        var (start, length) = body.GetOffsetAndLength(_file.Length);
        if (length < 8)
        {
            throw Damaged(at, "an interface block has at least 20 bytes");
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"if{_interfaces.Count}");
        byte resolution = 6;
        foreach (var (code, value) in Options(at, start + 8, start + length))
        {
            if (code == 2)
            {
                name = Encoding.UTF8.GetString(value.Span);
            }
            else if (code == 9 && value.Length > 0)
            {
                resolution = value.Span[0];
            }
        }

        _interfaces.Add((name, resolution, Half(start)));
    }

    private CapturedFrame? ReadFrame(int at, Range body)
    {
        var (start, length) = body.GetOffsetAndLength(_file.Length);
        if (length < 20 || Word(start) >= _interfaces.Count || Word(start + 12) > length - 20)
        {
            throw Damaged(at, "a packet block names no interface before it, or is shorter than its packet");
        }

        var (name, resolution, linkType) = _interfaces[(int)Word(start)];
        if (linkType != 1)
        {
            return null;
        }

        var captured = (int)Word(start + 12);
        string? comment = null;
        foreach (var (code, value) in Options(at, start + 20 + ((captured + 3) & ~3), start + length))
        {
            if (code == 1)
            {
                comment = Encoding.UTF8.GetString(value.Span);
            }
        }

        var stamp = ((ulong)Word(start + 4) << 32) | Word(start + 8);
        return new CapturedFrame(
            name, ToNanoseconds(stamp, resolution), _file.Slice(start + 20, captured), Word(start + 16), comment);
    }

    private List<(ushort Code, ReadOnlyMemory<byte> Value)> Options(int block, int at, int end)
    {
        var options = new List<(ushort, ReadOnlyMemory<byte>)>();
        while (end - at >= 4 && Half(at) != 0)
        {
            var length = Half(at + 2);
            if (length > end - at - 4)
            {
                throw Damaged(block, $"option {Half(at)} is longer than its block");
            }

            options.Add((Half(at), _file.Slice(at + 4, length)));
            at += 4 + ((length + 3) & ~3);
        }

        return options;
    }

    private static ulong ToNanoseconds(ulong stamp, byte resolution)
    {
        // The high bit says "a power of two", otherwise it is a power of ten (if_tsresol).
        var unitsPerSecond = (resolution & 0x80) != 0 ? UInt128.One << (resolution & 0x7F) : Power10(resolution);
        return (ulong)((UInt128)stamp * 1_000_000_000 / unitsPerSecond);
    }

    private static UInt128 Power10(int exponent)
    {
        var value = UInt128.One;
        for (var i = 0; i < Math.Min(exponent, 38); i++)
        {
            value *= 10;
        }

        return value;
    }

    private ushort Half(int at)
    {
        var bytes = _file.Span[at..];
        return _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private uint Word(int at)
    {
        var bytes = _file.Span[at..];
        return _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    private static InvalidDataException Damaged(int at, string why) => new($"pcapng block at byte {at}: {why}");
}
