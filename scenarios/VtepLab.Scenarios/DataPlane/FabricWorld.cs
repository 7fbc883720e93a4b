using VtepLab.Emulators.Endpoints;
using VtepLab.Topology;

namespace VtepLab.Scenarios.DataPlane;

/// <summary>What the steps about the data plane share: the fabric, its controller, and how much patience faults ask for.</summary>
public sealed class FabricWorld
{
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);

    private readonly ScenarioFaults _faults;

    /// <summary>A fabric without anything in it.</summary>
    public FabricWorld(LabWorld lab, ScenarioFaults faults)
    {
        _faults = faults;
        Lab = lab as SimulatedLab ?? throw new LabExpectationException("a fabric of emulated switches needs a simulated lab");
        Fabric = new Fabric(Lab);
        Controller = new FabricController(Fabric);
    }

    /// <summary>The lab.</summary>
    public SimulatedLab Lab { get; }

    /// <summary>The fabric.</summary>
    public Fabric Fabric { get; }

    internal FabricController Controller { get; }

    /// <summary>True when faults were drawn that the scenario does not speak of.</summary>
    internal bool HadFaults => _faults.Released.Count > 0;

    /// <summary>True when some of them made cables deliver frames twice.</summary>
    internal bool HadNoise => _faults.Released.Any(f => f.Kind == "link-noise");

    /// <summary>Who an endpoint is; VLAN 0 is untagged.</summary>
    internal static EndpointOptions At(string address, int vlan) => EndpointOptions.At(address, vlan: vlan == 0 ? null : vlan);

    internal FabricEndpoint Endpoint(string name) =>
        Fabric.Endpoints.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no server or VM \"{name}\"");

    internal LabSwitch Switch(string name) =>
        Lab.Switches.GetValueOrDefault(name) ?? throw new LabExpectationException($"the scenario has no switch \"{name}\"");

    /// <summary>Waits until something is so; faults that were drawn may go on and be recovered from first.</summary>
    internal async Task WaitAsync(Func<string?> problem, TimeSpan within) =>
        await Lab.UntilAsync(_ => Task.FromResult(true), _ => problem(), Patience(within));

    /// <summary>The time a step says, more while faults that were drawn are going on.</summary>
    internal TimeSpan Patience(TimeSpan within)
    {
        var over = _faults.Released.Select(f => f.At + f.Duration).DefaultIfEmpty(TimeSpan.MinValue).Max();
        return over + Recovery <= Lab.World.Now ? within : within + over + Recovery - Lab.World.Now;
    }
}
