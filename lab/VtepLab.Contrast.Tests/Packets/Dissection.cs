using System.Globalization;
using VtepLab.Packets;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Packets;

/// <summary>What a frame says, in the same words from Wireshark and from us.</summary>
internal static class Dissection
{
    // Headers that an ICMP error quotes come second, and the first of each counts.
    private static readonly string[] Fields =
    [
        "eth.dst", "eth.src", "ieee8021ad.id", "vlan.id", "vlan.priority", "arp.opcode", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "ip.src", "ip.dst", "ip.ttl",
        "ip.proto", "ip.hdr_len", "ip.flags.df", "ip.flags.mf", "ip.frag_offset", "ip.id", "ipv6.src", "ipv6.dst", "ipv6.hlim", "ipv6.flow", "ipv6.nxt",
        "udp.srcport", "udp.dstport", "udp.length", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.flags", "tcp.window_size_value", "icmp.type", "icmp.seq", "icmpv6.type",
        "icmpv6.echo.sequence_number", "icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address", "icmpv6.nd.na.flag.s", "icmpv6.opt.linkaddr", "vxlan.vni", "bfd.sta",
        "bfd.my_discriminator",
    ];

    /// <summary>Wireshark's reading of a capture file: a dictionary for each frame, without the fields it does not have.</summary>
    public static async Task<IReadOnlyList<SortedDictionary<string, string>>> ByTsharkAsync(string file)
    {
        string[] options =
        [
            "-n", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE", "-r", file, "-T", "fields", "-E", "separator=|",
            "-E", "occurrence=f", .. Fields.SelectMany(f => new[] { "-e", f }),
        ];
        var output = (await PeerProcess.RunAsync(RealPeer.Require("tshark"), options)).Success();
        return [.. output.Split('\n').SkipLast(1).Select(Read)];
    }

