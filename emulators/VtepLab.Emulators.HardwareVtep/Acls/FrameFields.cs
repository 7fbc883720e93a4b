using System.Buffers.Binary;
using VtepLab.Packets;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>The fields of a frame that access lists look at; read once, without copies.</summary>
internal readonly ref struct FrameFields
{
    /// <summary>Reads a frame; fields that it does not have stay unset.</summary>
    public FrameFields(in EthernetFrame frame)
    {
        (Source, Destination, EtherType) = (frame.Source, frame.Destination, frame.EtherType);
        byte protocol;
        ReadOnlySpan<byte> payload;
        bool hasUpperLayer;
        if (EtherType == EtherTypes.IPv4 && IPv4Packet.TryRead(frame.Payload, out var v4))
        {
            (SourceIp, DestinationIp, protocol) = (v4.Source, v4.Destination, v4.Protocol);
            payload = v4.Payload;
            hasUpperLayer = v4.FragmentOffset == 0;
        }
        else if (EtherType == EtherTypes.IPv6 && IPv6Packet.TryRead(frame.Payload, out var v6))
        {
            (SourceIp, DestinationIp) = (v6.Source, v6.Destination);
            hasUpperLayer = v6.TryReadUpperLayer(out protocol, out payload);
        }
        else
        {
            return;
        }

        (IsIp, Protocol) = (true, protocol);
        if (!hasUpperLayer)
        {
            return; // A later fragment says which protocol it belongs to, and nothing of ports, flags or types.
        }

        if (protocol is IpProtocols.Tcp or IpProtocols.Udp or IpProtocols.Sctp && payload.Length >= 4)
        {
            HasPorts = true;
            SourcePort = BinaryPrimitives.ReadUInt16BigEndian(payload);
            DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
            HasTcpFlags = protocol == IpProtocols.Tcp && payload.Length >= 14;
            TcpFlags = HasTcpFlags ? BinaryPrimitives.ReadUInt16BigEndian(payload[12..]) & 0xFFF : 0;
        }
        else if (protocol is IpProtocols.Icmp or IpProtocols.IcmpV6 && payload.Length >= 2)
        {
            (HasIcmp, IcmpType, IcmpCode) = (true, payload[0], payload[1]);
        }
    }

    public MacAddress Source { get; }

    public MacAddress Destination { get; }

    public ushort EtherType { get; }

    public bool IsIp { get; }

    public IpAddress SourceIp { get; }

    public IpAddress DestinationIp { get; }

    public byte Protocol { get; }

    public bool HasPorts { get; }

    public ushort SourcePort { get; }

    public ushort DestinationPort { get; }

    public bool HasTcpFlags { get; }

    public int TcpFlags { get; }

    public bool HasIcmp { get; }

    public byte IcmpType { get; }

    public byte IcmpCode { get; }
}
