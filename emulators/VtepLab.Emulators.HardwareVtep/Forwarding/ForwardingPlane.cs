using VtepLab.HardwareVtep;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Forwards frames between access ports and tunnels exactly as the hardware state says.</summary>
/// <remarks>
/// A frame from a port goes to a port or into tunnels; a frame from a tunnel goes to ports only (split horizon). Where an address is
/// known on a port and behind a tunnel, the later word holds: a frame seen here beats an older row, a new or changed row beats what was seen.
/// Runs on its host's thread.
/// </remarks>
internal sealed partial class ForwardingPlane
{
    private readonly SwitchQuirks _quirks;
    private readonly LearnedMacs _learned;
    private readonly IReadOnlyList<IpAddress> _own;
    private readonly Dictionary<string, IFramePort> _access = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Port, int Vlan), BindingCounters> _counters = [];
    private readonly Dictionary<RowId<LogicalSwitch>, List<(string Port, int Vlan)>> _members = [];
    private readonly Dictionary<Vni, RowId<LogicalSwitch>> _byVni = [];
    private readonly byte[] _plain = new byte[65536];
    private readonly byte[] _out = new byte[65536];
    private HardwareState _hardware = HardwareState.Empty;

    /// <summary>A plane between ports.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="learned">What it has seen.</param>
    /// <param name="ports">The host's ports by name; those the switch does not name are left alone.</param>
    /// <param name="underlay">The way into the tunnels; null for a switch without.</param>
    public ForwardingPlane(HardwareVtepOptions options, LearnedMacs learned, IReadOnlyDictionary<string, IFramePort> ports, Underlay? underlay)
    {
        _quirks = options.Quirks;
        _learned = learned;
        _own = [.. options.TunnelIps.Select(IpAddress.Parse)];
        _underlay = underlay;
        foreach (var name in options.Ports)
        {
            if (ports.TryGetValue(name, out var port))
            {
                _access.Add(name, port);
                port.Received = frame => FromPort(name, frame);
                port.LinkChanged = () => LinkChanged(name, port.IsUp);
            }
        }

        if (underlay is not null)
        {
            underlay.Received = FromUnderlay;
        }
    }

    /// <summary>How many frames have passed a binding, in or out.</summary>
    public long Passed { get; private set; }

    /// <summary>The counters of a binding; null while nothing passed.</summary>
    public BindingCounters? CountersOf(string port, int vlan) => _counters.GetValueOrDefault((port, vlan));

    /// <summary>Forwards by another state from now on, and forgets what no longer holds.</summary>
    public void Program(HardwareState hardware)
    {
        var before = _hardware;
        _hardware = hardware;
        _members.Clear();
        foreach (var (place, network) in hardware.Bindings)
        {
            if (!_members.TryGetValue(network, out var places))
            {
                _members.Add(network, places = []);
            }

            places.Add(place);
        }

        foreach (var gone in _counters.Keys.Where(p => !hardware.Bindings.ContainsKey(p)).ToList())
        {
            _counters.Remove(gone);
        }

        _byVni.Clear();
        foreach (var network in hardware.Networks.Values)
        {
            if (network.Vni is { } vni)
            {
                _byVni.TryAdd(vni, network.Id);
            }
        }

        if (!_quirks.Has(SwitchQuirkBook.KeepsLocalMacs))
        {
            _learned.Forget((network, mac, port, vlan) =>
                !(hardware.Bindings.TryGetValue((port, vlan), out var bound) && bound == network)
                || (hardware.RemoteMacs.TryGetValue((network, mac), out var now)
                    && !(before.RemoteMacs.TryGetValue((network, mac), out var then) && then == now)));
        }
    }

    private void LinkChanged(string port, bool isUp)
    {
        if (!isUp)
        {
            _learned.Forget((_, _, at, _) => at == port);
        }
    }

    private void FromPort(string port, ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var tagged) || (tagged.Destination.IsLinkLocal && !_quirks.Has(SwitchQuirkBook.ForwardsLinkLocal)))
        {
            return;
        }

        var vlan = tagged.TagCount == 0 ? 0 : tagged.Tag(0).VlanId;
        if (!_hardware.Bindings.TryGetValue((port, vlan), out var network)
            && !(_quirks.Has(SwitchQuirkBook.UntaggedIsAny) && _hardware.Bindings.TryGetValue((port, vlan = 0), out network)))
        {
            return;
        }

        var keepsTag = _quirks.Has(SwitchQuirkBook.KeepsInnerTag);
        var plain = tagged.TagCount == 0 || keepsTag ? wire : _plain.AsSpan(0, tagged.CopyWithoutOuterTag(_plain));
        if (!EthernetFrame.TryRead(plain, out var frame))
        {
            return;
        }

        var source = frame.Source;
        if (source.IsZero || (source.IsGroup && !_quirks.Has(SwitchQuirkBook.LearnsGroupSources)))
        {
            return;
        }

        Count(port, vlan).CameIn(plain.Length);
        if (!_quirks.Has(SwitchQuirkBook.PublishesNothing))
        {
            _learned.See(network, source, port, vlan);
        }

        var destination = frame.Destination;
        if (!destination.IsGroup && _learned.TryFind(network, destination, out var place))
        {
            if (place != (port, vlan))
            {
                ToPort(place, plain);
            }
        }
        else if (!destination.IsGroup && _hardware.RemoteMacs.TryGetValue((network, destination), out var remote))
        {
            ToTunnel(network, remote, plain);
        }
        else
        {
            FloodToPorts(network, (port, vlan), plain);
            FloodToTunnels(network, plain, from: null);
        }
    }

    private void FloodToPorts(RowId<LogicalSwitch> network, (string Port, int Vlan)? except, ReadOnlySpan<byte> frame)
    {
        foreach (var place in _members.GetValueOrDefault(network) ?? [])
        {
            if (place != except)
            {
                ToPort(place, frame);
            }
        }
    }

    private void ToPort((string Port, int Vlan) place, ReadOnlySpan<byte> plain)
    {
        if (!_access.TryGetValue(place.Port, out var port) || plain.Length - EthernetFrame.HeaderSize > port.Mtu)
        {
            return;
        }

        Count(place.Port, place.Vlan).Left(plain.Length);
        if (place.Vlan == 0 || !EthernetFrame.TryRead(plain, out var frame))
        {
            port.Send(plain);
            return;
        }

        port.Send(_out.AsSpan(0, frame.CopyWithOuterTag(_out, new VlanTag(place.Vlan))));
    }

    private BindingCounters Count(string port, int vlan)
    {
        Passed++;
        if (!_counters.TryGetValue((port, vlan), out var counters))
        {
            _counters.Add((port, vlan), counters = new BindingCounters());
        }

        return counters;
    }
}
