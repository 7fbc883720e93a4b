using System.Globalization;
using VtepLab.Packets;
using VtepLab.Simulation;

namespace VtepLab.Topology;

/// <summary>Sees every frame on every cable of a fabric and says when one is where none may be; it never changes anything.</summary>
/// <remarks>
/// A frame is known by its bytes without tags, from the moment an endpoint puts it on its cable. It may then come out only on ports of its
/// network, not at its sender, and once a sending at each machine; between VTEPs it may travel only from the VTEP it came in at, under
/// its network's VNI. Cables that duplicate frames excuse duplicates.
/// </remarks>
internal sealed class FrameWatch
{
    private static readonly string[] Names =
    [
        Crossing, Duplicate, "frame-from-nowhere", "local-vlan-vni-bijection", "loop", "split-horizon", "vni-of-its-network", WrongPort,
    ];

    private const string Crossing = "frame-crosses-vnis";
    private const string Duplicate = "duplicate-delivery";
    private const string WrongPort = "wrong-port";

    private readonly Dictionary<string, Sent> _sent = [];
    private readonly Dictionary<string, string> _wrong = [];
    private readonly Fabric _fabric;
    private TimeSpan _noisyAt = TimeSpan.MinValue;

    public FrameWatch(Fabric fabric)
    {
        _fabric = fabric;
        foreach (var name in Names)
        {
            World.Invariants.Always(name, () => _wrong.Count == 0 ? null : _wrong.GetValueOrDefault(name));
        }

        World.Invariants.Every(TimeSpan.FromSeconds(1), "local-vlan-vni-bijection", () => fabric.Hypervisors.Values.Select(h => h.BrokenBijection()).FirstOrDefault(b => b is not null));
    }

    private SimulatedWorld World => _fabric.Lab.World;

    /// <summary>Watches the cable between a machine and a device.</summary>
    public void OnAccess(FrameLink link, FabricMachine machine) => link.Tap += (from, to, frame) =>
    {
        NoteNoise(link);
        var (content, vlan) = Untagged(frame.Span);
        if (from.Host == machine.Host)
        {
            Leaves(machine, to, vlan, content, frame.Span);
        }
        else
        {
            Arrives(machine, from, to, vlan, content, frame.Span);
        }
    };

    /// <summary>Watches the cable between a device and the underlay.</summary>
    public void OnUnderlay(FrameLink link, string device) => link.Tap += (from, _, frame) =>
    {
        NoteNoise(link);
        if (from.Host.Name == device && TryOpen(frame.Span, out var far, out var vni, out var inner) && vni.Value != 0)
        {
            Travels(device, far, vni, inner);
        }
    };

    private void Leaves(FabricMachine machine, SimulatedPort into, int vlan, string content, ReadOnlySpan<byte> frame)
    {
        if (!_sent.TryGetValue(content, out var sent))
        {
            _sent.Add(content, sent = new Sent(World.Now, Describe(frame)));
        }

        sent.Places.Add(new Place(machine.Name, into.Host.Name, into.Name, vlan));
        sent.Networks.UnionWith(_fabric.Membership.NetworksSince(into.Host.Name, into.Name, vlan, World.Now));
    }

    private void Arrives(FabricMachine machine, SimulatedPort from, SimulatedPort nic, int vlan, string content, ReadOnlySpan<byte> frame)
    {
        var place = new Place(machine.Name, from.Host.Name, from.Name, vlan);
        if (!_sent.TryGetValue(content, out var sent))
        {
            Wrong("frame-from-nowhere", $"{place} put out a frame that nobody sent: {Describe(frame)}");
            return;
        }

        if (sent.Places.TrueForAll(p => p == place))
        {
            Wrong("loop", $"{place} gave {machine.Name} back its own frame: {sent}");
        }

        var here = _fabric.Membership.NetworksSince(place.Device, place.Port, vlan, sent.At);
        if (here.Count == 0)
        {
            Wrong(WrongPort, $"{place}, which belongs to no network, put out a frame of {sent.Of}: {sent}");
        }
        else if (!here.Any(sent.Networks.Contains))
        {
            Wrong(Crossing, $"{place} of network {string.Join(" or ", here.Select(NameOf))} put out a frame of {sent.Of}: {sent}");
        }

        var key = (machine.Name, nic.Name, vlan);
        var times = sent.Deliveries[key] = sent.Deliveries.GetValueOrDefault(key) + 1;
        if (times > sent.Places.Count && _noisyAt < sent.At)
        {
            Wrong(Duplicate, $"{place} put out {Times(times)} what was sent {Times(sent.Places.Count)}: {sent}");
        }
    }

