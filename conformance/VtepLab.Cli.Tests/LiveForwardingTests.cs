using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab emulate switch</c> on real interfaces: a server in a namespace of its own on a port, the Linux kernel's vxlan device as the far end.</summary>
[Category(RealPeer.Category)]
public class LiveForwardingTests
{
    [Test]
    public async Task A_server_and_a_machine_behind_the_kernels_vxlan_device_ping_each_other()
    {
        await using var server = await NetworkNamespace.CreateAsync("srv");
        await using var leaf = await NetworkNamespace.CreateAsync("leaf");
        await using var peer = await NetworkNamespace.CreateAsync("peer");
        await server.JoinAsync("eth0", leaf, "s1");
        await peer.JoinAsync("ul0", leaf, "ul0", mtu: 1600);
        await server.IpAsync("addr", "add", "10.0.0.1/24", "dev", "eth0");
        await peer.IpAsync("addr", "add", "192.0.2.21/24", "dev", "ul0");
        await MakeVxlanAsync(peer);
        using var folder = new TempDirectory();
        var port = PeerProcess.FreePort();
        await using var emulator = new RunningVteplab(
            "emulate", "switch", "--listen", $"ptcp:{port}:127.0.0.1", "--ports", $"eth1={leaf.Name}/s1", "--uplink", $"{leaf.Name}/ul0", "--tunnel-ip", "192.0.2.11");
        await emulator.SaysAsync("listening on ");
        await VtepCtlAsync(
            port, "add-ls", "blue", "--", "set", "Logical_Switch", "blue", "tunnel_key=5000", "--", "bind-ls", "leaf1", "eth1", "0", "blue", "--",
            "add-mcast-remote", "blue", "unknown-dst", "192.0.2.21");
        await using var capture = PeerProcess.Start(
            RealPeer.Require("ip"),
            ["netns", "exec", peer.Name, RealPeer.Require("tshark"), "-n", "-l", "-i", "ul0", "-c", "12", "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-f", "udp port 4789",
                "-T", "fields", "-E", "separator=|", "-e", "frame.protocols", "-e", "ip.src", "-e", "vxlan.flags", "-e", "vxlan.vni", "-e", "_ws.expert.message"]);
        await capture.WaitUntilAsync("it captures", () => Task.FromResult(capture.Output.Contains("Capturing on", StringComparison.Ordinal)));

        await PingAsync(server, "10.0.0.2");
        await PingAsync(peer, "10.0.0.1");

        Assert.That(await VtepCtlAsync(port, "list-local-macs", "blue"), Does.Contain("192.0.2.11"), "the server's address is learned");
        await capture.WaitUntilAsync("it has seen twelve packets", () => Task.FromResult(capture.Output.Split('\n').Count(l => l.Contains('|', StringComparison.Ordinal)) >= 12));
        var seen = capture.Output.Split('\n').Where(l => l.Contains('|', StringComparison.Ordinal)).ToHashSet();
        Assert.That(seen, Is.SubsetOf(new[]
        {
            "eth:ethertype:ip:udp:vxlan:eth:ethertype:arp|192.0.2.11|0x0800|5000|",
            "eth:ethertype:ip:udp:vxlan:eth:ethertype:arp|192.0.2.21|0x0800|5000|",
            "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:icmp:data|192.0.2.11,10.0.0.1|0x0800|5000|",
            "eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:icmp:data|192.0.2.21,10.0.0.2|0x0800|5000|",
        }));
        Assert.That(seen, Has.Exactly(2).Contains("icmp"));
    }

    [TestCase("eth1=no-such-dev0", "the port eth1 cannot be opened on no-such-dev0: there is no such interface")]
    [TestCase("eth1=a/b/c", "--ports: 'a/b/c' is no interface; expected a device or NETNS/DEVICE")]
    [TestCase("eth1=,eth2", "--ports: '' is no interface; expected a device or NETNS/DEVICE")]
    public async Task An_interface_that_is_not_there_is_named(string ports, string problem)
    {
        var result = await Vteplab.RunAsync("emulate", "switch", "--listen", $"ptcp:{PeerProcess.FreePort()}:127.0.0.1", "--ports", ports);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Usage), result.Errors);
        Assert.That(result.Errors, Does.Contain(problem));
    }

    private static async Task MakeVxlanAsync(NetworkNamespace space)
    {
        var made = await space.RunAsync(
            RealPeer.Require("ip"), "link", "add", "vx0", "type", "vxlan", "id", "5000", "dstport", "4789", "local", "192.0.2.21", "remote", "192.0.2.11", "dev", "ul0");
        if (made.ExitCode != 0)
        {
            RealPeer.Missing($"the kernel here has no vxlan device: {made.Errors.Trim()}");
        }

        await space.RunAsync(RealPeer.Require("ethtool"), "-K", "vx0", "tx", "off");
        await space.IpAsync("addr", "add", "10.0.0.2/24", "dev", "vx0");
        await space.IpAsync("link", "set", "vx0", "mtu", "1500", "up");
    }

    private static async Task PingAsync(NetworkNamespace from, string to)
    {
        var result = await from.RunAsync(RealPeer.Require("ping"), "-n", "-c", "5", "-i", "0.2", "-w", "20", to);
        Assert.That(result.ExitCode, Is.Zero, result.Output + result.Errors);
        Assert.That(result.Output, Does.Not.Contain("DUP!"));
    }

    private static async Task<string> VtepCtlAsync(int port, params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db=tcp:127.0.0.1:{port}", .. arguments])).Success();
}
