using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Into the tunnels and out of them (RFC 7348).</content>
internal sealed partial class ForwardingPlane
{
    private const ushort FirstSourcePort = 49152;
    private const ushort LinuxVxlanPort = 8472;

    private readonly Underlay? _underlay;
    private readonly Dictionary<Vni, Segment> _byVni = [];
    private readonly Dictionary<(IpAddress FarEnd, Vni Vni), Segment> _byTunnel = [];

    /// <summary>True for a far end that BFD holds for alive, or does not watch; service nodes are chosen among these.</summary>
    public Func<IpAddress, bool> IsHealthy { get; set; } = _ => true;

    /// <summary>Takes frames of VNI 0, which BFD has for itself.</summary>
    public TunnelFrameHandler? BfdReceived { get; set; }

    /// <summary>Sends a frame of BFD's to a far end.</summary>
    public void SendBfd(IpAddress own, IpAddress remote, byte[] frame)
    {
        if (!_quirks.Has(SwitchQuirkBook.SendsNoBfd))
        {
            Encapsulate(new HardwareLocator(remote, null, own), default, frame);
        }
    }

    private void CompileTunnels(RemoteMacTable? table)
    {
        _byVni.Clear();
        _byTunnel.Clear();
        var keyed = table?.KeyedLocators();
        foreach (var segment in _segments.Values)
        {
            if (segment.Vni is { } vni)
            {
                _byVni.TryAdd(vni, segment);
            }

            // In the model with a key for each tunnel the key tells the network only together with the far end.
            foreach (var locator in segment.Remote.More.Concat(keyed?[segment.Id] ?? []).Concat(segment.Flood).Concat(segment.Groups.Values.SelectMany(g => g)))
            {
                if (locator.Vni is { } key)
                {
                    _byTunnel.TryAdd((locator.Address, key), segment);
                }
            }
        }
    }

    private bool TryFindBehindTunnel(Segment segment, MacAddress destination, out HardwareLocator remote) =>
        segment.Remote.TryGetValue(destination, out remote) || _hardware.ArpSources.TryGetValue(destination, out remote);

    private void ToTunnel(Segment segment, HardwareLocator remote, ReadOnlySpan<byte> frame)
    {
        if ((remote.Vni ?? segment.Vni) is { } vni)
        {
            Encapsulate(remote, _quirks.Has(SwitchQuirkBook.WrongVni) ? new Vni((vni.Value + 1) & Vni.MaxValue) : vni, frame);
        }
    }

    private void Encapsulate(HardwareLocator remote, Vni vni, ReadOnlySpan<byte> frame)
    {
        var isOne = _quirks.Has(SwitchQuirkBook.ConstantSourcePort)
            || (_quirks.Has(SwitchQuirkBook.OnePortForIPv6) && EthernetFrame.TryRead(frame, out var inner) && inner.EtherType == EtherTypes.IPv6);
        var sourcePort = isOne ? FirstSourcePort : SourcePortOf(frame);
        var port = _quirks.Has(SwitchQuirkBook.OtherVxlanPort) ? LinuxVxlanPort : VxlanHeader.UdpPort;
        _underlay?.Send(remote.Own, remote.Address, sourcePort, port, static (to, state) =>
        {
            new VxlanHeader(state.Vni).Write(to);
            state.Frame.CopyTo(to[VxlanHeader.Size..]);
            to.Slice(VxlanHeader.Size + state.Frame.Length, state.ExtraBytes).Clear();
            return VxlanHeader.Size + state.Frame.Length + state.ExtraBytes;
        }, new Inner(vni, frame, _quirks.Has(SwitchQuirkBook.AddsFourBytes) ? 4 : 0));
    }

    private void FloodToTunnels(Segment segment, in EthernetFrame frame, IpAddress? from)
    {
        var members = segment.Groups.TryGetValue(frame.Destination, out var group) ? group : segment.Flood;
        if (members.Count == 0 || (_quirks.Has(SwitchQuirkBook.FloodsBroadcastOnly) && !frame.Destination.IsBroadcast))
        {
            return;
        }

        var copiesToAll = segment.ReplicatesAtSource
            ? !_quirks.Has(SwitchQuirkBook.OneCopyAtSource)
            : _quirks.Has(SwitchQuirkBook.CopiesToAllServiceNodes);
        if (!copiesToAll)
        {
            ToTunnel(segment, ServiceNode(members), frame.Wire);
            return;
        }

        var copies = _quirks.Has(SwitchQuirkBook.FewCopies) ? Math.Min(2, members.Count) : members.Count;
        for (var i = 0; i < copies; i++)
        {
            if (members[i].Address != from)
            {
                ToTunnel(segment, members[i], frame.Wire);
            }
        }
    }

    /// <summary>One healthy member, the same one while it is healthy: the lowest address.</summary>
    private HardwareLocator ServiceNode(IReadOnlyList<HardwareLocator> members)
    {
        var chosen = members[0];
        var isHealthy = IsUsable(chosen);
        for (var i = 1; i < members.Count; i++)
        {
            var candidate = members[i];
            var isBetter = IsUsable(candidate);
            if (isBetter != isHealthy ? isBetter : candidate.Address < chosen.Address)
            {
                (chosen, isHealthy) = (candidate, isBetter);
            }
        }

        return chosen;

        bool IsUsable(HardwareLocator member) => _quirks.Has(SwitchQuirkBook.IgnoresHealth) || IsHealthy(member.Address);
    }

