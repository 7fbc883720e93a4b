using VtepLab.HardwareVtep;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>Forwards frames between access ports and tunnels exactly as the hardware state says.</summary>
/// <remarks>
/// A frame from a port goes to a port or into tunnels; a frame from a tunnel goes to ports only (split horizon). Where an address is
/// known on a port and behind a tunnel, the later word holds: a frame seen here beats an older row, a new or changed row beats what was seen.
/// Runs on its host's thread; a frame to a known address makes no garbage.
/// </remarks>
internal sealed partial class ForwardingPlane
{
    private readonly HardwareVtepOptions _options;
    private readonly SwitchQuirks _quirks;
    private readonly LearnedMacs _learned;
    private readonly Dictionary<string, IFramePort> _access = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Port, int Vlan), BindingCounters> _counters = [];
    private readonly Dictionary<(string Port, int Vlan), VlanPort> _bindings = [];
    private readonly Dictionary<RowId<LogicalSwitch>, Segment> _segments = [];
    private readonly byte[] _plain = new byte[65536];
    private readonly byte[] _out = new byte[65536];
    private HardwareState _hardware = HardwareState.Empty;

    /// <summary>A plane between ports.</summary>
    /// <param name="options">What the switch is.</param>
    /// <param name="learned">What it has seen.</param>
    /// <param name="ports">The host's ports by name; those the switch does not name are left alone.</param>
    /// <param name="underlay">The way into the tunnels; null for a switch without.</param>
    /// <param name="time">The clock.</param>
    public ForwardingPlane(
        HardwareVtepOptions options, LearnedMacs learned, IReadOnlyDictionary<string, IFramePort> ports, Underlay? underlay, TimeProvider time)
    {
        _options = options;
        _quirks = options.Quirks;
        _learned = learned;
        _underlay = underlay;
        _routerMac = MacAddress.Parse(options.EffectiveRouterMac);
        _neighbours = new(time, options.MacAge);
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

    /// <summary>The counters of a binding; null for one that the plane does not have.</summary>
    public BindingCounters? CountersOf(string port, int vlan) => _counters.GetValueOrDefault((port, vlan));

    /// <summary>Forwards by another state from now on, and forgets what no longer holds.</summary>
    public void Program(HardwareState hardware)
    {
        var before = _hardware;
        _hardware = hardware;
        Compile(hardware);
        if (!_quirks.Has(SwitchQuirkBook.KeepsLocalMacs))
        {
            _learned.Forget((network, mac, port, vlan) =>
                !(hardware.Bindings.TryGetValue((port, vlan), out var bound) && (bound == network || _quirks.Has(SwitchQuirkBook.VlanIsGlobal)))
                || (!_quirks.Has(SwitchQuirkBook.KeepsMovedMacs) && hardware.RemoteMacs.TryGetValue((network, mac), out var now)
                    && !(before.RemoteMacs.TryGetValue((network, mac), out var then) && then == now)));
        }
    }

    private void Compile(HardwareState hardware)
    {
        _segments.Clear();
        _bindings.Clear();
        var table = _quirks.Has(SwitchQuirkBook.MacTableIsGlobal) ? null : hardware.RemoteMacs as RemoteMacTable;
        foreach (var network in hardware.Networks.Values)
        {
            _segments.Add(network.Id, new Segment(network)
            {
                Flood = hardware.Floods.GetValueOrDefault(network.Id) ?? [],
                Remote = new RemoteMacs(table, table?.NumberOf(network.Id) ?? -1),
            });
        }

        foreach (var gone in _counters.Keys.Where(p => !hardware.Bindings.ContainsKey(p)).ToList())
        {
            _counters.Remove(gone);
        }

        foreach (var (place, network) in hardware.Bindings)
        {
            var owner = _quirks.Has(SwitchQuirkBook.VlanIsGlobal) ? hardware.Bindings.First(b => b.Key.Vlan == place.Vlan).Value : network;
            if (_segments.TryGetValue(owner, out var segment))
            {
                Bind(hardware, place.Port, place.Vlan, segment);
            }
        }

        if (table is null)
        {
            CompileRemoteMacs(hardware);
        }

        foreach (var ((network, group), members) in hardware.Groups)
        {
            _segments.GetValueOrDefault(network)?.Groups.Add(group, members);
        }

        CompileTunnels(table);
        CompileRouters(hardware);
    }

    /// <summary>What a quirk has made of the table.</summary>
    private void CompileRemoteMacs(HardwareState hardware)
    {
        foreach (var ((network, mac), locator) in hardware.RemoteMacs)
        {
            if (_quirks.Has(SwitchQuirkBook.MacTableIsGlobal))
            {
                _segments.Values.Where(s => !s.Remote.Contains(mac)).ToList().ForEach(s => s.Remote.Set(mac, locator));
            }
            else if (_segments.TryGetValue(network, out var segment))
            {
                segment.Remote.Set(mac, locator);
            }
        }
    }

    private void Bind(HardwareState hardware, string port, int vlan, Segment segment)
    {
        if (!_counters.TryGetValue((port, vlan), out var counters))
        {
            _counters.Add((port, vlan), counters = new BindingCounters());
        }

        var acl = hardware.PortAcls.GetValueOrDefault((port, vlan)) ?? hardware.PortAcls.GetValueOrDefault((port, HardwareState.WholePort));
        var binding = new VlanPort(port, vlan, segment, _access.GetValueOrDefault(port), counters, acl);
        _bindings.Add((port, vlan), binding);
        segment.Members.Add(binding);
    }

    private void LinkChanged(string port, bool isUp)
    {
        if (!isUp && !_quirks.Has(SwitchQuirkBook.KeepsMacsOfDownPorts))
        {
            _learned.Forget((_, _, at, _) => at == port);
        }
    }

    private void FromPort(string port, ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var tagged) || (tagged.Destination.IsLinkLocal && !_quirks.Has(SwitchQuirkBook.ForwardsLinkLocal))
            || BindingOf(port, tagged) is not { } binding)
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

        Count(binding, plain.Length, isComing: !_quirks.Has(SwitchQuirkBook.SwapsCounters));
        if (!Permits(binding.Acl, frame, isIngress: true))
        {
            return;
        }

        See(binding, source);
        if (!Routes(binding.Segment, frame, isFromTunnel: false))
        {
            Forward(binding.Segment, binding, frame);
        }
    }

    /// <summary>The binding a frame belongs to; null where there is none, which drops it.</summary>
    private VlanPort? BindingOf(string port, in EthernetFrame frame)
    {
        var vlan = frame.TagCount == 0 ? 0 : frame.Tag(0).VlanId;
        if (frame.TagCount == 0 && _quirks.Has(SwitchQuirkBook.DropsUntagged))
        {
            return null;
        }

        if (_bindings.TryGetValue((port, vlan), out var binding))
        {
            return binding;
        }

        if (_quirks.Has(SwitchQuirkBook.LeaksUnboundVlans))
        {
            return FirstOf(port);
        }

        return _quirks.Has(SwitchQuirkBook.UntaggedIsAny) ? _bindings.GetValueOrDefault((port, 0)) : null;
    }

    // Apart from its caller, whose every call would pay for what the lambda holds.
    private VlanPort? FirstOf(string port) => _bindings.Values.FirstOrDefault(b => b.Port == port);

    private void See(VlanPort binding, MacAddress source)
    {
        var network = binding.Segment.Id;
        if (_quirks.Has(SwitchQuirkBook.PublishesNothing)
            || (_quirks.Has(SwitchQuirkBook.RemoteRowBlocksLearning) && binding.Segment.Remote.Contains(source))
            || (_quirks.Has(SwitchQuirkBook.LearnsOnce) && _learned.IsKnownOutside(network, source)))
        {
            return;
        }

        var (port, vlan) = (binding.Port, binding.Vlan);
        if (_quirks.Has(SwitchQuirkBook.NeverMoves) && _learned.TryFind(network, source, out var place))
        {
            (port, vlan) = place;
        }

        _learned.See(network, source, port, vlan);
    }

    /// <summary>Sends a frame of a network on: one that came in on a binding, or one of the switch itself.</summary>
    private void Forward(Segment segment, VlanPort? from, in EthernetFrame frame)
    {
        var destination = frame.Destination;
        var floods = destination.IsGroup;
        if (!floods && _learned.TryFind(segment.Id, destination, out var place))
        {
            if (_bindings.TryGetValue(place, out var to) && !ReferenceEquals(to, from))
            {
                ToPort(to, frame);
            }
        }
        else if (!floods && TryFindBehindTunnel(segment, destination, out var remote) && !_quirks.Has(SwitchQuirkBook.FloodsKnownUnicast))
        {
            ToTunnel(segment, remote, frame.Wire);
        }
        else if (segment.Flood.Count > 0 || !_quirks.Has(SwitchQuirkBook.DropsWithoutList))
        {
            FloodToPorts(segment, from, frame);
            FloodToTunnels(segment, frame, from: null);
        }
    }

    private void FloodToPorts(Segment segment, VlanPort? except, in EthernetFrame frame)
    {
        foreach (var place in segment.Members)
        {
            if (!ReferenceEquals(place, except))
            {
                ToPort(place, frame);
            }
        }
    }

    private void ToPort(VlanPort to, in EthernetFrame plain)
    {
        if (to.Wire is not { } port || plain.Wire.Length - EthernetFrame.HeaderSize > port.Mtu || !Permits(to.Acl, plain, isIngress: false))
        {
            return;
        }

        Count(to, plain.Wire.Length, isComing: _quirks.Has(SwitchQuirkBook.SwapsCounters));
        var vlan = _quirks.Has(SwitchQuirkBook.WrongEgressTag) ? to.Segment.Members[0].Vlan : to.Vlan;
        if (vlan == 0 || _quirks.Has(SwitchQuirkBook.StripsEgressTag))
        {
            port.Send(plain.Wire);
            return;
        }

        port.Send(_out.AsSpan(0, plain.CopyWithOuterTag(_out, new VlanTag(vlan))));
    }

    private bool Permits(HardwareAcl? acl, in EthernetFrame frame, bool isIngress) =>
        acl is null || acl.Permits(new FrameFields(frame), isIngress, otherwise: !_quirks.Has(SwitchQuirkBook.DeniesByDefault));

    private void Count(VlanPort binding, int bytes, bool isComing)
    {
        Passed++;
        if (isComing)
        {
            binding.Counters.CameIn(bytes);
        }
        else
        {
            binding.Counters.Left(bytes);
        }
    }
}
