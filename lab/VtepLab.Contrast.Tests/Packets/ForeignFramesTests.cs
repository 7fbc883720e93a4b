using VtepLab.Packets;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.Packets;

/// <summary>Frames that others made, the Linux kernel, Open vSwitch or a standard's text, read by us and by Wireshark: every field alike.</summary>
[Category(RealPeer.Category)]
public class ForeignFramesTests
{
    [Test]
    public async Task What_the_kernel_sends_is_read_alike()
    {
        using var directory = new TempDirectory();
        var file = directory["kernel.pcapng"];
        await using var here = await NetworkNamespace.CreateAsync("here");
        await using var there = await NetworkNamespace.CreateAsync("there");
        await here.JoinAsync("va", there, "vb");
        await PrepareAsync(here, "va", "11");
        await PrepareAsync(there, "vb", "12");
        await using (var capture = PeerProcess.Start(
            RealPeer.Require("ip"), ["netns", "exec", there.Name, RealPeer.Require("dumpcap"), "-q", "-i", "vb", "-a", "duration:8", "-w", file]))
        {
            await capture.WaitUntilAsync("the capture", () => Task.FromResult(File.Exists(file)));
            string[] deeds =
            [
                "ping -c1 -W1 192.0.2.12", "ping -R -c1 -W1 192.0.2.12", "ping -s 2000 -c1 -W1 192.0.2.12", "ping -c1 -W1 2001:db8::12", "ping -s 2000 -c1 -W1 2001:db8::12",
                "echo x > /dev/tcp/192.0.2.12/80", "echo x > /dev/udp/192.0.2.12/80", "echo x > /dev/tcp/2001:db8::12/80", "echo x > /dev/udp/2001:db8::12/80",
            ];
            foreach (var deed in deeds)
            {
                await here.RunAsync(RealPeer.Require("bash"), "-c", deed);
            }

            await capture.WaitUntilAsync("the end of the capture", () => Task.FromResult(capture.HasExited));
        }

        var seen = await CompareAsync(file);

        string[] kinds =
        [
            "arp.opcode", "icmp.type", "icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address", "icmpv6.echo.sequence_number", "tcp.flags", "udp.srcport",
        ];
        Assert.That(kinds.Where(k => !seen.Exists(f => f.ContainsKey(k))), Is.Empty);
        Assert.That(seen.Exists(f => f.GetValueOrDefault("ip.hdr_len") is { } size && size != "20"), "IPv4 options");
        Assert.That(seen.Exists(f => f.GetValueOrDefault("ip.flags.mf") == "1") && seen.Exists(f => f.GetValueOrDefault("ip.frag_offset", "0") != "0"), "IPv4 fragments");
        Assert.That(seen.Exists(f => f.GetValueOrDefault("ipv6.nxt") == "44"), "IPv6 fragments");
        Assert.That(seen.Exists(f => f.GetValueOrDefault("ipv6.nxt") == "0"), "IPv6 hop-by-hop options");
    }

    [Test]
    public async Task What_Open_vSwitch_composes_and_standards_print_is_read_alike()
    {
        const string Ends = "dl_src=02:1a:c0:00:02:0b,dl_dst=02:1a:c0:00:02:0c";
        string[] flows =
        [
            $"arp,{Ends},arp_op=2,arp_spa=192.0.2.11,arp_tpa=192.0.2.12,arp_sha=02:1a:c0:00:02:0b,arp_tha=02:1a:c0:00:02:0c",
            $"tcp,{Ends},dl_vlan=10,dl_vlan_pcp=3,nw_src=192.0.2.11,nw_dst=192.0.2.12,nw_ttl=9,nw_tos=32,tp_src=1000,tp_dst=80",
            $"udp,{Ends},dl_vlan=4095,nw_src=192.0.2.11,nw_dst=192.0.2.12,nw_ttl=255,udp_src=4000,udp_dst=4001",
            $"udp6,{Ends},ipv6_src=2001:db8::11,ipv6_dst=2001:db8::12,nw_ttl=3,ipv6_label=0x12345,udp_src=5,udp_dst=6",
        ];
        var dumps = new List<string>();
        foreach (var flow in flows)
        {
            dumps.Add((await PeerProcess.RunAsync(RealPeer.Require("ovs-ofctl"), ["compose-packet", flow])).Success().Replace('-', ' '));
        }

        const string Outer = "02 1a c0 00 02 0c 02 1a c0 00 02 0b";

        // By hand: IEEE 802.1ad tag 200 before 802.1Q tag 10, then an LLC length.
        dumps.Add($"000000 {Outer} 88 a8 a0 c8 81 00 60 0a 08 06 00 01 08 00 06 04 00 01 02 1a c0 00 02 0b c0 00 02 0b 00 00 00 00 00 00 c0 00 02 0c");

        // RFC 5880 section 4.1: version 1, Up, poll, multiplier 3, discriminators 7 and 9, a tenth of a second and a second; UDP without a checksum.
        dumps.Add($"000000 {Outer} 08 00 45 00 00 34 00 00 40 00 ff 11 00 00 c0 00 02 0b c0 00 02 0c c0 00 0e c8 00 20 00 00 20 e0 03 18 00 00 00 07 00 00 00 09 00 01 86 a0 00 0f 42 40 00 00 00 00");

        // RFC 7348 section 5 with reserved bits set, and inside it the header of a frame.
        dumps.Add($"000000 {Outer} 08 00 45 00 00 32 00 00 40 00 40 11 00 00 c0 00 02 0b c0 00 02 0c c3 50 12 b5 00 1e 00 00 0c 00 00 01 ab cd ef 02 {Outer} 88 b5");

        // RFC 8200 section 4.6: destination options before UDP.
        dumps.Add($"000000 {Outer} 86 dd 60 00 00 00 00 10 3c 40 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 11 20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 12 11 00 01 04 00 00 00 00 00 05 00 06 00 08 00 00");
        using var directory = new TempDirectory();
        var file = directory["composed.pcapng"];
        (await PeerProcess.RunAsync(RealPeer.Require("text2pcap"), ["-q", "-n", "-", file], input: string.Join("\n\n", dumps) + "\n")).Success();

        var seen = await CompareAsync(file);

        Assert.That(seen, Has.Count.EqualTo(dumps.Count));
        Assert.That(string.Join(' ', seen.SelectMany(f => f).Where(f => f.Key is "ieee8021ad.id" or "vlan.id" or "vxlan.vni" or "bfd.sta").Select(f => f.Value)),
            Is.EqualTo("10 4095 200 10 0x03 11259375"));
    }

    private static async Task<List<SortedDictionary<string, string>>> CompareAsync(string file)
    {
        var theirs = await Dissection.ByTsharkAsync(file);
        var frames = PcapNgReader.ReadAll(await File.ReadAllBytesAsync(file));
        Assert.That(frames, Has.Count.EqualTo(theirs.Count));
        for (var i = 0; i < theirs.Count; i++)
        {
            Assert.That(Dissection.ByUs(frames[i].Frame.Span), Is.EqualTo(theirs[i]), Convert.ToHexStringLower(frames[i].Frame.Span));
        }

        return [.. theirs];
    }

    private static async Task PrepareAsync(NetworkNamespace space, string device, string last)
    {
        (await space.RunAsync(RealPeer.Require("sysctl"), "-q", "-w", $"net.ipv6.conf.{device}.disable_ipv6=0")).Success();
        await space.IpAsync("addr", "add", $"192.0.2.{last}/24", "dev", device);
        await space.IpAsync("addr", "add", $"2001:db8::{last}/64", "dev", device, "nodad");
    }
}
