using VtepLab.HardwareVtep;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>Logical routers: IPv4 between the networks of one router (vtep(5), Logical_Router).</content>
/// <remarks>
/// The router is a distributed one: every switch routes what its own ports send, under one MAC address of its own in all networks, which
/// Arp_Sources_Local tells the others. What came out of a tunnel was routed by the switch at its other end if at all, so it is routed to
/// ports only; answers of the router itself go wherever the asker is.
/// </remarks>
internal sealed partial class ForwardingPlane
{
    private readonly MacAddress _routerMac;
    private readonly NeighborTable<(RowId<LogicalSwitch> Network, IpAddress Address)> _neighbours;
    private readonly byte[] _routed = new byte[65536];

    private void CompileRouters(HardwareState hardware)
    {
        foreach (var router in hardware.Routers)
        {
            foreach (var face in router.Interfaces)
            {
                if (_segments.TryGetValue(face.Network, out var segment))
                {
                    segment.Router = router;
                    segment.Interfaces.Add(face);
                }
            }
        }

        _neighbours.Forget(key => !(_segments.TryGetValue(key.Network, out var segment) && segment.Interfaces.Exists(i => i.Subnet.Contains(key.Address))));
    }

    /// <summary>Takes a frame that is for the router; false for one that the network must forward.</summary>
    private bool Routes(Segment segment, in EthernetFrame frame, bool isFromTunnel)
    {
        if (segment.Router is null)
        {
            return false;
        }

        var isForRouter = frame.Destination == _routerMac;
        if (frame.TagCount > 0)
        {
            return isForRouter; // A further tag of the tenant's own: the router has no interface in that VLAN.
        }

        if (frame.EtherType == EtherTypes.Arp && (isForRouter || frame.Destination.IsBroadcast) && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            return Hear(segment, arp) || isForRouter;
        }

        if (isForRouter && frame.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var packet) && packet.HasRightChecksum)
        {
            Route(segment, frame, packet, isFromTunnel);
        }

