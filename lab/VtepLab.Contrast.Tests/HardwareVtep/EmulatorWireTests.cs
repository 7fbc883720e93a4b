using VtepLab.Emulators.HardwareVtep;
using VtepLab.Ovsdb;
using VtepLab.Packets;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.HardwareVtep;

/// <summary>What an emulated switch sends into its underlay, judged by Wireshark.</summary>
[Category(RealPeer.Category)]
public class EmulatorWireTests
{
    private static readonly MacAddress Host = MacAddress.Parse("02:00:00:00:00:0a");
    private static readonly MacAddress Remote = MacAddress.Parse("02:00:00:00:00:0c");
    private static readonly MacAddress PeerMac = MacAddress.Parse("02:1a:c0:00:02:0c");

    [Test]
    public async Task Tshark_sees_well_formed_ARP_VXLAN_and_BFD() => Assert.That(await SeenAsync("192.0.2.11", "192.0.2.12"), Is.EqualTo(new[]
    {
        "eth:ethertype:arp||||||||||",
        "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp:bfd|192.0.2.11,169.254.1.0|64,255||0||0x01|1000000|3,1||",
        "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:udp:data|192.0.2.11,198.51.100.1|64,64||5000||||3,1||",
    }));

    [Test]
    public async Task Tshark_sees_the_same_over_IPv6_with_checksums_that_are_right() => Assert.That(await SeenAsync("2001:db8::11", "2001:db8::12"), Is.EqualTo(new[]
    {
        "eth:ethertype:ipv6:icmpv6|||2001:db8::11|||||||2001:db8::12",
        "eth:ethertype:ipv6:udp:vxlan:eth:ethertype:ip:udp:bfd|169.254.1.0|255|2001:db8::11|0||0x01|1000000|1,1||",
        "eth:ethertype:ipv6:udp:vxlan:eth:ethertype:ip:udp:data|198.51.100.1|64|2001:db8::11|5000||||1,1||",
    }));

    private static async Task<IEnumerable<string>> SeenAsync(string own, string farEnd)
    {
        using var directory = new TempDirectory();
        var file = directory["underlay.pcapng"];
        await using (var stream = File.Create(file))
        {
            Capture(new PcapNgWriter(stream, "VtepLab"), own, farEnd);
        }

        var output = (await PeerProcess.RunAsync(
            RealPeer.Require("tshark"),
            [
                "-n", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-r", file, "-Y", "eth.src == 02:1a:c0:00:02:0b", "-T", "fields", "-E", "separator=|",
                "-e", "frame.protocols", "-e", "ip.src", "-e", "ip.ttl", "-e", "ipv6.src", "-e", "vxlan.vni", "-e", "vlan.id", "-e", "bfd.sta", "-e", "bfd.desired_min_tx_interval",
                "-e", "udp.checksum.status", "-e", "_ws.expert.message", "-e", "icmpv6.nd.ns.target_address",
            ])).Success();

        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct();
    }

    /// <summary>The switch's underlay for two seconds: a far end that answers ARP and NDP, BFD switched on, and a host that sends one frame.</summary>
    private static void Capture(PcapNgWriter writer, string own, string farEnd)
    {
        var world = new SimulatedWorld(3);
        var leaf = world.AddHost("leaf1", "192.0.2.1");
        var (ul, eth1) = (leaf.AddPort("ul", mtu: 1600), leaf.AddPort("eth1"));
        var (far, host) = (world.AddHost("far").AddPort("ul", mtu: 1600), world.AddHost("host").AddPort("eth0"));
        far.Received = wire =>
        {
            if (EthernetFrame.TryRead(wire, out var frame) && ArpPacket.TryRead(frame.Payload, out var arp) && arp.Operation == ArpPacket.Request)
            {
                far.Send(Frames.Arp(new ArpPacket(ArpPacket.Reply, PeerMac, arp.TargetIp, arp.SenderMac, arp.SenderIp)));
            }
            else if (IPv6Packet.TryRead(frame.Payload, out var ip) && NeighborMessage.TryRead(ip, ip.Payload, out var message) && message.IsSolicitation)
            {
                var answer = new NeighborMessage(IsSolicitation: false, message.Target, PeerMac, IsSolicited: true, IsOverride: true);
                far.Send(Frames.Neighbor(answer, message.Target, ip.Source, PeerMac, message.LinkAddress!.Value));
            }
        };
        var number = writer.AddInterface("leaf1:ul");
        world.Link(ul, far).Tap = (_, _, frame) => writer.WriteFrame(number, (ulong)world.Now.TotalNanoseconds, frame.Span);
        world.Link(eth1, host);
        HardwareVtepEmulator? emulator = null;
        leaf.Start(async services => emulator = await HardwareVtepEmulator.StartAsync(services, new HardwareVtepOptions { Ports = ["eth1"], TunnelIps = [own], UnderlayPort = "ul" }));
        world.RunUntil(() => emulator is not null, TimeSpan.FromSeconds(1));

        Write((database, transaction) =>
        {
            var blue = transaction.Insert("Logical_Switch", ("name", "blue"), ("tunnel_key", 5000));
            var locator = transaction.Insert("Physical_Locator", ("encapsulation_type", "vxlan_over_ipv4"), ("dst_ip", farEnd));
            transaction.Insert("Ucast_Macs_Remote", ("MAC", Remote.ToString()), ("logical_switch", blue.Uuid), ("locator", locator.Uuid));
            transaction.Set(database.Table("Physical_Port").All.Single(), "vlan_bindings", Datum.Map([new KeyValuePair<Atom, Atom>(10, blue.Uuid)]));
        });
        Write((database, transaction) => transaction.Set(
            database.Table("Tunnel").All.Single(), "bfd_params", Datum.Map([KeyValuePair.Create("enable", "true")])));
        host.Send(Frames.Ethernet(
            Remote, Host, EtherTypes.IPv4, Frames.Udp(IpAddress.Parse("198.51.100.1"), IpAddress.Parse("198.51.100.2"), 1000, 2000, [1, 2, 3]), new VlanTag(10)));
        world.RunFor(TimeSpan.FromSeconds(2));

        void Write(Action<Database, Transaction> change)
        {
            leaf.Services.Spawn("controller", _ =>
            {
                using var transaction = emulator!.Database.Begin();
                change(emulator.Database, transaction);
                Assert.That(transaction.Commit(), Is.Null);
                return Task.CompletedTask;
            });
            world.RunFor(TimeSpan.FromMilliseconds(100));
        }
    }
}
