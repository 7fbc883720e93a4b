using VtepLab.Packets;

namespace VtepLab.OpenFlow.Switching;

/// <summary>The IP network under the tunnels, as a switch uses it.</summary>
public interface ITunnelUnderlay
{
    /// <summary>Bytes in front of the UDP payload that <see cref="Send"/> may write its headers into.</summary>
    const int Headroom = 46;

    /// <summary>Sends a UDP datagram.</summary>
    /// <param name="buffer">The payload, and at least <see cref="Headroom"/> bytes of room in front of it that may be overwritten.</param>
    /// <param name="payloadAt">Where in the buffer the payload starts.</param>
    /// <param name="source">The source address.</param>
    /// <param name="destination">The destination address.</param>
    /// <param name="sourcePort">The source port.</param>
    /// <param name="destinationPort">The destination port.</param>
    /// <param name="trafficClass">DSCP and congestion bits.</param>
    void Send(
        Span<byte> buffer, int payloadAt, IpAddress source, IpAddress destination, ushort sourcePort, ushort destinationPort, byte trafficClass);
}
