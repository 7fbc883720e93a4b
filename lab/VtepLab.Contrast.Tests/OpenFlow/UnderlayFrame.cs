using System.Buffers.Binary;
using VtepLab.Packets;

namespace VtepLab.Contrast.Tests.OpenFlow;

/// <summary>A frame on the underlay in words, every byte of it but the UDP source port, which each switch takes from a hash of its own.</summary>
internal static class UnderlayFrame
{
    private const int UdpAt = EthernetFrame.HeaderSize + IPv4Packet.HeaderSize;
    private const int VxlanAt = UdpAt + UdpDatagram.HeaderSize;
    private const int InnerAt = VxlanAt + VxlanHeader.Size;

    /// <summary>The fields from the outside in; the bytes alone when it is not VXLAN over IPv4 without options.</summary>
    public static string Describe(byte[] frame)
    {
        if (!IsVxlan(frame))
        {
            return Convert.ToHexStringLower(frame);
        }

        var (ip, udp, vxlan) = (frame[EthernetFrame.HeaderSize..UdpAt], frame[UdpAt..VxlanAt], frame[VxlanAt..InnerAt]);
        return string.Join(' ', new[]
        {
            $"eth dst {Hex(frame[..6])} src {Hex(frame[6..12])} type {Hex(frame[12..14])}",
            $"ip tos {ip[1]} length {Half(ip, 2)} id {Half(ip, 4)} flags {Hex(ip[6..8])} ttl {ip[8]} proto {ip[9]} sum {Hex(ip[10..12])} src {Hex(ip[12..16])} dst {Hex(ip[16..])}",
            $"udp dst {Half(udp, 2)} length {Half(udp, 4)} sum {Hex(udp[6..])}",
            $"vxlan flags {Hex(vxlan[..4])} vni {Hex(vxlan[4..7])} reserved {Hex(vxlan[7..])}",
            $"inner {Hex(frame[InnerAt..])}",
        });
    }

    /// <summary>The UDP source port.</summary>
    public static ushort SourcePort(byte[] frame) => Half(frame, UdpAt);

    /// <summary>True for VXLAN over IPv4 without options.</summary>
    public static bool IsVxlan(byte[] frame) =>
        frame.Length >= InnerAt && Half(frame, 12) == EtherTypes.IPv4 && frame[EthernetFrame.HeaderSize] == 0x45
        && frame[EthernetFrame.HeaderSize + 9] == IpProtocols.Udp && Half(frame, UdpAt + 2) == VxlanHeader.UdpPort;

    private static ushort Half(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
