using VtepLab.HardwareVtep;
using VtepLab.Packets;
using VtepLab.Runtime;

namespace VtepLab.Emulators.HardwareVtep;

/// <summary>A network as the forwarding plane looks things up in it.</summary>
/// <param name="network">What the hardware state says of it.</param>
internal sealed class Segment(HardwareNetwork network)
{
    /// <summary>Its logical switch.</summary>
    public RowId<LogicalSwitch> Id => network.Id;

    /// <summary>Its VNI, if it has one.</summary>
    public Vni? Vni => network.Vni;

    /// <summary>True when the switch itself makes the copies of a flooded frame.</summary>
    public bool ReplicatesAtSource => network.ReplicatesAtSource;

    /// <summary>The bindings, in the order of ports and VLANs.</summary>
    public List<VlanPort> Members { get; } = [];

    /// <summary>Where addresses live behind tunnels.</summary>
    public required RemoteMacs Remote { get; init; }

    /// <summary>Where flooded frames go.</summary>
    public IReadOnlyList<HardwareLocator> Flood { get; set; } = [];

    /// <summary>Where frames to single group addresses go instead.</summary>
    public Dictionary<MacAddress, IReadOnlyList<HardwareLocator>> Groups { get; } = [];

    /// <summary>The router that has interfaces here, if any.</summary>
    public HardwareRouter? Router { get; set; }

    /// <summary>The router's interfaces here.</summary>
    public List<HardwareInterface> Interfaces { get; } = [];
}

/// <summary>One VLAN of one port.</summary>
/// <param name="Port">The port's name.</param>
/// <param name="Vlan">The VLAN; 0 is untagged traffic.</param>
/// <param name="Segment">The network it belongs to.</param>
/// <param name="Wire">The port; null for one that is not plugged into anything.</param>
/// <param name="Counters">What passed.</param>
/// <param name="Acl">The rules on it; null for none.</param>
internal sealed record VlanPort(string Port, int Vlan, Segment Segment, IFramePort? Wire, BindingCounters Counters, HardwareAcl? Acl);
