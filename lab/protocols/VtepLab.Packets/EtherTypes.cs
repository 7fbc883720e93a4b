namespace VtepLab.Packets;

/// <summary>The Ethernet types the lab knows (IEEE registry).</summary>
public static class EtherTypes
{
    /// <summary>IPv4.</summary>
    public const ushort IPv4 = 0x0800;

    /// <summary>ARP.</summary>
    public const ushort Arp = 0x0806;

    /// <summary>An IEEE 802.1Q customer tag.</summary>
    public const ushort Vlan = 0x8100;

    /// <summary>IPv6.</summary>
    public const ushort IPv6 = 0x86DD;

    /// <summary>An IEEE 802.1ad service tag.</summary>
    public const ushort ServiceVlan = 0x88A8;

    /// <summary>LLDP.</summary>
    public const ushort Lldp = 0x88CC;
}

/// <summary>The IP protocol numbers the lab knows (IANA registry).</summary>
public static class IpProtocols
{
    /// <summary>ICMP.</summary>
    public const byte Icmp = 1;

    /// <summary>TCP.</summary>
    public const byte Tcp = 6;

    /// <summary>UDP.</summary>
    public const byte Udp = 17;

    /// <summary>SCTP.</summary>
    public const byte Sctp = 132;

    /// <summary>ICMPv6.</summary>
    public const byte IcmpV6 = 58;
}
