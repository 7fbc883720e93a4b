using System.Net;
using VtepLab.Hosting;
using VtepLab.Scenarios;
using VtepLab.Topology;

namespace VtepLab.Cli.Labs;

/// <summary>The real peers of live scenarios: a RabbitMQ and an ovsdb-server that plays the switch, in a folder that goes with them.</summary>
internal sealed class ScenarioPeers : IAsyncDisposable
{
    private const string Switch = "leaf1";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vteplab-");
    private readonly RunningLab _lab;
    private readonly LabNode? _switch;

    private ScenarioPeers(bool withBroker, bool withSwitch)
    {
        _switch = withSwitch ? new LabNode(Switch, "ovsdb-server") { Listen = FreeEndpoint(), Ports = ["p1", "p2"], TunnelIp = "192.0.2.101" } : null;
        var broker = new LabNode("rabbitmq", "rabbitmq") { Port = FreeEndpoint().Port };
        HasBroker = withBroker;
        _lab = new RunningLab(new LabFile("scenarios", [.. withBroker ? [broker] : Array.Empty<LabNode>(), .. _switch is null ? [] : new[] { _switch }]), _folder.FullName);
    }

    private bool HasBroker { get; }

    /// <summary>Starts them.</summary>
    /// <exception cref="CommandException">One of them is not installed, or does not start.</exception>
    public static async Task<ScenarioPeers> StartAsync(bool withBroker, bool withSwitch, CancellationToken cancel)
    {
        var peers = new ScenarioPeers(withBroker, withSwitch);
        try
        {
            await peers._lab.StartAsync((_, _) => { }, cancel);
        }
        catch // Whatever it was, an interrupt too: what was started goes, with its folder.
        {
            await peers.DisposeAsync();
            throw;
        }

        return peers;
    }

    /// <summary>The options with what was started.</summary>
    public ScenarioRunOptions Give(ScenarioRunOptions options) => options with
    {
        Bus = HasBroker ? new Uri(_lab.BusUrl) : options.Bus,
        Device = _switch is { } started ? new LabDevice(started.DatabaseEndpoint, null, started.Ports) : options.Device,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static IPEndPoint FreeEndpoint() => new(IPAddress.Loopback, FreePort.Take());
}
