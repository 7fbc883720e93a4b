using VtepLab.Packets;

namespace VtepLab.Protocols.Tests.Packets;

public class IpPacketTests
{
    private static readonly IpAddress A = IpAddress.Parse("192.0.2.11");
    private static readonly IpAddress B = IpAddress.Parse("192.0.2.12");

    [Test]
    public void An_IPv4_header_is_written_with_its_checksum()
    {
        var header = new byte[20];

        IPv4Packet.WriteHeader(header, A, B, IpProtocols.Udp, payloadBytes: 8);

        // By hand: 4500+001c+0000+4000+4011+0000+c000+020b+c000+020c = 2 4944 -> 4946 -> ~ = b6b9.
        Assert.That(Convert.ToHexStringLower(header), Is.EqualTo("4500001c00004000" + "4011b6b9" + "c000020b" + "c000020c"));
    }

    [TestCase("55", TestName = "TryRead_refuses_a_wrong_version")]
    [TestCase("44", TestName = "TryRead_refuses_a_header_length_below_20")]
    [TestCase("4f", TestName = "TryRead_refuses_options_beyond_the_total_length")]
    public void IPv4_TryRead_refuses(string firstByte)
    {
        var packet = new byte[28];
        IPv4Packet.WriteHeader(packet, A, B, IpProtocols.Udp, payloadBytes: 8);
        packet[0] = Convert.FromHexString(firstByte)[0];

        Assert.That(IPv4Packet.TryRead(packet, out _), Is.False);
    }

    [Test]
    public void The_padding_of_a_short_frame_is_no_payload()
    {
        var padded = new byte[46];
        IPv4Packet.WriteHeader(padded, A, B, IpProtocols.Udp, payloadBytes: 8);

        Assert.That(IPv4Packet.TryRead(padded, out var packet), Is.True);

        Assert.That(packet.Payload.Length, Is.EqualTo(8));
        Assert.That(packet.HasRightChecksum, Is.True);
    }

    [TestCase("2000", true, TestName = "The_first_fragment_is_a_fragment")]
    [TestCase("0001", true, TestName = "The_last_fragment_is_a_fragment")]
    [TestCase("4000", false, TestName = "A_whole_packet_is_no_fragment")]
    public void IsFragment(string flagsAndOffset, bool expected)
    {
        var wire = new byte[20];
        IPv4Packet.WriteHeader(wire, A, B, IpProtocols.Udp, payloadBytes: 0);
        Convert.FromHexString(flagsAndOffset).CopyTo(wire, 6);
        Assert.That(IPv4Packet.TryRead(wire, out var packet), Is.True);

        Assert.That(packet.IsFragment, Is.EqualTo(expected));
    }

    [Test]
    public void Extension_headers_of_IPv6_are_skipped()
    {
        // Fixed header, hop-by-hop of 8 bytes with next header 17, then four bytes of payload.
        var wire = new byte[40 + 8 + 4];
        IPv6Packet.WriteHeader(wire, IpAddress.Parse("2001:db8::1"), IpAddress.Parse("2001:db8::2"), nextHeader: 0, payloadBytes: 12);
        wire[40] = IpProtocols.Udp;
        wire[48] = 0xAB;
        Assert.That(IPv6Packet.TryRead(wire, out var packet), Is.True);

        Assert.That(packet.TryReadUpperLayer(out var protocol, out var payload), Is.True);

        Assert.That(protocol, Is.EqualTo(IpProtocols.Udp));
        Assert.That(payload.ToArray(), Is.EqualTo(new byte[] { 0xAB, 0, 0, 0 }));
    }

    [Test]
    public void A_UDP_checksum_of_zero_is_acceptable_and_a_wrong_one_is_not()
    {
        var packet = Frames.Udp(A, B, 1000, 2000, [1, 2, 3]);
        Assert.That(IPv4Packet.TryRead(packet, out var ip), Is.True);
        Assert.That(UdpDatagram.TryRead(ip.Payload, out var right), Is.True);
        Assert.That(right.HasAcceptableChecksum(A, B), Is.True);

        packet[^1] ^= 1;
        Assert.That(UdpDatagram.TryRead(packet.AsSpan(20), out var wrong) && wrong.HasAcceptableChecksum(A, B), Is.False);

        packet[26] = packet[27] = 0;
        Assert.That(UdpDatagram.TryRead(packet.AsSpan(20), out var none) && none.HasAcceptableChecksum(A, B), Is.True);
    }
}
