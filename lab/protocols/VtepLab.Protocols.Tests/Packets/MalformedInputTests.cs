using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class MalformedInputTests
{
    [Test]
    public void No_reader_throws_whatever_it_is_given()
    {
        var random = new Random(20130801);
        var seeds = new[]
        {
            Frames.Ethernet(MacAddress.Broadcast, new MacAddress(1), EtherTypes.IPv4,
                Frames.Udp(IpAddress.Parse("192.0.2.1"), IpAddress.Parse("192.0.2.2"), 1, 4789, Frames.Vxlan(new Vni(1), new byte[60])),
                new VlanTag(10), new VlanTag(20)),
            Frames.Ethernet(MacAddress.Broadcast, new MacAddress(1), EtherTypes.IPv6,
                Frames.Echo(IpAddress.Parse("2001:db8::1"), IpAddress.Parse("2001:db8::2"), true, 1, 2, [1, 2, 3])),
        };
        for (var i = 0; i < 20_000; i++)
        {
            var frame = (byte[])seeds[i % seeds.Length].Clone();
            for (var flips = random.Next(6); flips > 0; flips--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            Assert.That(() => Touch(frame.AsSpan(0, random.Next(frame.Length + 1))), Throws.Nothing, () => Convert.ToHexString(frame));
        }

        static int Touch(ReadOnlySpan<byte> wire)
        {
            if (!EthernetFrame.TryRead(wire, out var frame))
            {
                return 0;
            }

            var sum = frame.TagCount + frame.EtherType + frame.Payload.Length;
            ArpPacket.TryRead(frame.Payload, out _);
            BfdPacket.TryRead(frame.Payload, out _);
            if (IPv4Packet.TryRead(frame.Payload, out var v4))
            {
                sum += TouchTransport(v4.Payload) + (v4.HasRightChecksum ? 1 : 0) + (v4.IsFragment ? 1 : 0);
            }

            if (IPv6Packet.TryRead(frame.Payload, out var v6) && v6.TryReadUpperLayer(out _, out var payload))
            {
                sum += TouchTransport(payload);
            }

            return sum;
        }

        static int TouchTransport(ReadOnlySpan<byte> payload)
        {
            var any = IpAddress.Parse("192.0.2.1");
            var sum = IcmpEcho.TryRead(payload, any, any, out var echo) ? echo.Data.Length : 0;
            sum += TcpSegment.TryRead(payload, out var tcp) ? tcp.Payload.Length + tcp.Window : 0;
            if (UdpDatagram.TryRead(payload, out var udp))
            {
                sum += udp.HasAcceptableChecksum(any, any) ? 1 : 0;
                sum += VxlanHeader.TryRead(udp.Payload, out var vxlan) ? vxlan.Vni.Value & 1 : 0;
            }

            return sum;
        }
    }
}
