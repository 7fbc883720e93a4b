using VtepLab.Packets;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>VXLAN frames to a VTEP: good ones, and ones with something that is not as usual.</summary>
internal static class UnderlayMix
{
    public const string Usual = "nothing";

    private const int UdpAt = EthernetFrame.HeaderSize + IPv4Packet.HeaderSize;
    private const int VxlanAt = UdpAt + UdpDatagram.HeaderSize;

    public static readonly MacAddress Mac = new(0x021A_C000_040AUL);
    public static readonly IpAddress Vtep = IpAddress.Parse("198.51.100.10");

    private static readonly Dictionary<string, Func<byte[], byte[]>> _oddities = new(StringComparer.Ordinal)
    {
        [Usual] = f => f,
        ["a right UDP checksum"] = f => Summed(f),
        ["a wrong UDP checksum"] = f => With(Summed(f), UdpAt + 7, 1),
        ["a wrong IP checksum"] = f => With(f, 24, 1),
        ["another MAC address"] = f => With(f, 5, 0x40),
        ["the broadcast address"] = f => [.. Enumerable.Repeat((byte)0xFF, 6), .. f[6..]],
        ["another IP address"] = f => Ip(f, p => p[19] ^= 0x40),
        ["another UDP port"] = f => With(f, UdpAt + 3, 1),
        ["a tag outside"] = f => [.. f[..12], 0x81, 0, 0, 5, .. f[12..]],
        ["a TTL of 1"] = f => Ip(f, p => p[8] = 1),
        ["a TTL of 0"] = f => Ip(f, p => p[8] = 0),
        ["DSCP"] = f => Ip(f, p => p[1] = 46 << 2),
        ["ECT(1)"] = f => Ip(f, p => p[1] = 1),
        ["ECT(0)"] = f => Ip(f, p => p[1] = 2),
        ["congestion experienced"] = f => Ip(f, p => p[1] = 3),
        ["fragmentation allowed"] = f => Ip(f, p => p[6] = 0),
        ["a first fragment"] = f => Ip(f, p => p[6] = 0x20),
        ["a later fragment"] = f => Ip(f, p => (p[6], p[7]) = (0, 9)),
        ["no I flag"] = f => With(f, VxlanAt, 8),
        ["another flag"] = f => With(f, VxlanAt, 0x40),
        ["a reserved bit before the VNI"] = f => With(f, VxlanAt + 2, 1),
        ["a reserved bit behind the VNI"] = f => With(f, VxlanAt + 7, 1),
        ["a VNI of 24 bits"] = f => With(f, VxlanAt + 4, 0xFF),
        ["no inner frame"] = f => Cut(f, 0),
        ["a cut inner header"] = f => Cut(f, 13),
        ["only an inner header"] = f => Cut(f, 14),
        ["half a VXLAN header"] = f => Cut(f, -4),
        ["no VXLAN header"] = f => Cut(f, -8),
    };

    /// <summary>What may be unusual.</summary>
    public static IEnumerable<string> Oddities => _oddities.Keys;

    /// <summary>A good frame with one thing unusual.</summary>
    public static byte[] Odd(string oddity, byte[] frame) => _oddities[oddity](frame);

    /// <summary>A good frame, its UDP checksum 0.</summary>
    /// <param name="from">The last byte of the sender's addresses.</param>
    /// <param name="vni">The VNI.</param>
    /// <param name="inner">The inner frame.</param>
    public static byte[] Frame(int from, int vni, byte[] inner)
    {
        var packet = Frames.Udp(PeerIp(from), Vtep, 40000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(vni), inner));
        (packet[26], packet[27]) = (0, 0);
        return Frames.Ethernet(Mac, PeerMac(from), EtherTypes.IPv4, packet);
    }

    public static IpAddress PeerIp(int n) => IpAddress.Parse($"198.51.100.{n}");

    public static MacAddress PeerMac(int n) => new(0x021A_C000_0400UL + (ulong)n);

    private static byte[] With(byte[] frame, int at, byte flipped)
    {
        byte[] changed = [.. frame];
        changed[at] ^= flipped;
        return changed;
    }

    private static byte[] Ip(byte[] frame, Action<byte[]> change)
    {
        var packet = frame[EthernetFrame.HeaderSize..];
        change(packet);
        (packet[10], packet[11]) = (0, 0);
        var sum = InternetChecksum.Of(packet.AsSpan(0, IPv4Packet.HeaderSize));
        (packet[10], packet[11]) = ((byte)(sum >> 8), (byte)(sum & 0xFF));
        return [.. frame[..EthernetFrame.HeaderSize], .. packet];
    }

    private static byte[] Summed(byte[] frame)
    {
        byte[] summed = [.. frame];
        UdpDatagram.WriteChecksum(summed.AsSpan(UdpAt), IpAddress.Read(frame.AsSpan(26, 4)), IpAddress.Read(frame.AsSpan(30, 4)));
        return summed;
    }

    // Keeps that many bytes behind the VXLAN header; the lengths say so.
    private static byte[] Cut(byte[] frame, int innerBytes)
    {
        var cut = frame[..(VxlanAt + VxlanHeader.Size + innerBytes)];
        var udp = UdpDatagram.HeaderSize + VxlanHeader.Size + innerBytes;
        (cut[UdpAt + 4], cut[UdpAt + 5]) = (0, (byte)udp);
        return Ip(cut, p => (p[2], p[3]) = (0, (byte)(IPv4Packet.HeaderSize + udp)));
    }
}
