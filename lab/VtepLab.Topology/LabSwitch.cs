using System.Collections.Immutable;
using VtepLab.Runtime;

namespace VtepLab.Topology;

/// <summary>A switch of a lab, emulated or real.</summary>
/// <param name="Name">The name the scenario gives it, which is also the one the agents are configured with.</param>
/// <param name="Endpoint">Where its database is.</param>
/// <param name="Tls">Who we are to it, if it wants to know.</param>
/// <param name="PortNames">The switch's own name for each of the scenario's port names.</param>
/// <param name="Machine">The machine it is emulated on; null for a real one, which nobody here can reboot.</param>
public sealed record LabSwitch(
    string Name, Endpoint Endpoint, TlsIdentity? Tls, ImmutableSortedDictionary<string, string> PortNames, LabMachine? Machine)
{
    /// <summary>What the switch calls a port that the scenario calls so.</summary>
    public string Port(string name) => PortNames.TryGetValue(name, out var own) ? own : name;
}

/// <summary>A real device that stands for the switches of a scenario.</summary>
/// <param name="Endpoint">Where its database is.</param>
/// <param name="Tls">Who we are to it, if it wants to know.</param>
/// <param name="Ports">Ports that may be bound, in the order in which the scenario's ports take them; empty: any, as the database lists them.</param>
public sealed record LabDevice(Endpoint Endpoint, TlsIdentity? Tls = null, ImmutableArray<string> Ports = default);
