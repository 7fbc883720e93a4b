using System.Buffers.Binary;

namespace VtepLab.Packets;

/// <summary>A neighbour solicitation or advertisement of IPv6 (RFC 4861 sections 4.3 and 4.4), with the one option that carries a link address.</summary>
/// <param name="IsSolicitation">True for the question, false for the answer.</param>
/// <param name="Target">Whose link address is asked or told.</param>
/// <param name="LinkAddress">In a question the asker's address, in an answer the target's; null where it is left out.</param>
/// <param name="IsSolicited">In an answer: it was asked for.</param>
/// <param name="IsOverride">In an answer: it replaces what was known.</param>
/// <param name="IsRouter">In an answer: the target routes.</param>
public readonly record struct NeighborMessage(
    bool IsSolicitation, IpAddress Target, MacAddress? LinkAddress, bool IsSolicited = false, bool IsOverride = false, bool IsRouter = false)
{
    /// <summary>Who may receive one must see this hop limit: it never passed a router.</summary>
    public const byte HopLimit = 255;

    private const byte Solicitation = 135;
    private const byte Advertisement = 136;
    private const byte SourceLinkAddress = 1;
    private const byte TargetLinkAddress = 2;
    private const int FixedSize = 24;
    private const int OptionSize = 8;

    /// <summary>Encoded size in bytes.</summary>
    public int Size => FixedSize + (LinkAddress is null ? 0 : OptionSize);

    /// <summary>The group that everybody with an address listens to when somebody asks for it (RFC 4291 section 2.7.1).</summary>
    public static IpAddress SolicitedNode(IpAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Write(bytes);
        ReadOnlySpan<byte> head = [0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF];
        head.CopyTo(bytes);
        return IpAddress.Read(bytes);
    }

    /// <summary>Reads an ICMPv6 message with the checks of RFC 4861 section 7.1; false when it must be discarded or is no such message.</summary>
    /// <param name="packet">The packet; its hop limit and addresses take part in the checks.</param>
    /// <param name="wire">The ICMPv6 message in it.</param>
    /// <param name="message">The message on success.</param>
    public static bool TryRead(in IPv6Packet packet, ReadOnlySpan<byte> wire, out NeighborMessage message)
    {
        message = default;
        if (packet.HopLimit != HopLimit || wire.Length < FixedSize || wire[0] is not (Solicitation or Advertisement) || wire[1] != 0
            || InternetChecksum.Of(wire, InternetChecksum.PseudoHeader(packet.Source, packet.Destination, IpProtocols.IcmpV6, wire.Length)) != 0)
        {
            return false;
        }

        var isSolicitation = wire[0] == Solicitation;
        var target = IpAddress.Read(wire.Slice(8, 16));
        var isSolicited = !isSolicitation && (wire[4] & 0x40) != 0;
        if (target.IsMulticast || (isSolicited && packet.Destination.IsMulticast))
        {
            return false;
        }

        MacAddress? link = null;
        var options = wire[FixedSize..];
        while (!options.IsEmpty)
        {
            var size = options.Length < 2 ? 0 : options[1] * OptionSize;
            if (size == 0 || size > options.Length)
            {
                return false;
            }

            if (options[0] == (isSolicitation ? SourceLinkAddress : TargetLinkAddress))
            {
                link = new MacAddress(options[2..]);
            }

            options = options[size..];
        }

        if (isSolicitation && packet.Source.IsUnspecified && link is not null)
        {
            return false;
        }

        message = new NeighborMessage(isSolicitation, target, link, isSolicited, !isSolicitation && (wire[4] & 0x20) != 0, !isSolicitation && (wire[4] & 0x80) != 0);
        return true;
    }

    /// <summary>Writes the ICMPv6 message, checksum included.</summary>
    /// <param name="to">At least <see cref="Size"/> bytes.</param>
    /// <param name="source">The packet's source address.</param>
    /// <param name="destination">The packet's destination address.</param>
    public void Write(Span<byte> to, IpAddress source, IpAddress destination)
    {
        var wire = to[..Size];
        wire.Clear();
        wire[0] = IsSolicitation ? Solicitation : Advertisement;
        wire[4] = (byte)(IsSolicitation ? 0 : (IsRouter ? 0x80 : 0) | (IsSolicited ? 0x40 : 0) | (IsOverride ? 0x20 : 0));
        Target.Write(wire[8..]);
        if (LinkAddress is { } link)
        {
            wire[FixedSize] = IsSolicitation ? SourceLinkAddress : TargetLinkAddress;
            wire[FixedSize + 1] = 1;
            link.Write(wire[(FixedSize + 2)..]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(
            wire[2..], InternetChecksum.Of(wire, InternetChecksum.PseudoHeader(source, destination, IpProtocols.IcmpV6, wire.Length)));
    }
}