        return isForRouter;
    }

    /// <summary>Learns from an ARP packet and answers it; true for a request that was the router's to answer.</summary>
    private bool Hear(Segment segment, ArpPacket arp)
    {
        var face = segment.Interfaces.Find(i => i.Address == arp.TargetIp);
        var key = (segment.Id, arp.SenderIp);
        if (!arp.SenderMac.IsGroup && !arp.SenderMac.IsZero && !arp.SenderIp.IsUnspecified
            && (_neighbours.Knows(key) || (face is not null && face.Subnet.Contains(arp.SenderIp))))
        {
            foreach (var waited in _neighbours.Learn(key, arp.SenderMac))
            {
                Resend(segment, arp.SenderMac, waited);
            }
        }

        if (arp.Operation != ArpPacket.Request || face is null || _quirks.Has(SwitchQuirkBook.SilentInterfaces))
        {
            return false;
        }

        Originate(segment, Frames.Arp(new ArpPacket(ArpPacket.Reply, _routerMac, face.Address, arp.SenderMac, arp.SenderIp)));
        return true;
    }

    private void Route(Segment segment, in EthernetFrame frame, in IPv4Packet packet, bool isFromTunnel)
    {
        var (router, source, destination) = (segment.Router!, packet.Source, packet.Destination);
        var arrival = InterfaceTowards(segment, source);
        if (!Permits(arrival.Acl, frame, isIngress: true))
        {
            return;
        }

        if (HasAddress(router, destination))
        {
            Answer(segment, frame.Source, packet);
            return;
        }

        if (destination.IsMulticast || destination.IsBroadcast)
        {
            return;
        }

        if (packet.TimeToLive <= 1)
        {
            Complain(segment, frame.Source, arrival, packet, IcmpError.TimeExceeded);
            return;
        }

        if (!TryFindRoute(router, destination, out var face, out var nextHop) || !_segments.TryGetValue(face.Network, out var to))
        {
            Complain(segment, frame.Source, arrival, packet, IcmpError.NetworkUnreachable);
            return;
        }

        if (!Permits(face.Acl, frame, isIngress: false))
        {
            return;
        }

        var routed = _routed.AsSpan(0, frame.Wire.Length);
        frame.Wire.CopyTo(routed);
        if (!_quirks.Has(SwitchQuirkBook.KeepsTtl))
        {
            IPv4Packet.DecrementTimeToLive(routed[EthernetFrame.HeaderSize..]);
        }

        Deliver(to, face, nextHop, routed, isFromTunnel);
    }

    private static HardwareInterface InterfaceTowards(Segment segment, IpAddress source)
    {
        foreach (var face in segment.Interfaces)
        {
            if (face.Subnet.Contains(source))
            {
                return face;
            }
        }

        return segment.Interfaces[0];
    }

    private static bool HasAddress(HardwareRouter router, IpAddress address)
    {
        for (var i = 0; i < router.Interfaces.Count; i++)
        {
            if (router.Interfaces[i].Address == address)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The longest prefix that holds an address: a subnet of the router's own, or a static route.</summary>
    private bool TryFindRoute(HardwareRouter router, IpAddress destination, out HardwareInterface face, out IpAddress nextHop)
    {
        (face, nextHop) = (null!, destination);
        var length = -1;
        var pick = false;
        for (var i = 0; i < router.Interfaces.Count; i++)
        {
            if (router.Interfaces[i].Subnet is var subnet && subnet.Length > length && subnet.Contains(destination))
            {
                (face, length) = (router.Interfaces[i], subnet.Length);
            }
        }

        for (var i = 0; i < router.Routes.Count && !pick; i++)
        {
            var route = router.Routes[i];
            if (route.Prefix.Length > length && route.Prefix.Contains(destination))
            {
                (face, nextHop, pick) = (route.Through, route.NextHop, true); // They stand in the order in which they are asked.
            }
        }

        if (face is null && _quirks.Has(SwitchQuirkBook.OneVrf))
        {
            face = AnyTowards(destination)!;
        }

        return face is not null;
    }

    private HardwareInterface? AnyTowards(IpAddress destination) =>
        _hardware.Routers.SelectMany(r => r.Interfaces).FirstOrDefault(i => i.Subnet.Contains(destination));

    private void Deliver(Segment to, HardwareInterface face, IpAddress nextHop, Span<byte> frame, bool isFromTunnel)
    {
        if (_neighbours.TryFind((to.Id, nextHop), out var mac))
        {
            EthernetFrame.WriteHeader(frame, mac, _routerMac, EtherTypes.IPv4);
            EthernetFrame.TryRead(frame, out var ready);
            if (!isFromTunnel)
            {
                Forward(to, from: null, ready);
            }
            else if (_learned.TryFind(to.Id, mac, out var place) && _bindings.TryGetValue(place, out var port))
            {
                ToPort(port, ready);
            }

            return;
        }

        // What came from a tunnel is lost until the answer: it may leave through a port only, and where the neighbour is nobody knows yet.
        if (_neighbours.Wait((to.Id, nextHop), isFromTunnel ? [] : frame))
        {
            Originate(to, Frames.Arp(new ArpPacket(ArpPacket.Request, _routerMac, face.Address, default, nextHop)));
        }
    }

    private void Resend(Segment segment, MacAddress mac, byte[] frame)
    {
        if (frame.Length >= EthernetFrame.HeaderSize)
        {
            EthernetFrame.WriteHeader(frame, mac, _routerMac, EtherTypes.IPv4);
            Originate(segment, frame);
        }
    }

    private void Answer(Segment segment, MacAddress to, in IPv4Packet packet)
    {
        if (packet.Protocol == IpProtocols.Icmp && !packet.IsFragment && !_quirks.Has(SwitchQuirkBook.SilentInterfaces)
            && IcmpEcho.TryRead(packet.Payload, packet.Source, packet.Destination, out var echo) && echo.IsRequest)
        {
            var reply = Frames.Echo(packet.Destination, packet.Source, isRequest: false, echo.Identifier, echo.SequenceNumber, echo.Data);
            Originate(segment, Frames.Ethernet(to, _routerMac, EtherTypes.IPv4, reply));
        }
    }

    private void Complain(Segment segment, MacAddress to, HardwareInterface from, in IPv4Packet packet, IcmpError error)
    {
        if (IcmpError.MayAnswer(packet))
        {
            Originate(segment, Frames.Ethernet(to, _routerMac, EtherTypes.IPv4, Frames.IcmpError(from.Address, packet, error)));
        }
    }

    /// <summary>Sends a frame of the switch's own into a network.</summary>
    private void Originate(Segment segment, byte[] wire)
    {
        EthernetFrame.TryRead(wire, out var frame);
        Forward(segment, from: null, frame);
    }
}
