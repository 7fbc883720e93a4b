using VtepLab.Packets;

namespace VtepLab.Emulators.Endpoints;

/// <summary>Who an endpoint is: a VM, or a bare-metal server on a switch port.</summary>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="PrefixLength">How many of its bits are the network's.</param>
/// <param name="Gateway">Who takes what is for other networks; null when nobody does.</param>
/// <param name="Vlan">The VLAN it tags its frames with, on a trunk port; null for untagged.</param>
public sealed record EndpointOptions(MacAddress Mac, IpAddress Address, int PrefixLength = 24, IpAddress? Gateway = null, int? Vlan = null)
{
    /// <summary>An endpoint whose MAC address is 02:1a: and its IPv4 address.</summary>
    public static EndpointOptions At(string address, string? gateway = null, int? vlan = null)
    {
        var ip = IpAddress.Parse(address);
        Span<byte> bytes = stackalloc byte[16];
        ip.Write(bytes[2..]);
        (bytes[0], bytes[1]) = (0x02, 0x1A);
        return new EndpointOptions(new MacAddress(bytes), ip, Gateway: gateway is null ? null : IpAddress.Parse(gateway), Vlan: vlan);
    }
}
