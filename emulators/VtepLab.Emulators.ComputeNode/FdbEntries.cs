using VtepLab.Packets;

namespace VtepLab.Emulators.ComputeNode;

/// <summary>An address behind a VTEP, as l2population tells it.</summary>
/// <param name="Mac">The MAC address; zero stands for "floods go there too".</param>
/// <param name="Ip">Its IP address.</param>
public readonly record struct FdbPort(MacAddress Mac, IpAddress Ip)
{
    /// <summary>The entry 00:00:00:00:00:00, 0.0.0.0.</summary>
    public static FdbPort Flooding { get; } = new(default, IpAddress.V4(0));

    /// <summary>True for <see cref="Flooding"/>.</summary>
    public bool IsFlooding => Mac.IsZero;
}

/// <summary>The body of <c>add_fdb_entries</c> and <c>remove_fdb_entries</c> for one network.</summary>
/// <param name="Network">The network.</param>
/// <param name="SegmentationId">Its VNI.</param>
/// <param name="Ports">What is behind which VTEP.</param>
public sealed record FdbEntries(string Network, Vni SegmentationId, IReadOnlyDictionary<IpAddress, IReadOnlyList<FdbPort>> Ports)
{
    /// <summary>Entries behind one VTEP.</summary>
    public static FdbEntries Behind(string network, Vni vni, IpAddress vtep, params IReadOnlyList<FdbPort> ports) =>
        new(network, vni, new Dictionary<IpAddress, IReadOnlyList<FdbPort>> { [vtep] = ports });
}

/// <summary>The body of <c>update_fdb_entries</c>, <c>chg_ip</c>, for one network and VTEP.</summary>
/// <param name="Network">The network.</param>
/// <param name="Vtep">The VTEP the ports are behind.</param>
/// <param name="Before">Addresses that are gone.</param>
/// <param name="After">Addresses that are new.</param>
public sealed record FdbIpChange(string Network, IpAddress Vtep, IReadOnlyList<FdbPort> Before, IReadOnlyList<FdbPort> After);
