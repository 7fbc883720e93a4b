using System.Globalization;
using VtepLab.Packets;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Packets;

[Category(RealPeer.Category)]
public class TsharkTests
{
    private static readonly MacAddress HostMac = MacAddress.Parse("02:1a:c0:00:02:0b");
    private static readonly MacAddress PeerMac = MacAddress.Parse("02:1a:c0:00:02:0c");
    private static readonly IpAddress A = IpAddress.Parse("192.0.2.11");
    private static readonly IpAddress B = IpAddress.Parse("192.0.2.12");
    private static readonly IpAddress A6 = IpAddress.Parse("2001:db8::11");
    private static readonly IpAddress B6 = IpAddress.Parse("2001:db8::12");

    [Test]
    public async Task Tshark_decodes_what_we_write_field_for_field()
    {
        var arp = Frames.Arp(new ArpPacket(ArpPacket.Request, HostMac, A, default, B));
        var tcp = new byte[24];
        TcpSegment.WriteHeader(tcp, A, B, 1024, 80, 7, 9, TcpControl.Syn | TcpControl.Ack, 512);
        var bfd = new byte[BfdPacket.Size];
        new BfdPacket(BfdState.Init, BfdDiagnostic.PathDown, 3, 7, 9, 100_000, 1_000_000).Write(bfd);
        byte[][] frames =
        [
            arp,
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.Udp(A, B, 1000, 2000, [1, 2, 3]), new VlanTag(200, 5, false, EtherTypes.ServiceVlan), new VlanTag(10, 0, true)),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.Echo(A, B, isRequest: true, 5, 6, [9])),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv6, Frames.Echo(A6, B6, isRequest: false, 5, 6, [9])),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.Ip(A, B, IpProtocols.Tcp, tcp)),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.Udp(A, B, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(5000), arp))),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv6, Frames.Udp(A6, B6, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(16777215), arp))),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.Udp(A, B, 49152, BfdPacket.UdpPort, bfd, timeToLive: 255)),
        ];

        var lines = await DissectAsync(
            frames, "frame.protocols", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "ieee8021ad.id", "vlan.id", "ieee8021ad.priority", "vlan.priority",
            "udp.dstport", "icmp.seq", "icmpv6.echo.sequence_number", "tcp.flags", "vxlan.vni", "vxlan.flags", "bfd.sta", "bfd.diag", "bfd.my_discriminator", "bfd.desired_min_tx_interval", "_ws.expert.severity");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "eth:ethertype:arp|192.0.2.11|192.0.2.12|||||||||||||||",
            "eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:udp:data|||200|10|5|0|2000||||||||||",
            "eth:ethertype:ip:icmp:data||||||||6|||||||||",
            "eth:ethertype:ipv6:icmpv6:data|||||||||6||||||||",
            // 2097152 is "chat": tshark remarks on every SYN; a complaint would be a note, warning or error.
            "eth:ethertype:ip:tcp||||||||||0x0012|||||||2097152",
            "eth:ethertype:ip:udp:vxlan:eth:ethertype:arp|192.0.2.11|192.0.2.12|||||4789||||5000|0x0800|||||",
            "eth:ethertype:ipv6:udp:vxlan:eth:ethertype:arp|192.0.2.11|192.0.2.12|||||4789||||16777215|0x0800|||||",
            "eth:ethertype:ip:udp:bfd|||||||3784||||||0x02|0x05|0x00000007|100000|",
        }));
    }

    [Test]
    public async Task Tshark_takes_neighbour_messages_errors_fragments_and_extension_headers_of_ours()
    {
        var group = NeighborMessage.SolicitedNode(B6);
        var whole = Frames.Udp(A, B, 1000, 2000, new byte[32]);
        IPv4Packet.TryRead(whole, out var packet);
        var first = new byte[IPv4Packet.HeaderSize + 16];
        var second = new byte[IPv4Packet.HeaderSize + 24];
        whole.AsSpan(20, 16).CopyTo(first.AsSpan(20));
        whole.AsSpan(36).CopyTo(second.AsSpan(20));
        IPv4Packet.WriteFragmentHeader(first, A, B, IpProtocols.Udp, 16, 0, hasMore: true);
        IPv4Packet.WriteFragmentHeader(second, A, B, IpProtocols.Udp, 24, 16, hasMore: false);
        var lessLife = (byte[])whole.Clone();
        IPv4Packet.DecrementTimeToLive(lessLife);

        // A destination options header (RFC 8200 section 4.6) with nothing in it but padding, before a datagram of ours.
        var options = new byte[8 + 11];
        (options[0], options[2], options[3]) = (IpProtocols.Udp, 1, 4);
        UdpDatagram.WriteHeader(options.AsSpan(8), 5, 6, 3);
        UdpDatagram.WriteChecksum(options.AsSpan(8), A6, B6);
        byte[][] frames =
        [
            Frames.Neighbor(new NeighborMessage(true, B6, HostMac), A6, group, HostMac, MacAddress.OfGroup(group)),
            Frames.Neighbor(new NeighborMessage(false, B6, PeerMac, IsSolicited: true, IsOverride: true), B6, A6, PeerMac, HostMac),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, Frames.IcmpError(B, packet, IcmpError.TimeExceeded)),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, first),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, second),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv4, lessLife),
            Frames.Ethernet(PeerMac, HostMac, EtherTypes.IPv6, Frames.Ip(A6, B6, 60, options)),
        ];

        var lines = await DissectAsync(
            frames, "frame.protocols", "icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address", "icmpv6.opt.linkaddr", "icmpv6.checksum.status", "icmp.type", "icmp.code",
            "icmp.checksum.status", "ip.checksum.status", "ip.ttl", "udp.checksum.status", "udp.dstport", "_ws.expert.severity");

        Assert.That(lines, Is.EqualTo(new[]
        {
            "eth:ethertype:ipv6:icmpv6|2001:db8::12||02:1a:c0:00:02:0b|1||||||||",
            "eth:ethertype:ipv6:icmpv6||2001:db8::12|02:1a:c0:00:02:0c|1||||||||",
            "eth:ethertype:ip:icmp:ip:udp|||||11|0|1|1,1|64,64|2|2000|", // Of what is quoted the checksum cannot be checked.
            "eth:ethertype:ip:data||||||||1|64|||",
            "eth:ethertype:ip:udp:data||||||||1|64|1|2000|", // Put together again, and the checksum of the whole is right.
            "eth:ethertype:ip:udp:data||||||||1|63|1|2000|",
            "eth:ethertype:ipv6:ipv6.dstopts:udp:data||||||||||1|6|",
        }));
    }

    [Test]
    public async Task Tshark_shows_our_interfaces_comments_and_nanoseconds()
    {
        using var directory = new TempDirectory();
        var file = directory["ours.pcapng"];
        await using (var stream = File.Create(file))
        {
            var writer = new PcapNgWriter(stream, "VtepLab", "the whole run");
            var eth3 = writer.AddInterface("leaf1:eth3", "access port");
            var underlay = writer.AddInterface("leaf1:underlay");
            var frame = Frames.Arp(new ArpPacket(ArpPacket.Request, HostMac, A, default, B));
            writer.WriteFrame(underlay, 1_700_000_000_000_000_123, frame, "copy to 192.0.2.12", isOutbound: true);
            writer.WriteFrame(eth3, 1_700_000_000_000_000_124, frame);
        }

        var output = await TsharkAsync("-r", file, "-T", "fields", "-E", "separator=|", "-e", "frame.interface_name", "-e", "frame.interface_description", "-e", "frame.time_epoch", "-e", "frame.comment", "-e", "frame.len");

        Assert.That(output.Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "leaf1:underlay||1700000000.000000123|copy to 192.0.2.12|42",
            "leaf1:eth3|access port|1700000000.000000124||42",
        }));
    }

    [Test]
    public async Task We_decode_a_capture_that_wireshark_wrote_as_it_does()
    {
        using var directory = new TempDirectory();
        // A VXLAN packet with an ARP request inside, by hand (RFC 7348 section 5); text2pcap makes the outer headers around the UDP payload.
        var payload = "0800000000138800" + "ffffffffffff021ac000020b0806" + "0001080006040001021ac000020bc000020b000000000000c000020c";
        var dump = "000000 " + string.Join(' ', Enumerable.Range(0, payload.Length / 2).Select(i => payload.Substring(2 * i, 2))) + "\n";
        var file = directory["theirs.pcapng"];
        (await PeerProcess.RunAsync(
            RealPeer.Require("text2pcap"), ["-q", "-n", "-4", "192.0.2.11,192.0.2.12", "-u", "50000,4789", "-", file], input: dump)).Success();

        var captured = PcapNgReader.ReadAll(await File.ReadAllBytesAsync(file)).Single();

        Assert.That(EthernetFrame.TryRead(captured.Frame.Span, out var outer), Is.True);
        Assert.That(IPv4Packet.TryRead(outer.Payload, out var ip), Is.True);
        Assert.That((ip.Source, ip.Destination, ip.HasRightChecksum), Is.EqualTo((A, B, true)));
        Assert.That(UdpDatagram.TryRead(ip.Payload, out var udp), Is.True);
        Assert.That((udp.DestinationPort, udp.HasAcceptableChecksum(A, B)), Is.EqualTo((VxlanHeader.UdpPort, true)));
        Assert.That(VxlanHeader.TryRead(udp.Payload, out var vxlan), Is.True);
        Assert.That(vxlan.Vni, Is.EqualTo(new Vni(5000)));
        Assert.That(EthernetFrame.TryRead(udp.Payload[VxlanHeader.Size..], out var inner), Is.True);
        Assert.That(ArpPacket.TryRead(inner.Payload, out var arp), Is.True);
        Assert.That(arp, Is.EqualTo(new ArpPacket(ArpPacket.Request, HostMac, A, default, B)));
    }

    private static async Task<string[]> DissectAsync(byte[][] frames, params string[] fields)
    {
        using var directory = new TempDirectory();
        var file = directory["ours.pcapng"];
        await using (var stream = File.Create(file))
        {
            var writer = new PcapNgWriter(stream, "VtepLab");
            var port = writer.AddInterface("port");
            for (var i = 0; i < frames.Length; i++)
            {
                writer.WriteFrame(port, 1_000_000_000UL * (ulong)(i + 1), frames[i]);
            }
        }

        string[] checks = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "tcp.analyze_sequence_numbers:FALSE"];
        var output = await TsharkAsync([.. checks, "-r", file, "-T", "fields", "-E", "separator=|", .. fields.SelectMany(f => new[] { "-e", f })]);
        return output.ToString(CultureInfo.InvariantCulture).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<string> TsharkAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("tshark"), ["-n", .. arguments])).Success();
}
