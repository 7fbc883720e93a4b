using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A view of an Ethernet frame without its frame check sequence: addresses, any number of tags, type and payload.</summary>
public readonly ref struct EthernetFrame
{
    /// <summary>Size of the header without tags, in bytes.</summary>
    public const int HeaderSize = 14;

    private readonly ReadOnlySpan<byte> _wire;

    private EthernetFrame(ReadOnlySpan<byte> wire, int tags)
    {
        _wire = wire;
        TagCount = tags;
    }

    /// <summary>The destination address.</summary>
    public MacAddress Destination => new(_wire);

    /// <summary>The source address.</summary>
    public MacAddress Source => new(_wire[MacAddress.Size..]);

    /// <summary>How many 802.1Q and 802.1ad tags stand between the addresses and the type.</summary>
    public int TagCount { get; }

    /// <summary>The type behind the tags; below 0x0600 it is a length (IEEE 802.3).</summary>
    public ushort EtherType => BinaryPrimitives.ReadUInt16BigEndian(_wire[(12 + (VlanTag.Size * TagCount))..]);

    /// <summary>What follows the type, padding included.</summary>
    public ReadOnlySpan<byte> Payload => _wire[(HeaderSize + (VlanTag.Size * TagCount))..];

    /// <summary>The whole frame.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>Reads a frame; false when the header or a tag is cut short.</summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, out EthernetFrame frame)
    {
        frame = default;
        if (wire.Length < HeaderSize)
        {
            return false;
        }

        var tags = 0;
        while (VlanTag.TryRead(wire[(12 + (VlanTag.Size * tags))..], out _))
        {
            tags++;
        }

        var type = 12 + (VlanTag.Size * tags);
        if (wire.Length < type + 2 || BinaryPrimitives.ReadUInt16BigEndian(wire[type..]) is EtherTypes.Vlan or EtherTypes.ServiceVlan)
        {
            return false;
        }

        frame = new EthernetFrame(wire, tags);
        return true;
    }

    /// <summary>The n-th tag, outermost first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many.</exception>
    public VlanTag Tag(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)TagCount, nameof(index));
        VlanTag.TryRead(_wire[(12 + (VlanTag.Size * index))..], out var tag);
        return tag;
    }

    /// <summary>Writes addresses and type of an untagged frame.</summary>
    /// <returns>The bytes written, <see cref="HeaderSize"/>.</returns>
    public static int WriteHeader(Span<byte> wire, MacAddress destination, MacAddress source, ushort etherType)
    {
        destination.Write(wire);
        source.Write(wire[MacAddress.Size..]);
        BinaryPrimitives.WriteUInt16BigEndian(wire[12..], etherType);
        return HeaderSize;
    }

    /// <summary>Copies a frame with its outermost tag taken off.</summary>
    /// <returns>The bytes written: the length of the frame less four.</returns>
    /// <exception cref="InvalidOperationException">The frame has no tag.</exception>
    public int CopyWithoutOuterTag(Span<byte> to)
    {
        if (TagCount == 0)
        {
            throw new InvalidOperationException("the frame carries no tag to take off");
        }

        _wire[..12].CopyTo(to);
        _wire[(12 + VlanTag.Size)..].CopyTo(to[12..]);
        return _wire.Length - VlanTag.Size;
    }

    /// <summary>Copies a frame with one more tag in front of those it has.</summary>
    /// <returns>The bytes written: the length of the frame and four.</returns>
    public int CopyWithOuterTag(Span<byte> to, VlanTag tag)
    {
        _wire[..12].CopyTo(to);
        tag.Write(to[12..]);
        _wire[12..].CopyTo(to[(12 + VlanTag.Size)..]);
        return _wire.Length + VlanTag.Size;
    }
}
