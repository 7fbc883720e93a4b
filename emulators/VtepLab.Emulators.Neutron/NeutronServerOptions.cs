using VtepLab.Neutron;
using VtepLab.OvsdbPeers;

namespace VtepLab.Emulators.Neutron;

/// <summary>What a Neutron server is made of.</summary>
public sealed record NeutronServerOptions : NeutronServiceOptions
{
    /// <summary>Where networks, subnets and ports are kept.</summary>
    public ModelDatabaseOptions Database { get; init; } = new() { File = "neutron.db" };

    /// <summary>The first VNI that a network gets which names none. Default 1.</summary>
    public int FirstVni { get; init; } = 1;

    /// <summary>The begin of the MAC addresses of ports, three octets. Default that of Neutron.</summary>
    public string BaseMac { get; init; } = "fa:16:3e";
}
