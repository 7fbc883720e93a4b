using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <content>What the underlay brings: questions for the switch's addresses, answers, echoes, and packets from tunnels.</content>
internal sealed partial class Underlay
{
    private void Receive(ReadOnlySpan<byte> wire)
    {
        if (!EthernetFrame.TryRead(wire, out var frame) || frame.TagCount > 0 || (frame.Destination != _mac && !frame.Destination.IsGroup))
        {
            return;
        }

        if (frame.EtherType == EtherTypes.Arp && ArpPacket.TryRead(frame.Payload, out var arp))
        {
            Receive(arp);
        }
        else if (frame.EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var v4) && v4.HasRightChecksum && !v4.IsFragment
            && IsOwn(v4.Destination))
        {
            Receive(frame.Source, v4.Source, v4.Destination, v4.Protocol, v4.Payload);
        }
        else if (frame.EtherType == EtherTypes.IPv6 && IPv6Packet.TryRead(frame.Payload, out var v6) && v6.TryReadUpperLayer(out var protocol, out var payload))
        {
            if (protocol == IpProtocols.IcmpV6 && NeighborMessage.TryRead(v6, payload, out var message))
            {
                Receive(frame.Source, v6.Source, message);
            }
            else if (IsOwn(v6.Destination))
            {
                Receive(frame.Source, v6.Source, v6.Destination, protocol, payload);
            }
        }
    }

    private bool IsOwn(IpAddress address)
    {
        for (var i = 0; i < _own.Count; i++)
        {
            if (_own[i] == address)
            {
                return true;
            }
        }

        return false;
    }

    private void Receive(ArpPacket arp)
    {
        if (!arp.SenderIp.IsUnspecified && (IsOwn(arp.TargetIp) || _neighbours.Knows(arp.SenderIp)))
        {
            Learn(arp.SenderIp, arp.SenderMac);
        }

        if (arp.Operation == ArpPacket.Request && IsOwn(arp.TargetIp))
        {
            _port.Send(Frames.Arp(new ArpPacket(ArpPacket.Reply, _mac, arp.TargetIp, arp.SenderMac, arp.SenderIp)));
        }
    }

    private void Receive(MacAddress from, IpAddress source, NeighborMessage message)
    {
        if (!message.IsSolicitation)
        {
            if (message.LinkAddress is { } told && _neighbours.Knows(message.Target) && !told.IsGroup)
            {
                Learn(message.Target, told);
            }

            return;
        }

        if (!IsOwn(message.Target))
        {
            return;
        }

        if (message.LinkAddress is { } asker && !asker.IsGroup)
        {
            Learn(source, asker);
        }

        // Who asks without an address of its own is testing whether the target is taken; everybody is told (RFC 4861 section 7.2.4).
        var everybody = source.IsUnspecified;
        var answer = new NeighborMessage(IsSolicitation: false, message.Target, _mac, IsSolicited: !everybody, IsOverride: true);
        var to = everybody ? IpAddress.Parse("ff02::1") : source;
        _port.Send(Frames.Neighbor(answer, message.Target, to, _mac, everybody ? MacAddress.OfGroup(to) : from));
    }

    private void Receive(MacAddress from, IpAddress source, IpAddress destination, byte protocol, ReadOnlySpan<byte> payload)
    {
        if (protocol == IpProtocols.Udp && UdpDatagram.TryRead(payload, out var datagram))
        {
            Received?.Invoke(source, destination, datagram);
        }
        else if (protocol == (source.IsV6 ? IpProtocols.IcmpV6 : IpProtocols.Icmp) && IcmpEcho.TryRead(payload, source, destination, out var echo) && echo.IsRequest)
        {
            var reply = Frames.Echo(destination, source, isRequest: false, echo.Identifier, echo.SequenceNumber, echo.Data);
            _port.Send(Frames.Ethernet(from, _mac, TypeOf(source), reply));
        }
    }
}
