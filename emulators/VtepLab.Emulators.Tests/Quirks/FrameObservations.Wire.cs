using VtepLab.Emulators.HardwareVtep;
using VtepLab.Emulators.Tests.Forwarding;
using VtepLab.Packets;
using static VtepLab.Emulators.Tests.Forwarding.ForwardingBench;

namespace VtepLab.Emulators.Tests.Quirks;

/// <content>Outer headers and BFD.</content>
internal static partial class FrameObservations
{
    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Outer() =>
    [
        On("other-vxlan-port", b => Encapsulated(b, (in IPv4Packet _, in UdpDatagram udp) => $"{udp.DestinationPort}"), "4789", "8472"),
        On("low-ttl", b => Encapsulated(b, (in IPv4Packet ip, in UdpDatagram _) => $"{ip.TimeToLive}"), "64", "1"),
        On("source-is-management", b => Encapsulated(b, (in IPv4Packet ip, in UdpDatagram _) => $"{ip.Source}"), "192.0.2.11", "127.0.0.1"),
        On("wrong-checksum", b => Encapsulated(
            b, (in IPv4Packet ip, in UdpDatagram udp) => udp.Checksum == 0 ? "none" : udp.HasAcceptableChecksum(ip.Source, ip.Destination) ? "right" : "wrong"), "none", "wrong"),
        On("constant-source-port", b => $"{Enumerable.Range(1, 20).Select(i => Encapsulated(
            b, (in IPv4Packet _, in UdpDatagram udp) => $"{udp.SourcePort}", new MacAddress((ulong)(0x0200_0000_1000 + i)))).Distinct().Count() > 1}", "True", "False"),
        On("adds-four-bytes", b => Encapsulated(b, (in IPv4Packet _, in UdpDatagram udp) => $"{udp.Payload.Length}"), "53", "57"),
        On("one-port-for-ipv6", b =>
        {
            b.AddRemote(Remote, Peer);
            return $"{Enumerable.Range(1, 20).Select(i =>
            {
                b.Ul.Sent.Clear();
                b.Eth1.Deliver(Frames.Ethernet(
                    Remote, HostA, EtherTypes.IPv6, Frames.Udp(IpAddress.Parse($"2001:db8::{i}"), IpAddress.Parse("2001:db8::ff"), 1, 2, []), Blue));
                return Convert.ToHexString(b.Ul.Sent.Single().AsSpan(34, 2));
            }).Distinct().Count() > 1}";
        }, "True", "False"),
        On("fragments", b =>
        {
            b.AddRemote(Remote, Peer);
            b.Ul.Sent.Clear();
            b.Eth1.Deliver(Frames.Ethernet(Remote, HostA, EtherTypes.IPv4, new byte[1580], Blue));
            return string.Join(' ', b.Ul.Sent.Select(w =>
            {
                EthernetFrame.TryRead(w, out var frame);
                IPv4Packet.TryRead(frame.Payload, out var ip);
                return $"{ip.FragmentOffset}+{ip.Payload.Length}{(ip.HasMoreFragments ? "…" : "")}";
            }));
        }, "", "0+1576… 1576+34"),
        On("drops-reserved-bits", b => Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote), p => p[1] = 0xFF), "eth1:10 eth2:-", "nothing"),
        On("accepts-clear-flag", b => Tunnel(b, Peer, 5000, Frame(MacAddress.Broadcast, Remote), p => p[0] = 0), "nothing", "eth1:10 eth2:-"),
        On("drops-zero-checksum", b => After(b, () =>
        {
            var frame = Frames.Ethernet(
                MacAddress.Parse("02:1a:c0:00:02:0b"), MacAddress.Parse("02:1a:c0:00:02:0c"), EtherTypes.IPv4,
                Frames.Udp(Peer, Own, 50000, VxlanHeader.UdpPort, Frames.Vxlan(new Vni(5000), Frame(MacAddress.Broadcast, Remote))));
            frame[14 + 20 + 6] = frame[14 + 20 + 7] = 0;
            b.Ul.Deliver(frame);
        }), "eth1:10 eth2:-", "nothing"),
    ];

    private static IEnumerable<KeyValuePair<string, (Func<string, string>, string, string)>> Bfd() =>
    [
        On("sends-no-bfd", b =>
        {
            StartBfd(b).Run();
            return b.Left();
        }, "192.0.2.12@0", "nothing"),
        On("bfd-lies", b =>
        {
            StartBfd(b);
            return Status(b, "state") + " " + Status(b, "forwarding");
        }, "down false", "up true"),
        On("bfd-state-frozen", b =>
        {
            StartBfd(b);
            FromBfd(b, BfdState.Init, BfdDiagnostic.None);
            return Status(b, "state");
        }, "up", "down"),
        On("refuses-bfd-keys", b =>
        {
            b.Switch.Core.Bfd!.Started += session => session.Run();
            b.AddRemote(Remote, Peer);
            b.Controller.Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[["enable","true"],["decay_min_rx","500"]]]}}""");
            return Status(b, "state") + " " + Status(b, "info");
        }, "down decay_min_rx: not supported", "none none"),
        On("ignores-path-down", b =>
        {
            StartBfd(b);
            FromBfd(b, BfdState.Init, BfdDiagnostic.None);
            FromBfd(b, BfdState.Up, BfdDiagnostic.ConcatenatedPathDown);
            return Status(b, "state") + " " + Status(b, "forwarding");
        }, "up false", "up true"),
        On("ignores-bfd-timers", b => Spoken(b, """["min_rx","200"]""", (in IPv4Packet _, BfdPacket bfd) => $"{bfd.RequiredMinRx}"), "200000", "1000000"),
        On("ignores-bfd-destination", b =>
        {
            b.AddRemote(Remote, Peer);
            b.Controller.Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_config_remote":["map",[["bfd_dst_ip","169.254.9.9"]]]}}""");
            return Spoken(b, "", (in IPv4Packet ip, BfdPacket _) => $"{ip.Destination}");
        }, "169.254.9.9", "169.254.1.1"),
        On("accepts-routed-bfd", b =>
        {
            StartBfd(b);
            FromBfd(b, BfdState.Down, BfdDiagnostic.None, timeToLive: 64);
            return Status(b, "state");
        }, "down", "init"),
    ];

    private delegate string OuterView(in IPv4Packet ip, in UdpDatagram udp);

    private delegate string BfdView(in IPv4Packet ip, BfdPacket bfd);

    private static string Encapsulated(ForwardingBench bench, OuterView view, MacAddress? source = null)
    {
        if (bench.Switch.Core.Agent.Hardware.RemoteMacs.Count == 0)
        {
            bench.AddRemote(Remote, Peer);
        }

        bench.Ul.Sent.Clear();
        bench.Eth1.Deliver(Frame(Remote, source ?? HostA, Blue));
        EthernetFrame.TryRead(bench.Ul.Sent.Single(), out var frame);
        IPv4Packet.TryRead(frame.Payload, out var ip);
        UdpDatagram.TryRead(ip.Payload, out var udp);
        return view(ip, udp);
    }

    private static BfdSession StartBfd(ForwardingBench bench, string parameters = "")
    {
        BfdSession? started = null;
        bench.Switch.Core.Bfd!.Started += session => started = session;
        if (bench.Switch.Core.Agent.Hardware.RemoteMacs.Count == 0)
        {
            bench.AddRemote(Remote, Peer);
        }

        bench.Controller.Transact($$$"""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[["enable","true"]{{{(parameters.Length > 0 ? "," + parameters : "")}}}]]}}""");
        bench.Ul.Sent.Clear();
        return started!;
    }

    private static string Spoken(ForwardingBench bench, string parameters, BfdView view)
    {
        StartBfd(bench, parameters).Run();
        EthernetFrame.TryRead(bench.Ul.Sent.Single(), out var outer);
        IPv4Packet.TryRead(outer.Payload, out var ip);
        EthernetFrame.TryRead(ip.Payload[(UdpDatagram.HeaderSize + VxlanHeader.Size)..], out var inner);
        IPv4Packet.TryRead(inner.Payload, out var innerIp);
        UdpDatagram.TryRead(innerIp.Payload, out var udp);
        BfdPacket.TryRead(udp.Payload, out var bfd);
        return view(innerIp, bfd);
    }

    private static void FromBfd(ForwardingBench bench, BfdState state, BfdDiagnostic diagnostic, byte timeToLive = 255)
    {
        var control = new byte[BfdPacket.Size];
        new BfdPacket(state, diagnostic, 3, 77, state == BfdState.Down ? 0u : 1u, 100_000, 100_000).Write(control);
        var datagram = Frames.Udp(IpAddress.Parse("169.254.1.1"), IpAddress.Parse("169.254.1.0"), 49152, BfdPacket.UdpPort, control, timeToLive);
        bench.FromTunnel(Peer, 0, Frames.Ethernet(MacAddress.Parse("00:23:20:00:00:01"), Remote, EtherTypes.IPv4, datagram));
        bench.Switch.Settle();
    }

    private static string Status(ForwardingBench bench, string key)
    {
        bench.Switch.Settle();
        return bench.Switch.Core.Database.Table("Tunnel").All.Single()["bfd_status"].TryGetValue(key, out var value) ? value.String : "none";
    }
}
