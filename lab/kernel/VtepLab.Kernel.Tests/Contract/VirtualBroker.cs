using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>The simulated broker.</summary>
public sealed class VirtualBroker : IBrokerWorld
{
    private SimulatedWorld _world = new(0);
    private WarningLog _log = new();

    public IReadOnlyList<string> Warnings => _log.Lines;

    public void Run(Func<IHost, IHost, Task> body, bool isImpatient = false, int largest = 0)
    {
        _world = new SimulatedWorld(7, new SimulationOptions { Logs = _log = new WarningLog() });
        var (client, server) = (_world.AddHost("client"), _world.AddHost("server"));
        _world.AddBroker();
        _world.Bus.MaxMessageSize = largest > 0 ? largest : _world.Bus.MaxMessageSize;
        _world.At(TimeSpan.FromMinutes(2), () => throw new SimulationException("the body took more than 2 virtual minutes"));
        _world.Run(() => body(server.Services, client.Services));
    }

    public Task BlockAsync(bool isBlocked)
    {
        _world.Bus.IsBlocked = isBlocked;
        return Task.CompletedTask;
    }

    public Task RefuseAsync(bool isRefused, string topic)
    {
        _world.Bus.Refusal = isRefused ? 1 : 0;
        return Task.CompletedTask;
    }

    public Task CloseStuckChannelAsync()
    {
        Assert.That(_world.Bus.CloseChannel(1)); // The last that began to consume: the server's.
        return Task.CompletedTask;
    }

    public Task DeleteQueueAsync(string topic)
    {
        Assert.That(_world.Bus.DeleteQueue($"neutron/{topic}"));
        return Task.CompletedTask;
    }

    public Task PoisonAsync(string topic, string body)
    {
        JsonNode node;
        try
        {
            node = JsonNode.Parse(body)!;
        }
        catch (JsonException)
        {
            node = JsonValue.Create(body); // Its wire carries JSON only.
        }

        Assert.That(_world.Bus.Poison($"neutron/{topic}", node));
        return Task.CompletedTask;
    }
}
