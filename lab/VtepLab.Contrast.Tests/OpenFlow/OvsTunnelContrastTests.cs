using System.Text.RegularExpressions;
using VtepLab.Emulators.ComputeNode;
using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;
using VtepLab.Packets;
using VtepLab.Runtime;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>
/// The same flows and frames go to Debian's ovs-vswitchd, with its own VXLAN over a dummy underlay, and to our pipeline over the compute
/// node's underlay interface: what leaves through tunnels must be the same headers and bytes, what comes in by them must come out alike.
/// </summary>
[Category(RealPeer.Category)]
public partial class OvsTunnelContrastTests
{
    private const int FramesEach = 60;
    private const string Underlay = "ul0";

    private static readonly string[] Ends = ["p1", "p2", "p6", Underlay];

    // Two VTEPs: the first by a port whose flows choose the VNI; the second also by one of a fixed VNI, which goes before.
    private static readonly (string Name, int Number, int Peer, int? Key)[] Tunnels = [("v3", 3, 21, null), ("v4", 4, 22, null), ("v5", 5, 22, 2)];

    private OvsSwitchPeer _real = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _real = await OvsSwitchPeer.StartAsync();
        await _real.AddUnderlayAsync(
            "br-ul", Underlay, $"{UnderlayMix.Mac}", $"{UnderlayMix.Vtep}/24",
            [.. Tunnels.Select(t => t.Peer).Distinct().Select(n => ($"{UnderlayMix.PeerIp(n)}", $"{UnderlayMix.PeerMac(n)}"))]);
        await _real.AddBridgeAsync("br0");
        await _real.AddPortAsync("br0", "p1", 1);
        await _real.AddPortAsync("br0", "p2", 2, "tag=5");
        await _real.AddPortAsync("br0", "p6", 6, "tag=6");
        foreach (var (name, number, peer, key) in Tunnels)
        {
            await _real.AddTunnelAsync("br0", name, number, $"{UnderlayMix.PeerIp(peer)}", key is { } vni ? $"{vni}" : "flow");
        }
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_real is not null)
        {
            await _real.DisposeAsync();
        }
    }

    [Test]
    public async Task Generated_flows_do_the_same_with_generated_frames_through_tunnels([Range(1, 20)] int seed, [Values] OpenFlowVersion version)
    {
        var random = new Random(seed);
        var flows = new FlowMix(random, version).Next();
        using var ours = await LoadAsync(flows, version);
        var frames = new FrameMix(random);
        var outcomes = new List<(string End, byte[] Frame)>();
        for (var i = 0; i < FramesEach; i++)
        {
            var inner = frames.Next();
            var port = random.Next(2) == 0 ? Underlay : Ends[random.Next(3)];
            var frame = port == Underlay ? UnderlayMix.Frame(random.Next(21, 24), random.Next(4), inner) : inner;

            outcomes.AddRange(Compare(ours, port, frame, $"seed {seed}, {version}, frame {i}", flows));
        }

        Assert.That(ours.Dump(version), Is.EqualTo(await DumpAsync(version)), $"seed {seed}, {version}");
        TestContext.Out.WriteLine($"{outcomes.Count} frames came out, {outcomes.Count(o => o.End == Underlay)} by tunnels");
    }

    [TestCase("in_port=1,actions=set_tunnel:5000,output:3", "198.51.100.21", 5000)]
    [TestCase("in_port=1,actions=set_tunnel:0xffffff,output:3", "198.51.100.21", 0xFF_FFFF)]
    [TestCase("in_port=1,actions=output:3", "198.51.100.21", 0)]
    [TestCase("in_port=1,actions=set_tunnel:7,output:5", "198.51.100.22", 2)]
    public async Task A_frame_leaves_by_the_same_tunnel_for_every_congestion_and_service_class(string flow, string vtep, int vni)
    {
        using var ours = await LoadAsync([flow], OpenFlowVersion.OpenFlow13);
        for (var tos = 0; tos < 256; tos += tos < 8 ? 1 : 31)
        {
            foreach (var inner in new[] { InnerV4((byte)tos), InnerV6((byte)tos) })
            {
                var real = Compare(ours, "p1", inner, $"tos {tos}", [flow]).Single().Frame;
                var again = Compare(ours, "p1", inner, $"tos {tos} again", [flow]).Single().Frame;

                Assert.That(IPv4Packet.TryRead(real.AsSpan(EthernetFrame.HeaderSize), out var outer), Is.True);
                Assert.That($"{outer.Destination}", Is.EqualTo(vtep));
                Assert.That(VxlanHeader.TryRead(outer.Payload[UdpDatagram.HeaderSize..], out var header), Is.True);
                Assert.That(header.Vni.Value, Is.EqualTo(vni));
                Assert.That(UnderlayFrame.SourcePort(again), Is.EqualTo(UnderlayFrame.SourcePort(real)));
            }
        }
    }

    [TestCaseSource(typeof(UnderlayMix), nameof(UnderlayMix.Oddities))]
    public async Task A_frame_from_the_underlay_is_taken_or_dropped_alike(string oddity)
    {
        string[] flows = ["in_port=3,actions=output:1", "in_port=4,actions=output:2", "in_port=5,actions=output:6"];
        using var ours = await LoadAsync(flows, OpenFlowVersion.OpenFlow13);
        var outcomes = new List<(string End, byte[] Frame)>();
        foreach (var (peer, vni) in new[] { 21, 22, 23 }.SelectMany(p => new[] { (p, 0), (p, 2), (p, 5) }))
        {
            byte[][] inners = [.. Enumerable.Range(0, 4).SelectMany(ecn => new[] { InnerV4((byte)ecn), InnerV6((byte)ecn) }), InnerTagged];
            foreach (var inner in inners)
            {
                var frame = UnderlayMix.Odd(oddity, UnderlayMix.Frame(peer, vni, inner));
                outcomes.AddRange(Compare(ours, Underlay, frame, $"{oddity}, VNI {vni} from {peer}", flows));
            }
        }

        TestContext.Out.WriteLine($"{outcomes.Count} frames came out");
        if (oddity == UnderlayMix.Usual)
        {
            // Six of the nine pairs of a VTEP and a VNI have a port, the fixed VNI its own.
            Assert.That(outcomes.CountBy(o => o.End), Is.EquivalentTo(new Dictionary<string, int> { ["p1"] = 27, ["p2"] = 18, ["p6"] = 9 }));
        }
    }

    // The kernel's VXLAN, and RFC 894, end the packet where its length says; only the userspace datapath does not.
    [Test]
    public async Task What_pads_the_outer_packet_is_no_part_of_the_inner_frame_though_the_userspace_datapath_keeps_it()
    {
        using var ours = await LoadAsync(["in_port=3,actions=output:1"], OpenFlowVersion.OpenFlow13);
        byte[] frame = [.. UnderlayMix.Frame(21, 5, InnerTagged), 0, 0, 0];

        _real.Receive(Underlay, frame);

        Assert.That(ours.Through(Underlay, frame).Single().Frame, Is.EqualTo(InnerTagged));
        Assert.That(_real.TakeSent("p1").Single(), Is.EqualTo((byte[])[.. InnerTagged, 0, 0, 0]));
    }

    private static byte[] InnerTagged { get; } = Frames.Ethernet(FrameMix.Mac(2), FrameMix.Mac(1), 0x9999, new byte[20], new VlanTag(5));

    private static byte[] InnerV4(byte tos)
    {
        var packet = Frames.Udp(FrameMix.Ip(1), FrameMix.Ip(2), 80, 81, [1, 2, 3]);
        IPv4Packet.WriteHeader(packet, FrameMix.Ip(1), FrameMix.Ip(2), IpProtocols.Udp, packet.Length - IPv4Packet.HeaderSize, trafficClass: tos);
        return Frames.Ethernet(FrameMix.Mac(2), FrameMix.Mac(1), EtherTypes.IPv4, packet);
    }

    private static byte[] InnerV6(byte trafficClass)
    {
        var packet = Frames.Udp(FrameMix.Ip6(1), FrameMix.Ip6(2), 80, 81, [1, 2, 3]);
        (packet[0], packet[1]) = ((byte)(0x60 | (trafficClass >> 4)), (byte)((trafficClass & 0xF) << 4));
        return Frames.Ethernet(FrameMix.Mac(2), FrameMix.Mac(1), EtherTypes.IPv6, packet);
    }

    /// <summary>Hands a frame to both; what comes out must be the same set, and is what this gives.</summary>
    private List<(string End, byte[] Frame)> Compare(OurNode ours, string port, byte[] frame, string what, IReadOnlyList<string> flows)
    {
        _real.Receive(port, frame);
        var expected = Ends.SelectMany(e => _real.TakeSent(e).Select(f => (End: e, Frame: f))).ToList();
        var found = ours.Through(port, frame);

        Assert.That(
            found.Select(Text).Order(StringComparer.Ordinal), Is.EqualTo(expected.Select(Text).Order(StringComparer.Ordinal)),
            $"{what} at {port}: {Convert.ToHexStringLower(frame)}\n{string.Join('\n', flows)}");
        var tunnelled = expected.Concat(found).Where(s => s.End == Underlay).Select(s => s.Frame).ToList();
        Assert.That(tunnelled.All(UnderlayFrame.IsVxlan), Is.True);
        Assert.That(tunnelled.Select(UnderlayFrame.SourcePort), Has.All.InRange(32768, 60999)); // Chosen by each from its own hash.
        return expected;

        static string Text((string End, byte[] Frame) sent) =>
            $"{sent.End} {(sent.End == Underlay ? UnderlayFrame.Describe(sent.Frame) : Convert.ToHexStringLower(sent.Frame))}";
    }

    private async Task<OurNode> LoadAsync(IReadOnlyList<string> flows, OpenFlowVersion version)
    {
        (await _real.OfctlAsync(null, "del-flows", "br0")).Success();
        _real.Control("fdb/flush", "br0");
        var all = string.Join('\n', flows) + "\n";
        (await _real.OfctlAsync(all, "-O", $"{version}", "add-flows", "br0", "-")).Success();
        foreach (var end in Ends)
        {
            _real.TakeSent(end);
        }

        var ours = new OurNode();
        ours.Bridge.Flows.AddAll(all, version);
        return ours;
    }

    private async Task<string[]> DumpAsync(OpenFlowVersion version)
    {
        var dump = (await _real.OfctlAsync(null, "-O", $"{version}", "--no-names", "dump-flows", "br0")).Success();
        return [.. dump.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => Ages().Replace(l, "")).Order(StringComparer.Ordinal)];
    }

    // The two switches' clocks are not the same: ages and durations are left out.
    [GeneratedRegex("duration=[^ ]* |idle_age=[^ ]* |hard_age=[^ ]* ")]
    private static partial Regex Ages();

    /// <summary>Our side: the pipeline over the compute node's underlay interface, which knows the neighbours too.</summary>
    private sealed class OurNode : IDisposable
    {
        private readonly List<(string End, byte[] Frame)> _sent = [];
        private readonly Dictionary<string, EndPort> _ports = new(StringComparer.Ordinal);
        private readonly Wire _wire;
        private readonly UnderlayInterface _underlay;

        public OurNode()
        {
            var all = new OpenVSwitch(TimeProvider.System);
            Bridge = all.AddBridge("br0");
            foreach (var (name, number, vlan) in new[] { ("p1", 1, PortVlan.AllVlans), ("p2", 2, PortVlan.Access(5)), ("p6", 6, PortVlan.Access(6)) })
            {
                _ports[name] = Bridge.AddPort(name, f => _sent.Add((name, f.ToArray())), number);
                _ports[name].Vlan = vlan;
            }

            foreach (var (name, number, peer, key) in Tunnels)
            {
                Bridge.AddTunnelPort(name, new TunnelOptions(UnderlayMix.PeerIp(peer), UnderlayMix.Vtep, key is { } vni ? new Vni(vni) : null), number);
            }

            _wire = new Wire(f => _sent.Add((Underlay, f.ToArray())));
            _underlay = new UnderlayInterface(_wire, TimeProvider.System, new UnderlayOptions(UnderlayMix.Mac, UnderlayMix.Vtep), all.ReceiveVxlan);
            all.Underlay = _underlay;
            foreach (var peer in Tunnels.Select(t => t.Peer))
            {
                _wire.Received!(Frames.Arp(new ArpPacket(ArpPacket.Request, UnderlayMix.PeerMac(peer), UnderlayMix.PeerIp(peer), default, UnderlayMix.Vtep)));
            }

            _sent.Clear();
        }

        public Bridge Bridge { get; }

        public IReadOnlyList<(string End, byte[] Frame)> Through(string port, byte[] frame)
        {
            _sent.Clear();
            if (port == Underlay)
            {
                _wire.Received!(frame);
            }
            else
            {
                _ports[port].Receive(frame);
            }

            return [.. _sent];
        }

        public string[] Dump(OpenFlowVersion version) =>
            [.. Bridge.Flows.Dump(version: version).Select(l => Ages().Replace(l, "")).Order(StringComparer.Ordinal)];

        public void Dispose() => _underlay.Dispose();
    }

    private sealed class Wire(FrameHandler sent) : IFramePort
    {
        public string Name => Underlay;

        public bool IsUp => true;

        public int Mtu => 9000;

        public FrameHandler? Received { get; set; }

        public Action? LinkChanged { get; set; }

        public void Send(ReadOnlySpan<byte> frame) => sent(frame);
    }
}