    /// <summary>Our reading of a frame.</summary>
    public static SortedDictionary<string, string> ByUs(ReadOnlySpan<byte> wire)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!EthernetFrame.TryRead(wire, out var frame))
        {
            return found;
        }

        (found["eth.dst"], found["eth.src"]) = ($"{frame.Destination}", $"{frame.Source}");
        for (var i = frame.TagCount - 1; i >= 0; i--)
        {
            var tag = frame.Tag(i);
            found[tag.ProtocolId == EtherTypes.ServiceVlan ? "ieee8021ad.id" : "vlan.id"] = $"{tag.VlanId}";
            if (tag.ProtocolId == EtherTypes.Vlan)
            {
                found["vlan.priority"] = $"{tag.Priority}";
            }
        }

        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            (found["arp.opcode"], found["arp.src.proto_ipv4"], found["arp.dst.proto_ipv4"]) = ($"{arp.Operation}", $"{arp.SenderIp}", $"{arp.TargetIp}");
        }
        else if (frame.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var v4))
        {
            (found["ip.src"], found["ip.dst"], found["ip.ttl"], found["ip.proto"]) = ($"{v4.Source}", $"{v4.Destination}", $"{v4.TimeToLive}", $"{v4.Protocol}");
            (found["ip.hdr_len"], found["ip.id"]) = ($"{v4.HeaderLength}", string.Create(CultureInfo.InvariantCulture, $"0x{v4.Identification:x4}"));
            (found["ip.flags.df"], found["ip.flags.mf"]) = (v4.DoNotFragment ? "1" : "0", v4.HasMoreFragments ? "1" : "0");
            found["ip.frag_offset"] = $"{v4.FragmentOffset / 8}";
            if (v4.FragmentOffset == 0)
            {
                Transport(found, v4.Protocol, v4.Payload, v4.Source, v4.Destination);
            }
        }
        else if (frame.EtherType == EtherTypes.IPv6 && IPv6Packet.TryRead(frame.Payload, out var v6))
        {
            (found["ipv6.src"], found["ipv6.dst"], found["ipv6.hlim"], found["ipv6.nxt"]) = ($"{v6.Source}", $"{v6.Destination}", $"{v6.HopLimit}", $"{v6.NextHeader}");
            found["ipv6.flow"] = string.Create(CultureInfo.InvariantCulture, $"0x{v6.FlowLabel:x6}");
            if (v6.TryReadUpperLayer(out var protocol, out var payload))
            {
                Transport(found, protocol, payload, v6.Source, v6.Destination);
                if (protocol == IpProtocols.IcmpV6 && NeighborMessage.TryRead(v6, payload, out var message))
                {
                    Neighbor(found, message);
                }
            }
        }

        return found;
    }

    private static void Transport(SortedDictionary<string, string> found, byte protocol, ReadOnlySpan<byte> payload, IpAddress source, IpAddress destination)
    {
        switch (protocol)
        {
            case IpProtocols.Udp when UdpDatagram.TryRead(payload, out var udp):
                (found["udp.srcport"], found["udp.dstport"], found["udp.length"]) = ($"{udp.SourcePort}", $"{udp.DestinationPort}", $"{udp.Payload.Length + UdpDatagram.HeaderSize}");
                if (udp.DestinationPort == VxlanHeader.UdpPort && VxlanHeader.TryRead(udp.Payload, out var vxlan))
                {
                    found["vxlan.vni"] = $"{vxlan.Vni}";
                }
                else if (udp.DestinationPort == BfdPacket.UdpPort && BfdPacket.TryRead(udp.Payload, out var bfd))
                {
                    (found["bfd.sta"], found["bfd.my_discriminator"]) = ($"0x{(int)bfd.State:x2}", string.Create(CultureInfo.InvariantCulture, $"0x{bfd.MyDiscriminator:x8}"));
                }

                break;
            case IpProtocols.Tcp when TcpSegment.TryRead(payload, out var tcp):
                (found["tcp.srcport"], found["tcp.dstport"], found["tcp.seq_raw"]) = ($"{tcp.SourcePort}", $"{tcp.DestinationPort}", $"{tcp.SequenceNumber}");
                (found["tcp.flags"], found["tcp.window_size_value"]) = (string.Create(CultureInfo.InvariantCulture, $"0x{(int)tcp.Control:x4}"), $"{tcp.Window}");
                break;
            case IpProtocols.Icmp or IpProtocols.IcmpV6 when payload.Length > 0:
                var name = protocol == IpProtocols.Icmp ? "icmp" : "icmpv6";
                found[$"{name}.type"] = $"{payload[0]}";

                // The first piece of a fragmented echo has a checksum that covers the others too.
                if (IcmpEcho.TryRead(payload, source, destination, out var echo))
                {
                    found[protocol == IpProtocols.Icmp ? "icmp.seq" : "icmpv6.echo.sequence_number"] = $"{echo.SequenceNumber}";
                }

                break;
            default:
                break;
        }
    }

    private static void Neighbor(SortedDictionary<string, string> found, NeighborMessage message)
    {
        found[message.IsSolicitation ? "icmpv6.nd.ns.target_address" : "icmpv6.nd.na.target_address"] = $"{message.Target}";
        if (!message.IsSolicitation)
        {
            found["icmpv6.nd.na.flag.s"] = message.IsSolicited ? "1" : "0";
        }

        if (message.LinkAddress is { } link)
        {
            found["icmpv6.opt.linkaddr"] = $"{link}";
        }
    }

    private static SortedDictionary<string, string> Read(string line)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var values = line.Split('|');
        for (var i = 0; i < Fields.Length; i++)
        {
            if (values[i].Length > 0)
            {
                found[Fields[i]] = values[i];
            }
        }

        // Only neighbour messages are read by us to the end; others carry link addresses too. And what an error quotes is not the frame's own.
        var isNeighbor = found.ContainsKey("icmpv6.nd.ns.target_address") || found.ContainsKey("icmpv6.nd.na.target_address");
        foreach (var field in Fields.Where(f =>
            (f == "icmpv6.opt.linkaddr" && !isNeighbor)
            || (f.StartsWith("udp.", StringComparison.Ordinal) && (found.ContainsKey("icmp.type") || found.ContainsKey("icmpv6.type")))
            || (f.EndsWith(".seq", StringComparison.Ordinal) && found.GetValueOrDefault("ip.flags.mf") == "1")
            || (f == "icmpv6.echo.sequence_number" && found.GetValueOrDefault("ipv6.nxt") == "44")))
        {
            found.Remove(field);
        }

        return found;
    }
}
