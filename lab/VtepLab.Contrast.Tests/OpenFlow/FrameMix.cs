using VtepLab.Packets;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>Frames of every kind the pipeline looks into, from a seed; few addresses, so that they meet again.</summary>
internal sealed class FrameMix(Random random)
{
    public static MacAddress Mac(int n) => new(0x021A_C000_0200UL + (ulong)n);

    public static IpAddress Ip(int n) => IpAddress.Parse($"192.0.2.{n}");

    public static IpAddress Ip6(int n) => IpAddress.Parse($"2001:db8::{n:x}");

    public byte[] Next()
    {
        var source = Mac(random.Next(1, 6));
        var destination = random.Next(8) switch
        {
            0 => MacAddress.Broadcast,
            1 => new MacAddress(0x0100_5E00_0001UL),
            2 when random.Next(4) == 0 => new MacAddress(0x0180_C200_000EUL),
            _ => Mac(random.Next(1, 6)),
        };
        var (type, payload) = Payload(source);
        return Frames.Ethernet(destination, source, type, payload, Tags());
    }

    private VlanTag[] Tags() => random.Next(10) switch
    {
        < 5 => [],
        5 => [new VlanTag(0, random.Next(8))],
        9 => [new VlanTag(Vlan()), new VlanTag(Vlan())],
        _ => [new VlanTag(Vlan(), random.Next(3) == 0 ? random.Next(8) : 0)],
    };

    private int Vlan() => random.Next(5, 9);

    private (ushort Type, byte[] Payload) Payload(MacAddress source)
    {
        var (a, b) = (Ip(random.Next(1, 5)), Ip(random.Next(1, 5)));
        var (a6, b6) = (Ip6(random.Next(1, 5)), Ip6(random.Next(1, 5)));
        var data = new byte[random.Next(0, 40)];
        random.NextBytes(data);
        var ttl = (byte)(random.Next(4) == 0 ? random.Next(0, 3) : 64);
        var port = (ushort)random.Next(80, 84);
        switch (random.Next(11))
        {
            case 0 or 1:
                var arp = new byte[ArpPacket.Size];
                new ArpPacket((ushort)random.Next(1, 3), source, a, random.Next(2) == 0 ? default : Mac(2), random.Next(3) == 0 ? a : b).Write(arp);
                return (EtherTypes.Arp, arp);
            case 2:
                return (EtherTypes.IPv4, Frames.Echo(a, b, random.Next(2) == 0, 7, 9, data));
            case 3 or 4:
                return (EtherTypes.IPv4, Frames.Udp(a, b, port, (ushort)random.Next(80, 84), data, ttl));
            case 5:
                return (EtherTypes.IPv4, Frames.Ip(a, b, IpProtocols.Tcp, Tcp(a, b, data), ttl));
            case 6:
                return (EtherTypes.IPv6, Frames.Udp(a6, b6, port, (ushort)random.Next(80, 84), data, ttl));
            case 7:
                return (EtherTypes.IPv6, Frames.Echo(a6, b6, true, 1, 2, data));
            case 8:
                return (EtherTypes.IPv6, Frames.Ip(a6, b6, IpProtocols.Tcp, Tcp(a6, b6, data), ttl));
            case 9:
                return ((ushort)(random.Next(2) == 0 ? 0x8035 : 0x9999), data);
            default:
                // An IPv4 packet that says it is longer than it is, or one without a port.
                var cut = Frames.Udp(a, b, port, port, data, ttl);
                return (EtherTypes.IPv4, random.Next(2) == 0 ? cut[..random.Next(0, cut.Length)] : Frames.Ip(a, b, 47, data, ttl));
        }
    }

    private byte[] Tcp(IpAddress from, IpAddress to, byte[] data)
    {
        var segment = new byte[20 + data.Length];
        segment[1] = (byte)random.Next(80, 84);
        segment[3] = (byte)random.Next(80, 84);
        segment[12] = 0x50;
        segment[13] = (byte)random.Next(0, 64);
        data.CopyTo(segment, 20);
        var sum = InternetChecksum.Of(segment, InternetChecksum.PseudoHeader(from, to, IpProtocols.Tcp, segment.Length));
        (segment[16], segment[17]) = ((byte)(sum >> 8), (byte)(sum & 0xFF));
        return segment;
    }
}
