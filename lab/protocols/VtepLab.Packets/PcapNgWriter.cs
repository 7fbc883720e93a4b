using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace VtepLab.Packets;

/// <summary>Writes Ethernet frames as pcapng, one interface for each link, with time stamps in nanoseconds and comments.</summary>
/// <remarks>One section, little-endian (draft-ietf-opsawg-pcapng). The stream is the caller's; nothing is written behind its back.</remarks>
public sealed class PcapNgWriter
{
    private const ushort EndOfOptions = 0;
    private const ushort Comment = 1;

    private readonly Stream _stream;
    private readonly ArrayBufferWriter<byte> _body = new();
    private int _interfaces;

    /// <summary>Starts the section.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="application">Who wrote it; shown by Wireshark.</param>
    /// <param name="comment">A comment on the whole capture.</param>
    public PcapNgWriter(Stream stream, string application, string? comment = null)
    {
        _stream = stream;
        Word(0x1A2B3C4D);
        Half(1);
        Half(0);
        Wide(ulong.MaxValue); // Section length: not known.
        Option(Comment, comment);
        Option(4, application);
        End(0x0A0D0D0A);
    }

    /// <summary>Adds an interface.</summary>
    /// <param name="name">Its name, such as <c>leaf1:eth3</c>.</param>
    /// <param name="description">What it is.</param>
    /// <returns>Its number, from 0 on.</returns>
    public int AddInterface(string name, string? description = null)
    {
        Half(1); // LINKTYPE_ETHERNET
        Half(0);
        Word(0); // No limit of the captured length.
        Option(2, name);
        Option(3, description);
        Option(9, [9]); // if_tsresol: 10^-9 s.
        End(1);
        return _interfaces++;
    }

    /// <summary>Writes a frame.</summary>
    /// <param name="interfaceId">What <see cref="AddInterface"/> returned.</param>
    /// <param name="nanoseconds">Time since 1970-01-01 UTC.</param>
    /// <param name="frame">The frame without its check sequence.</param>
    /// <param name="comment">A remark shown beside it.</param>
    /// <param name="isOutbound">Its direction, when known.</param>
    public void WriteFrame(int interfaceId, ulong nanoseconds, ReadOnlySpan<byte> frame, string? comment = null, bool? isOutbound = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceId, (uint)_interfaces, nameof(interfaceId));
        Word((uint)interfaceId);
        Word((uint)(nanoseconds >> 32));
        Word((uint)(nanoseconds & uint.MaxValue));
        Word((uint)frame.Length);
        Word((uint)frame.Length);
        Padded(frame);
        Option(Comment, comment);
        if (isOutbound is { } outbound)
        {
            Option(2, [outbound ? (byte)2 : (byte)1, 0, 0, 0]);
        }

        End(6);
    }

    private void Half(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _body.Write(bytes);
    }

    private void Word(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _body.Write(bytes);
    }

    private void Wide(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _body.Write(bytes);
    }

    private void Padded(ReadOnlySpan<byte> bytes)
    {
        _body.Write(bytes);
        for (var i = bytes.Length; i % 4 != 0; i++)
        {
            _body.Write<byte>([0]);
        }
    }

    private void Option(ushort code, string? text)
    {
        if (text is not null)
        {
            Option(code, Encoding.UTF8.GetBytes(text));
        }
    }

    private void Option(ushort code, ReadOnlySpan<byte> value)
    {
        var kept = value.Length > ushort.MaxValue ? value[..ushort.MaxValue] : value;
        Half(code);
        Half((ushort)kept.Length);
        Padded(kept);
    }

    private void End(uint blockType)
    {
        Half(EndOfOptions);
        Half(0);
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(head, blockType);
        BinaryPrimitives.WriteUInt32LittleEndian(head[4..], (uint)(_body.WrittenCount + 12));
        _stream.Write(head);
        _stream.Write(_body.WrittenSpan);
        _stream.Write(head[4..]);
        _body.ResetWrittenCount();
    }
}
