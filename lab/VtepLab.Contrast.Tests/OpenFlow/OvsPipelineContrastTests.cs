using System.Text.RegularExpressions;
using VtepLab.OpenFlow;
using VtepLab.OpenFlow.Switching;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>The same flows and frames go to Debian's ovs-vswitchd and to ours; what comes out where must be the same, byte for byte.</summary>
[Category(RealPeer.Category)]
public partial class OvsPipelineContrastTests
{
    private const int FramesEach = 60;

    private static readonly (string Name, int Number, string[] Settings, PortVlan Vlan)[] Ports =
    [
        ("p1", 1, [], PortVlan.AllVlans),
        ("p2", 2, ["tag=5"], PortVlan.Access(5)),
        ("p3", 3, ["tag=6"], PortVlan.Access(6)),
        ("p4", 4, ["trunks=5,6,7"], PortVlan.Trunk(5, 6, 7)),
        ("p5", 5, ["vlan_mode=native-untagged", "tag=5"], PortVlan.Native(5, isTagged: false)),
        ("p6", 6, ["vlan_mode=native-tagged", "tag=6", "trunks=5,6"], PortVlan.Native(6, isTagged: true, [5, 6])),
    ];

    private OvsSwitchPeer _real = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _real = await OvsSwitchPeer.StartAsync();
        await _real.AddBridgeAsync("br0");
        await _real.AddBridgeAsync("br1");
        foreach (var (name, number, settings, _) in Ports)
        {
            await _real.AddPortAsync("br0", name, number, settings);
        }

        await _real.AddPortAsync("br1", "q1", 1);
        await _real.AddPortAsync("br1", "q2", 2, "tag=5");
        await _real.VsctlAsync(
            "add-port", "br0", "patch0", "--", "set", "interface", "patch0", "type=patch", "options:peer=patch1", "ofport_request=7",
            "--", "add-port", "br1", "patch1", "--", "set", "interface", "patch1", "type=patch", "options:peer=patch0", "ofport_request=7");
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
    public async Task Generated_flows_do_the_same_with_generated_frames(
        [Range(1, 40)] int seed, [Values] OpenFlowVersion version)
    {
        var random = new Random(seed);
        var flows = new[] { "br0", "br1" }.ToDictionary(b => b, _ => new FlowMix(random, version).Next());
        var ours = await LoadAsync(flows, version);
        var frames = new FrameMix(random);
        for (var i = 0; i < FramesEach; i++)
        {
            var port = Ports[random.Next(Ports.Length)].Name;
            var frame = frames.Next();

            // A frame's copies are compared as a set: a flood that comes back by the patch is passed on in the order of Open vSwitch's hashes.
            var expected = Through(port, frame).Order(StringComparer.Ordinal);
            var found = ours.Through(port, frame).Order(StringComparer.Ordinal);

            Assert.That(
                found, Is.EqualTo(expected),
                $"seed {seed}, {version}, frame {i} at {port}: {Convert.ToHexStringLower(frame)}\n{string.Join('\n', flows.SelectMany(f => f.Value.Select(t => f.Key + " " + t)))}");
        }

        foreach (var bridge in flows.Keys)
        {
            Assert.That(ours.Dump(bridge, version), Is.EqualTo(await DumpAsync(bridge, version)), $"seed {seed}, {version}, {bridge}");
        }
    }

    private async Task<OurSwitch> LoadAsync(Dictionary<string, IReadOnlyList<string>> flows, OpenFlowVersion version)
    {
        var ours = new OurSwitch(Ports);
        foreach (var end in OurSwitch.Ends)
        {
            _real.TakeSent(end);
        }

        foreach (var (bridge, texts) in flows)
        {
            (await _real.OfctlAsync(null, "del-flows", bridge)).Success();
            _real.Control("fdb/flush", bridge);
            var all = string.Join('\n', texts) + "\n";
            (await _real.OfctlAsync(all, "-O", $"{version}", "add-flows", bridge, "-")).Success();
            ours.Bridge(bridge).Flows.AddAll(all, version);
        }

        return ours;
    }

    private string[] Through(string port, byte[] frame)
    {
        _real.Receive(port, frame);
        return [.. OurSwitch.Ends.SelectMany(e => _real.TakeSent(e).Select(f => $"{e} {Convert.ToHexStringLower(f)}"))];
    }

    private async Task<string[]> DumpAsync(string bridge, OpenFlowVersion version)
    {
        var dump = (await _real.OfctlAsync(null, "-O", $"{version}", "--no-names", "dump-flows", bridge)).Success();
        return [.. dump.Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => Ages().Replace(l, "")).Order(StringComparer.Ordinal)];
    }

    // The two switches' clocks are not the same: ages and durations are left out.
    [GeneratedRegex("duration=[^ ]* |idle_age=[^ ]* |hard_age=[^ ]* ")]
    private static partial Regex Ages();

    /// <summary>Our side: the same bridges and ports, with what left them.</summary>
    private sealed class OurSwitch
    {
        public static readonly string[] Ends = ["p1", "p2", "p3", "p4", "p5", "p6", "q1", "q2"];

        private readonly OpenVSwitch _switch = new(TimeProvider.System);
        private readonly Dictionary<string, EndPort> _ends = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<string>> _sent = Ends.ToDictionary(e => e, _ => new List<string>());

        public OurSwitch((string Name, int Number, string[] Settings, PortVlan Vlan)[] ports)
        {
            var (br0, br1) = (_switch.AddBridge("br0"), _switch.AddBridge("br1"));
            foreach (var (name, number, _, vlan) in ports)
            {
                Add(br0, name, number, vlan);
            }

            Add(br1, "q1", 1, PortVlan.AllVlans);
            Add(br1, "q2", 2, PortVlan.Access(5));
            OpenVSwitch.Patch(br0, "patch0", br1, "patch1", 7, 7);
        }

        public Bridge Bridge(string name) => _switch.Bridges[name];

        public string[] Through(string port, byte[] frame)
        {
            _ends[port].Receive(frame);
            string[] all = [.. Ends.SelectMany(e => _sent[e].Select(f => $"{e} {f}"))];
            foreach (var sent in _sent.Values)
            {
                sent.Clear();
            }

            return all;
        }

        public string[] Dump(string bridge, OpenFlowVersion version) =>
            [.. Bridge(bridge).Flows.Dump(version: version).Select(l => Ages().Replace(l, "")).Order(StringComparer.Ordinal)];

        private void Add(Bridge bridge, string name, int number, PortVlan vlan)
        {
            var port = bridge.AddPort(name, f => _sent[name].Add(Convert.ToHexStringLower(f)), number);
            port.Vlan = vlan;
            _ends.Add(name, port);
        }
    }
}
