using System.Globalization;
using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>One rule of an access list in the form the hardware matches with; a field that is null matches everything.</summary>
public sealed record AclRule
{
    internal const string Ingress = "ingress";
    internal const string Egress = "egress";
    private const string Permit = "permit";

    /// <summary>What happens to a frame that matches.</summary>
    public required bool Permits { get; init; }

    private MacAddress? Source { get; init; }

    private MacAddress? Destination { get; init; }

    private ushort? EtherType { get; init; }

    private (IpAddress Address, IpAddress Mask)? SourceIp { get; init; }

    private (IpAddress Address, IpAddress Mask)? DestinationIp { get; init; }

    private byte? Protocol { get; init; }

    private (long Min, long Max)? SourcePorts { get; init; }

    private (long Min, long Max)? DestinationPorts { get; init; }

    private (long Value, long Mask)? TcpFlags { get; init; }

    private byte? IcmpType { get; init; }

    private byte? IcmpCode { get; init; }

    /// <summary>Reads a row; null for one that no hardware could carry out: a text that is no value of its field, a range that is none, fields that no frame has together.</summary>
    public static AclRule? Of(AclEntry entry)
    {
        var isReadable = true;
        var rule = new AclRule
        {
            Permits = entry.Action == Permit,
            Source = Mac(entry.SourceMac),
            Destination = Mac(entry.DestMac),
            EtherType = Hexadecimal(entry.Ethertype),
            SourceIp = Masked(entry.SourceIp, entry.SourceMask),
            DestinationIp = Masked(entry.DestIp, entry.DestMask),
            Protocol = Byte(entry.Protocol),
            SourcePorts = Range(entry.SourcePortMin, entry.SourcePortMax),
            DestinationPorts = Range(entry.DestPortMin, entry.DestPortMax),
            TcpFlags = Flags(entry.TcpFlags, entry.TcpFlagsMask),
            IcmpType = Byte(entry.IcmpType),
            IcmpCode = Byte(entry.IcmpCode),
        };
        return isReadable && entry.Direction is Ingress or Egress && rule.CanMatch ? rule : null;

        T? Fail<T>()
            where T : struct
        {
            isReadable = false;
            return null;
        }

        MacAddress? Mac(string? text) => text is null ? null : MacAddress.TryParse(text, out var mac) ? mac : Fail<MacAddress>();

        ushort? Hexadecimal(string? text) =>
            text is null ? null
            : text.Length == 6 && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
              && ushort.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var type) ? type
            : Fail<ushort>();

        (IpAddress, IpAddress)? Masked(string? text, string? maskText)
        {
            if (text is null)
            {
                return maskText is null ? null : Fail<(IpAddress, IpAddress)>();
            }

            var mask = default(IpAddress);
            if (!IpAddress.TryParse(text, out var address) || (maskText is not null && !(IpAddress.TryParse(maskText, out mask) && mask.IsV6 == address.IsV6)))
            {
                return Fail<(IpAddress, IpAddress)>();
            }

            mask = maskText is null ? IpAddress.Mask(address.IsV6, address.Size * 8) : mask;
            return (address & mask, mask);
        }

        byte? Byte(long? value) => value is null ? null : value is >= 0 and <= 255 ? (byte)value : Fail<byte>();

        (long, long)? Range(long? min, long? max) =>
            (min, max) is (null, null) ? null
            : (min ?? 0) >= 0 && (max ?? ushort.MaxValue) <= ushort.MaxValue && (min ?? 0) <= (max ?? ushort.MaxValue) ? (min ?? 0, max ?? ushort.MaxValue)
            : Fail<(long, long)>();

        (long, long)? Flags(long? value, long? mask) =>
            (value, mask) is (null, null) ? null
            : value is >= 0 and <= 0xFFF && (mask is null or (>= 0 and <= 0xFFF)) ? (value.Value & (mask ?? 0xFFF), mask ?? 0xFFF)
            : Fail<(long, long)>();
    }

    internal bool Matches(in FrameFields frame) =>
        (Source is null || Source == frame.Source)
        && (Destination is null || Destination == frame.Destination)
        && (EtherType is null || EtherType == frame.EtherType)
        && (SourceIp is not { } from || (frame.IsIp && Covers(from, frame.SourceIp)))
        && (DestinationIp is not { } to || (frame.IsIp && Covers(to, frame.DestinationIp)))
        && (Protocol is null || (frame.IsIp && Protocol == frame.Protocol))
        && (SourcePorts is not { } source || (frame.HasPorts && frame.SourcePort >= source.Min && frame.SourcePort <= source.Max))
        && (DestinationPorts is not { } destination || (frame.HasPorts && frame.DestinationPort >= destination.Min && frame.DestinationPort <= destination.Max))
        && (TcpFlags is not { } flags || (frame.HasTcpFlags && (frame.TcpFlags & flags.Mask) == flags.Value))
        && (IcmpType is null || (frame.HasIcmp && IcmpType == frame.IcmpType))
        && (IcmpCode is null || (frame.HasIcmp && IcmpCode == frame.IcmpCode));

    /// <summary>True unless two fields speak of different kinds of packets.</summary>
    private bool CanMatch
    {
        get
        {
            var isV6 = SourceIp?.Address.IsV6 ?? DestinationIp?.Address.IsV6;
            var needsIp = isV6 is not null || Protocol is not null || HasPorts || TcpFlags is not null || HasIcmp;
            return !(SourceIp is { } from && DestinationIp is { } to && from.Address.IsV6 != to.Address.IsV6)
                && (EtherType is null || !needsIp || (EtherType == EtherTypes.IPv4 && isV6 is not true) || (EtherType == EtherTypes.IPv6 && isV6 is not false))
                && !(HasPorts && Protocol is not (null or IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp))
                && !(TcpFlags is not null && Protocol is not (null or IpProtocols.Tcp))
                && !(HasIcmp && (HasPorts || TcpFlags is not null || Protocol is not (null or IpProtocols.Icmp or IpProtocols.IcmpV6)));
        }
    }

    private bool HasPorts => SourcePorts is not null || DestinationPorts is not null;

    private bool HasIcmp => IcmpType is not null || IcmpCode is not null;

    private static bool Covers((IpAddress Address, IpAddress Mask) wanted, IpAddress found) =>
        found.IsV6 == wanted.Address.IsV6 && (found & wanted.Mask) == wanted.Address;
}
