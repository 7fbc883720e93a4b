using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Into the tunnels and out of them (RFC 7348).</content>
internal sealed partial class ForwardingPlane
{
    private const ushort FirstSourcePort = 49152;
    private const ushort LinuxVxlanPort = 8472;

    private readonly Underlay? _underlay;

    /// <summary>True for a far end that BFD holds for alive, or does not watch; service nodes are chosen among these.</summary>
    public Func<IpAddress, bool> IsHealthy { get; set; } = _ => true;

    /// <summary>Takes frames of VNI 0, which BFD has for itself.</summary>
    public TunnelFrameHandler? BfdReceived { get; set; }

    /// <summary>Sends a frame of BFD's to a far end.</summary>
    public void SendBfd(IpAddress remote, byte[] frame) => ToTunnel(default, new HardwareLocator(remote, new Vni(0)), frame);

    private void ToTunnel(RowId<LogicalSwitch> network, HardwareLocator remote, ReadOnlySpan<byte> frame)
    {
        var vni = remote.Vni ?? _hardware.Networks.GetValueOrDefault(network)?.Vni;
        if (vni is not { } key || _underlay is null)
        {
            return;
        }

        var own = _own.FirstOrDefault(a => a.IsV6 == remote.Address.IsV6);
        var sourcePort = _quirks.Has(SwitchQuirkBook.ConstantSourcePort) ? FirstSourcePort : SourcePortOf(frame);
        var port = _quirks.Has(SwitchQuirkBook.OtherVxlanPort) ? LinuxVxlanPort : VxlanHeader.UdpPort;
        _underlay.Send(own, remote.Address, sourcePort, port, static (to, state) =>
        {
            new VxlanHeader(state.Vni).Write(to);
            state.Frame.CopyTo(to[VxlanHeader.Size..]);
            return VxlanHeader.Size + state.Frame.Length;
        }, new Inner(key, frame));
    }

    private void FloodToTunnels(RowId<LogicalSwitch> network, ReadOnlySpan<byte> frame, IpAddress? from)
    {
        if (!_hardware.Floods.TryGetValue(network, out var members) || members.Count == 0)
        {
            return;
        }

        var copiesToAll = _hardware.Networks[network].ReplicatesAtSource
            ? !_quirks.Has(SwitchQuirkBook.OneCopyAtSource)
            : _quirks.Has(SwitchQuirkBook.CopiesToAllServiceNodes);
        if (!copiesToAll)
        {
            // One healthy member, the same one while it is healthy.
            var chosen = members.OrderBy(m => !IsHealthy(m.Address)).ThenBy(m => m.Address).First();
            ToTunnel(network, chosen, frame);
            return;
        }

        foreach (var member in members)
        {
            if (member.Address != from)
            {
                ToTunnel(network, member, frame);
            }
        }
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
        if (_byVni.TryGetValue(header.Vni, out var network))
        {
            FromTunnel(network, source, inner);
        }
        else if (header.Vni.Value == 0)
        {
            BfdReceived?.Invoke(source, inner);
        }
    }

    private void FromTunnel(RowId<LogicalSwitch> network, IpAddress remote, ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.Source.IsGroup || frame.Source.IsZero
            || (frame.TagCount > 0 && !_quirks.Has(SwitchQuirkBook.AcceptsInnerTags))) // RFC 7348 section 6.1.
        {
            return;
        }

        if (_quirks.Has(SwitchQuirkBook.LearnsFromTunnels) && _members.GetValueOrDefault(network) is [var somewhere, ..])
        {
            _learned.See(network, frame.Source, somewhere.Port, somewhere.Vlan);
        }

        if (!frame.Destination.IsGroup && _learned.TryFind(network, frame.Destination, out var place))
        {
            ToPort(place, wire);
            return;
        }

        if (!frame.Destination.IsGroup && _hardware.RemoteMacs.TryGetValue((network, frame.Destination), out var beyond))
        {
            if (_quirks.Has(SwitchQuirkBook.ForwardsBetweenTunnels))
            {
                ToTunnel(network, beyond, wire);
            }

            return; // It lives behind another tunnel, and what came from one never goes into one.
        }

        FloodToPorts(network, except: null, wire);
        if (_quirks.Has(SwitchQuirkBook.FloodsIntoTunnels))
        {
            FloodToTunnels(network, wire, remote);
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

    private readonly ref struct Inner(Vni vni, ReadOnlySpan<byte> frame)
    {
        public Vni Vni { get; } = vni;

        public ReadOnlySpan<byte> Frame { get; } = frame;
    }
}

/// <summary>Receives a frame that came out of a tunnel. The bytes are valid during the call only.</summary>
internal delegate void TunnelFrameHandler(IpAddress remote, ReadOnlySpan<byte> frame);
