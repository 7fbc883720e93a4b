using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two simulated hosts.</summary>
public sealed class VirtualWorld : IContractWorld
{
    public string ServerAddress => "192.0.2.11";

    public string ServerAddress6 => "2001:db8::11";

    public void Run(Func<IHost, IHost, Task> body)
    {
        var simulation = new SimulatedWorld(seed: 7);
        var server = simulation.AddHost("server", ServerAddress, ServerAddress6);
        var client = simulation.AddHost("client", "192.0.2.12");
        simulation.AddBroker();
        simulation.At(TimeSpan.FromSeconds(30), () => throw new SimulationException("the body took more than 30 virtual seconds"));
        simulation.Run(() => body(server.Services, client.Services));
    }
}
