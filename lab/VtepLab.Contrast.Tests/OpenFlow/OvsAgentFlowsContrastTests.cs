using VtepLab.Emulators.ComputeNode;
using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;
using Node = VtepLab.Emulators.ComputeNode.ComputeNode;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>
/// The flows of a compute node's br-int and br-tun, as it dumps them, are loaded into Debian's ovs-vswitchd with the same ports: VMs and VTEPs
/// must get the same frames from both.
/// </summary>
[Category(RealPeer.Category)]
public class OvsAgentFlowsContrastTests
{
    private const int FramesEach = 200;
    private const string Underlay = "ul0";
    private static readonly (string Name, string Network, int Vni)[] Vms = [("vm1", "blue", 5000), ("vm2", "blue", 5000), ("vm3", "red", 6000)];
    private static readonly int[] Vteps = [21, 22];

    private static IEnumerable<string> Ends => [.. Vms.Select(v => v.Name), Underlay];

    [Test]
    public async Task A_node_and_Open_vSwitch_with_its_flows_forward_alike([Values(1, 2, 3)] int seed, [Values] bool hasL2Population)
    {
        await using var real = await OvsSwitchPeer.StartAsync();
        await ProgramAsync(real, hasL2Population);
        using var ours = new OurNode(hasL2Population); // After the last await: a world stays on its thread.
        var random = new Random(seed);
        var frames = new FrameMix(random);
        var sentByTunnels = 0;
        for (var i = 0; i < FramesEach; i++)
        {
            var inner = frames.Next();
            var at = random.Next(2) == 0 ? Underlay : Vms[random.Next(Vms.Length)].Name;
            var frame = at == Underlay ? UnderlayMix.Frame(random.Next(21, 24), random.Next(5, 8) * 1000, inner) : inner;

            real.Receive(at, frame);
            var expected = Ends.SelectMany(e => real.TakeSent(e).Select(f => Text(e, f))).Order(StringComparer.Ordinal).ToList();

            Assert.That(ours.Through(at, frame), Is.EqualTo(expected), $"seed {seed}, frame {i} at {at}: {Convert.ToHexStringLower(frame)}");
            sentByTunnels += expected.Count(e => e.StartsWith(Underlay, StringComparison.Ordinal));
        }

        Assert.That(sentByTunnels, Is.GreaterThan(FramesEach / 10));
    }

    private static string Text(string end, byte[] frame) => $"{end} {(end == Underlay ? UnderlayFrame.Describe(frame) : Convert.ToHexStringLower(frame))}";

    private static async Task ProgramAsync(OvsSwitchPeer real, bool hasL2Population)
    {
        using var model = new OurNode(hasL2Population);
        var node = model.Node;
        await real.AddUnderlayAsync(
            "br-ul", Underlay, $"{UnderlayMix.Mac}", $"{UnderlayMix.Vtep}/24", [.. Vteps.Select(n => ($"{UnderlayMix.PeerIp(n)}", $"{UnderlayMix.PeerMac(n)}"))]);
        await real.AddBridgeAsync("br-int");
        await real.AddBridgeAsync("br-tun");
        var (toTun, toInt) = (node.Integration.Port("patch-tun")!, node.Tunnels.Port("patch-int")!);
        await real.VsctlAsync(
            "add-port", "br-int", "patch-tun", "--", "set", "interface", "patch-tun", "type=patch", "options:peer=patch-int", $"ofport_request={toTun.Number}",
            "--", "add-port", "br-tun", "patch-int", "--", "set", "interface", "patch-int", "type=patch", "options:peer=patch-tun", $"ofport_request={toInt.Number}");
        foreach (var (name, port) in node.Ports)
        {
            await real.AddPortAsync("br-int", name, port.Port.Number, $"tag={port.Vlan}");
        }

        foreach (var tunnel in node.Tunnels.Ports.OfType<TunnelPort>())
        {
            await real.AddTunnelAsync("br-tun", tunnel.Name, tunnel.Number, $"{tunnel.Options.RemoteIp}", "flow");
        }

        foreach (var bridge in new[] { node.Integration, node.Tunnels })
        {
            var flows = bridge.Flows.Dump(version: OpenFlowVersion.OpenFlow13, withStatistics: false);
            (await real.OfctlAsync(string.Join('\n', flows) + "\n", "-O", "OpenFlow13", "add-flows", bridge.Name, "-")).Success();
        }
    }

    /// <summary>The node on a host in virtual time, with a wire to the underlay.</summary>
    private sealed class OurNode : IDisposable
    {
        private readonly SimulatedWorld _world = new(7);
        private readonly List<string> _sent = [];
        private readonly SimulatedPort _wire;

        public OurNode(bool hasL2Population)
        {
            var host = _world.AddHost("kvm1");
            _wire = _world.AddHost("underlay").AddPort("kvm1");
            _world.Link(host.AddPort(Underlay), _wire);
            Node = new Node(host.Services, new ComputeNodeOptions
            {
                Underlay = new UnderlayOptions(UnderlayMix.Mac, UnderlayMix.Vtep),
                UnderlayPort = Underlay,
                HasL2Population = hasL2Population,
                HasArpResponder = hasL2Population,
            });
            foreach (var (name, network, vni) in Vms)
            {
                Node.AttachPort(name, network, new Vni(vni), f => _sent.Add(Text(name, f.ToArray())));
            }

            Populate(hasL2Population);
            foreach (var n in Vteps)
            {
                _wire.Send(Frames.Arp(new ArpPacket(ArpPacket.Request, UnderlayMix.PeerMac(n), UnderlayMix.PeerIp(n), default, UnderlayMix.Vtep)));
            }

            _world.RunFor(TimeSpan.FromMilliseconds(10));
            _wire.Received = f => _sent.Add(Text(Underlay, f.ToArray()));
        }

        public Node Node { get; }

        public IEnumerable<string> Through(string at, byte[] frame)
        {
            _sent.Clear();
            if (at == Underlay)
            {
                _wire.Send(frame);
            }
            else
            {
                Node.Ports[at].Port.Receive(frame);
            }

            _world.RunFor(TimeSpan.FromMilliseconds(10));
            return _sent.Order(StringComparer.Ordinal);
        }

        public void Dispose() => Node.Dispose();

        private void Populate(bool hasL2Population)
        {
            if (!hasL2Population)
            {
                Node.SyncTunnels(Vteps.Select(UnderlayMix.PeerIp));
                return;
            }

            // Addresses that FrameMix uses, behind one VTEP or the other.
            Node.AddFdbEntries(FdbEntries.Behind("blue", new Vni(5000), UnderlayMix.PeerIp(21), FdbPort.Flooding, new FdbPort(FrameMix.Mac(3), FrameMix.Ip(3))));
            Node.AddFdbEntries(FdbEntries.Behind("blue", new Vni(5000), UnderlayMix.PeerIp(22), FdbPort.Flooding, new FdbPort(FrameMix.Mac(4), FrameMix.Ip(4))));
            Node.AddFdbEntries(FdbEntries.Behind("red", new Vni(6000), UnderlayMix.PeerIp(22), FdbPort.Flooding, new FdbPort(FrameMix.Mac(4), FrameMix.Ip(4))));
        }
    }
}
