namespace VtepLab.OpenFlow.Fields;

/// <summary>How a field's value is written in ovs-ofctl's words.</summary>
public enum FieldNotation
{
    /// <summary>A decimal number; hexadecimal with a mask.</summary>
    Decimal,

    /// <summary>A hexadecimal number with 0x.</summary>
    Hexadecimal,

    /// <summary>Six pairs of hexadecimal digits.</summary>
    Mac,

    /// <summary>Dotted decimal, masks as a prefix length where they are one.</summary>
    IPv4,

    /// <summary>RFC 5952, masks as a prefix length where they are one.</summary>
    IPv6,

    /// <summary>A port number or the name of a reserved port.</summary>
    Port,
}

/// <summary>What a frame has to be before a field means anything; Open vSwitch's "prerequisites".</summary>
public enum FieldNeeds
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>An 802.1Q tag.</summary>
    Vlan,

    /// <summary>ARP or RARP.</summary>
    Arp,

    /// <summary>IPv4.</summary>
    IPv4,

    /// <summary>IPv6.</summary>
    IPv6,

    /// <summary>IPv4 or IPv6.</summary>
    Ip,

    /// <summary>TCP over either.</summary>
    Tcp,

    /// <summary>UDP over either.</summary>
    Udp,

    /// <summary>ICMP over IPv4.</summary>
    Icmp,

    /// <summary>ICMPv6.</summary>
    IcmpV6,

    /// <summary>ICMPv6 neighbour solicitation or advertisement.</summary>
    NeighbourDiscovery,
}

/// <summary>One field of <see cref="FlowKey"/>.</summary>
/// <param name="Name">The name that <c>set_field</c> and a learn specification print.</param>
/// <param name="SubfieldName">The name that <c>load</c>, <c>move</c> and <c>output</c> print: NXM where there is one, else OXM.</param>
/// <param name="Word">The word of the key it lies in; the first of two for 128 bits.</param>
/// <param name="Shift">Its lowest bit there.</param>
/// <param name="Bits">Its width: 1 to 64, or 128.</param>
/// <param name="Notation">How its values are written.</param>
/// <param name="Needs">What a frame has to be.</param>
/// <param name="IsWritable">Whether actions may set it.</param>
/// <param name="Aliases">Other names it is accepted by.</param>
public sealed record FlowField(
    string Name, string SubfieldName, int Word, int Shift, int Bits, FieldNotation Notation, FieldNeeds Needs, bool IsWritable,
    params string[] Aliases)
{
    /// <summary>True for the 128 bits of an IPv6 address.</summary>
    public bool IsWide => Bits == 128;

    /// <summary>As many low bits as the field (or each half of it) has.</summary>
    public ulong LowMask { get; } = Bits >= 64 ? ulong.MaxValue : (1UL << Bits) - 1;

    /// <summary>As many low bits as the whole field has.</summary>
    public UInt128 FullMask { get; } = Bits == 128 ? UInt128.MaxValue : (UInt128.One << Bits) - 1;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
