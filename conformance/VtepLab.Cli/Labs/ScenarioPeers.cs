using System.Net;
using VtepLab.Hosting;
using VtepLab.Scenarios;
using VtepLab.Topology;

namespace VtepLab.Cli.Labs;

/// <summary>The real peers of live scenarios: a RabbitMQ and two ovsdb-servers that play the switches, in a folder that goes with them.</summary>
internal sealed class ScenarioPeers : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vteplab-");
    private readonly RunningLab _lab;
    private readonly LabNode[] _switches;

    private ScenarioPeers(bool withBroker, bool withSwitches)
    {
        _switches = withSwitches ? [Switch("leaf1", "192.0.2.101"), Switch("leaf2", "192.0.2.102")] : [];
        var broker = new LabNode("rabbitmq", "rabbitmq") { Port = FreeEndpoint().Port };
        HasBroker = withBroker;
        _lab = new RunningLab(new LabFile("scenarios", [.. withBroker ? [broker] : Array.Empty<LabNode>(), .. _switches]), _folder.FullName);
    }

    private bool HasBroker { get; }

    /// <summary>Starts them.</summary>
    /// <exception cref="CommandException">One of them is not installed, or does not start.</exception>
    public static async Task<ScenarioPeers> StartAsync(bool withBroker, bool withSwitches, CancellationToken cancel)
    {
        var peers = new ScenarioPeers(withBroker, withSwitches);
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
        Devices = _switches.Length > 0 ? [.. _switches.Select(s => new LabDevice(s.DatabaseEndpoint, null, s.Ports))] : options.Devices,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _lab.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static LabNode Switch(string name, string tunnelIp) =>
        new(name, "ovsdb-server") { Listen = FreeEndpoint(), Ports = ["p1", "p2"], TunnelIp = tunnelIp };

    private static IPEndPoint FreeEndpoint() => new(IPAddress.Loopback, FreePort.Take());
}