    private void FromUnderlay(IpAddress source, IpAddress destination, in UdpDatagram datagram)
    {
        if (datagram.DestinationPort != VxlanHeader.UdpPort || !datagram.HasAcceptableChecksum(source, destination)
            || (datagram.Checksum == 0 && _quirks.Has(SwitchQuirkBook.DropsZeroChecksum)))
        {
            return;
        }

        var payload = datagram.Payload;
        if (_quirks.Has(SwitchQuirkBook.DropsReservedBits) && payload.Length > VxlanHeader.Size
            && !(payload[..4].SequenceEqual("\b\0\0\0"u8) && payload[7] == 0))
        {
            return;
        }

        if (!VxlanHeader.TryRead(payload, out var header))
        {
            if (!_quirks.Has(SwitchQuirkBook.AcceptsClearFlag) || payload.Length < VxlanHeader.Size)
            {
                return;
            }

            header = new VxlanHeader(new Vni((payload[4] << 16) | (payload[5] << 8) | payload[6]));
        }

        var inner = payload[VxlanHeader.Size..];
        if (_byVni.TryGetValue(header.Vni, out var segment) || _byTunnel.TryGetValue((source, header.Vni), out segment))
        {
            FromTunnel(segment, source, destination, inner);
        }
        else if (header.Vni.Value == 0)
        {
            BfdReceived?.Invoke(source, inner);
        }
        else if (_quirks.Has(SwitchQuirkBook.UnknownVniIsAny) && _byVni.Count > 0)
        {
            FromTunnel(_byVni.MinBy(v => v.Key).Value, source, destination, inner);
        }
    }

    private void FromTunnel(Segment segment, IpAddress remote, IpAddress own, ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.Source.IsGroup || frame.Source.IsZero
            || (frame.TagCount > 0 && !_quirks.Has(SwitchQuirkBook.AcceptsInnerTags))) // RFC 7348 section 6.1.
        {
            return;
        }

        if (_quirks.Has(SwitchQuirkBook.LearnsFromTunnels) && segment.Members is [var somewhere, ..])
        {
            _learned.See(segment.Id, frame.Source, somewhere.Port, somewhere.Vlan);
        }

        if (_quirks.Has(SwitchQuirkBook.LearnsFarEnds))
        {
            segment.Remote.Set(frame.Source, new HardwareLocator(remote, null, own));
        }

        if (Routes(segment, frame, isFromTunnel: true))
        {
            return;
        }

        if (!frame.Destination.IsGroup && _learned.TryFind(segment.Id, frame.Destination, out var place))
        {
            if (_bindings.TryGetValue(place, out var port))
            {
                ToPort(port, frame);
            }

            return;
        }

        if (!frame.Destination.IsGroup && segment.Remote.TryGetValue(frame.Destination, out var beyond))
        {
            if (_quirks.Has(SwitchQuirkBook.ForwardsBetweenTunnels))
            {
                ToTunnel(segment, beyond, wire);
            }

            return; // It lives behind another tunnel, and what came from one never goes into one.
        }

        FloodToPorts(segment, except: null, frame);
        if (_quirks.Has(SwitchQuirkBook.FloodsIntoTunnels))
        {
            FloodToTunnels(segment, frame, remote);
        }
    }

    /// <summary>One port for each flow of the inner frame, so that the underlay can spread flows and keeps each in order.</summary>
    private static ushort SourcePortOf(ReadOnlySpan<byte> frame)
    {
        const int Addresses = 12;
        var hash = Mix(2166136261, frame[..Addresses]);
        if (EthernetFrame.TryRead(frame, out var ethernet) && ethernet.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(ethernet.Payload, out var ip))
        {
            hash = Mix(hash, ethernet.Payload.Slice(12, 8));
            if (!ip.IsFragment && ip.Protocol is IpProtocols.Udp or IpProtocols.Tcp && ip.Payload.Length >= 4)
            {
                hash = Mix(hash, ip.Payload[..4]);
            }
        }
        else if (ethernet.EtherType == EtherTypes.IPv6 && ethernet.Payload.Length >= IPv6Packet.HeaderSize)
        {
            hash = Mix(hash, ethernet.Payload.Slice(8, 32));
        }

        return (ushort)(FirstSourcePort + ((hash ^ (hash >> 16)) & 0x3FFF));
    }

    private static uint Mix(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return hash;
    }

    private readonly ref struct Inner(Vni vni, ReadOnlySpan<byte> frame, int extraBytes)
    {
        public Vni Vni { get; } = vni;

        public ReadOnlySpan<byte> Frame { get; } = frame;

        /// <summary>What a quirk adds at the end.</summary>
        public int ExtraBytes { get; } = extraBytes;
    }
}

/// <summary>Receives a frame that came out of a tunnel. The bytes are valid during the call only.</summary>
internal delegate void TunnelFrameHandler(IpAddress remote, ReadOnlySpan<byte> frame);
