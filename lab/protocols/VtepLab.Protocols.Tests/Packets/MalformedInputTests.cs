using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class MalformedInputTests
{
    private const int Inputs = 300_000;

    private static readonly IpAddress A = IpAddress.Parse("192.0.2.1");
    private static readonly IpAddress B = IpAddress.Parse("192.0.2.2");
    private static readonly IpAddress A6 = IpAddress.Parse("2001:db8::1");
    private static readonly IpAddress B6 = IpAddress.Parse("2001:db8::2");

    [Test]
    public void No_reader_throws_whatever_it_is_given()
    {
        var random = new Random(20130801);
        var seeds = Seeds();
        var understood = new int[seeds.Length];
        for (var i = 0; i < Inputs; i++)
        {
            var wire = (byte[])seeds[i % seeds.Length].Clone();
            for (var flips = random.Next(6); flips > 0; flips--)
            {
                wire[random.Next(wire.Length)] = (byte)random.Next(256);
            }

            var cut = random.Next(3) == 0 ? random.Next(wire.Length + 1) : wire.Length;
            try
            {
                understood[i % seeds.Length] += Touch(wire.AsSpan(0, cut)) > 0 ? 1 : 0;
            }
            catch (Exception e)
            {
                Assert.Fail($"{Convert.ToHexString(wire.AsSpan(0, cut))}: {e}");
            }
        }

        // Each kind got past the first reader in its thousands, so what lies behind it was reached.
        Assert.That(understood, Has.All.GreaterThan(Inputs / seeds.Length / 4));
        TestContext.Out.WriteLine($"{Inputs} inputs of {seeds.Length} kinds, {understood.Sum()} of them with something to read");
    }

    [Test]
    public void Readers_look_at_the_bytes_they_are_given_and_copy_nothing()
    {
        foreach (var wire in Seeds())
        {
            Touch(wire);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Touch(wire);
            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero, Convert.ToHexString(wire));
        }

        var frame = Seeds()[0];
        EthernetFrame.TryRead(frame, out var ethernet);
        IPv4Packet.TryRead(ethernet.Payload, out var ip);
        UdpDatagram.TryRead(ip.Payload, out var udp);
        Assert.That(Unsafe.AreSame(ref MemoryMarshal.GetReference(udp.Payload), ref frame[14 + 8 + 20 + 8]), Is.True);
    }

    private static byte[][] Seeds()
    {
        var tcp = new byte[TcpSegment.HeaderSize + 4];
        TcpSegment.WriteHeader(tcp, A, B, 1, 2, 3, 4, TcpControl.Syn, 5);
        var bfd = new byte[BfdPacket.Size];
        new BfdPacket(BfdState.Up, BfdDiagnostic.None, 3, 1, 2, 100_000, 100_000).Write(bfd);
        var datagram = Frames.Udp(A, B, 1, 2, new byte[24]);
        IPv4Packet.TryRead(datagram, out var about);
        var fragment = new byte[IPv4Packet.HeaderSize + 16];
        IPv4Packet.WriteFragmentHeader(fragment, A, B, IpProtocols.Udp, 16, 8, hasMore: true);
        byte[] hopByHop = [IpProtocols.IcmpV6, 0, 5, 2, 0, 0, 1, 0, 128, 0, 0, 0, 0, 1, 0, 2];
        byte[] fragmentHeader = [IpProtocols.Udp, 0, 0, 1, 0, 0, 0, 9, 0, 1, 0, 2, 0, 8, 0, 0];
        var mac = new MacAddress(0x0200_0000_0001);
        return
        [
            Frame(EtherTypes.IPv4, Frames.Udp(A, B, 1, 4789, Frames.Vxlan(new Vni(1), new byte[60])), new VlanTag(10), new VlanTag(20)),
            Frame(EtherTypes.IPv6, Frames.Echo(A6, B6, true, 1, 2, [1, 2, 3])),
            Frames.Arp(new ArpPacket(ArpPacket.Request, mac, A, default, B)),
            Frame(EtherTypes.IPv4, Frames.Ip(A, B, IpProtocols.Tcp, tcp)),
            Frame(EtherTypes.IPv4, Frames.Udp(A, B, 1, BfdPacket.UdpPort, bfd)),
            Frame(EtherTypes.IPv4, Frames.IcmpError(B, about, IcmpError.TimeExceeded)),
            Frame(EtherTypes.IPv4, fragment),
            Frame(EtherTypes.IPv6, Frames.Ip(A6, B6, 0, hopByHop)),
            Frame(EtherTypes.IPv6, Frames.Ip(A6, B6, 44, fragmentHeader)),
            Frames.Neighbor(new NeighborMessage(true, B6, mac), A6, NeighborMessage.SolicitedNode(B6), mac, MacAddress.Broadcast),
            Frames.Neighbor(new NeighborMessage(false, B6, mac, IsSolicited: true), B6, A6, mac, mac),
        ];

        static byte[] Frame(ushort type, byte[] payload, params VlanTag[] tags) => Frames.Ethernet(MacAddress.Broadcast, new MacAddress(1), type, payload, tags);
    }

    private static int Touch(ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame))
        {
            return 0;
        }

        var sum = 1 + frame.TagCount + (frame.EtherType & 1) + (frame.Payload.Length & 1) + (frame.TagCount > 0 ? frame.Tag(0).VlanId & 1 : 0);
        ArpPacket.TryRead(frame.Payload, out _);
        if (IPv4Packet.TryRead(frame.Payload, out var v4))
        {
            sum += TouchTransport(v4.Payload) + (v4.HasRightChecksum ? 1 : 0) + (v4.IsFragment ? 1 : 0) + v4.FragmentOffset + v4.Options.Length
                + (IcmpError.MayAnswer(v4) ? 1 : 0);
        }

        if (IPv6Packet.TryRead(frame.Payload, out var v6) && v6.TryReadUpperLayer(out _, out var payload))
        {
            sum += TouchTransport(payload) + (NeighborMessage.TryRead(v6, payload, out var neighbour) && neighbour.LinkAddress is not null ? 1 : 0);
        }

        return sum;
    }

    private static int TouchTransport(ReadOnlySpan<byte> payload)
    {
        var sum = IcmpEcho.TryRead(payload, A, A, out var echo) ? echo.Data.Length : 0;
        sum += IcmpEcho.TryRead(payload, A6, A6, out echo) ? echo.Data.Length : 0;
        sum += IcmpError.TryRead(payload, out _, out var quoted) && IPv4Packet.TryRead(quoted, out var about) ? about.HeaderLength : 0;
        sum += TcpSegment.TryRead(payload, out var tcp) ? (tcp.Payload.Length + tcp.Window + (int)tcp.Control) & 1 : 0;
        if (UdpDatagram.TryRead(payload, out var udp))
        {
            sum += udp.HasAcceptableChecksum(A, A) ? 1 : 0;
            sum += BfdPacket.TryRead(udp.Payload, out var bfd) ? (int)bfd.State : 0;
            sum += VxlanHeader.TryRead(udp.Payload, out var vxlan) ? (vxlan.Vni.Value & 1) + Touch(udp.Payload[VxlanHeader.Size..]) : 0;
        }

        return sum;
    }
}