    private void Travels(string device, IpAddress far, Vni vni, ReadOnlySpan<byte> inner)
    {
        var content = Convert.ToHexString(inner);
        var leg = $"{device} towards {far}, VNI {vni},";
        if (!_sent.TryGetValue(content, out var sent))
        {
            Wrong("frame-from-nowhere", $"{leg} carries a frame that nobody sent: {Describe(inner)}");
            return;
        }

        var vnis = sent.Networks.Where(_fabric.Directory.Networks.ContainsKey).Select(n => _fabric.Directory.Networks[n].Vni);
        if (!vnis.Contains(vni))
        {
            Wrong("vni-of-its-network", $"{leg} carries a frame of {sent.Of}: {sent}");
        }

        var isServiceNode = _fabric.ServiceNodes.Contains(_fabric.Vteps[device]);
        if (!isServiceNode && !sent.Places.Exists(p => p.Device == device))
        {
            Wrong("split-horizon", $"{leg} carries a frame that came to {device} out of a tunnel: {sent}");
        }
    }

    // The first of each kind is kept: what follows is often its consequence.
    private void Wrong(string name, string message) => _wrong.TryAdd(name, message);

    private void NoteNoise(FrameLink link)
    {
        if (link.Options.Duplication > 0)
        {
            _noisyAt = World.Now;
        }
    }

    private string NameOf(string network) =>
        _fabric.Directory.Networks.TryGetValue(network, out var known) ? $"{network} (VNI {known.Vni})" : network;

    private static (string Content, int Vlan) Untagged(ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.TagCount == 0)
        {
            return (Convert.ToHexString(wire), 0);
        }

        Span<byte> plain = new byte[wire.Length];
        return (Convert.ToHexString(plain[..frame.CopyWithoutOuterTag(plain)]), frame.Tag(0).VlanId);
    }

    private static bool TryOpen(ReadOnlySpan<byte> wire, out IpAddress far, out Vni vni, out ReadOnlySpan<byte> inner)
    {
        if (EthernetFrame.TryRead(wire, out var outer) && outer.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(outer.Payload, out var ip)
            && ip.Protocol == IpProtocols.Udp && UdpDatagram.TryRead(ip.Payload, out var udp) && udp.DestinationPort == VxlanHeader.UdpPort
            && VxlanHeader.TryRead(udp.Payload, out var header))
        {
            far = ip.Destination;
            vni = header.Vni;
            inner = udp.Payload[VxlanHeader.Size..];
            return true;
        }

        far = default;
        vni = default;
        inner = default;
        return false;
    }

    private static string Describe(ReadOnlySpan<byte> wire) => EthernetFrame.TryRead(wire, out var frame)
        ? string.Create(CultureInfo.InvariantCulture, $"{frame.Source} > {frame.Destination}, type 0x{frame.EtherType:x4}, {wire.Length} bytes")
        : $"{wire.Length} bytes, no Ethernet frame";

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private sealed record Place(string Machine, string Device, string Port, int Vlan)
    {
        public override string ToString() => $"{Device} port {Port} {(Vlan == 0 ? "untagged" : $"VLAN {Vlan}")}";
    }

    private sealed class Sent(TimeSpan at, string what)
    {
        public TimeSpan At { get; } = at;

        public List<Place> Places { get; } = [];

        public SortedSet<string> Networks { get; } = new(StringComparer.Ordinal);

        public Dictionary<(string Machine, string Nic, int Vlan), int> Deliveries { get; } = [];

        public string Of => Networks.Count == 0 ? "no network" : $"network {string.Join(" or ", Networks)}";

        public override string ToString() => $"{what}, sent by {Places[0].Machine} at {Places[0]}";
    }
}
