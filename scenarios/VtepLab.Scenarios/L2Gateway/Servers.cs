using VtepLab.Emulators.Endpoints;
using VtepLab.Packets;
using VtepLab.Simulation;
using VtepLab.Topology;
using Endpoint = VtepLab.Emulators.Endpoints.Endpoint;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Bare-metal servers behind the ports of emulated switches; one machine a port, which speaks with any address.</summary>
internal sealed class Servers(SimulatedLab lab)
{
    private readonly Dictionary<(string Switch, string Port), SimulatedHost> _plugged = [];

    /// <summary>A server sends something to everybody, several times, as servers do that get no answer: what is just being bound does not pass the first.</summary>
    public async Task SpeakAsync(string mac, int vlan, string name, string port)
    {
        using var server = new Endpoint(PluggedInto(name, port).Services, EndpointOptions.At("10.0.0.200", vlan: vlan == 0 ? null : vlan));
        for (var frame = 0; frame < 5; frame++)
        {
            server.SendFrame(MacAddress.Broadcast, MacAddress.Parse(mac), EtherTypes.Arp, new byte[46]);
            await lab.Driver.DelayAsync(TimeSpan.FromMilliseconds(50), lab.Driver.Stopping);
        }
    }

    private SimulatedHost PluggedInto(string name, string port)
    {
        if (!_plugged.TryGetValue((name, port), out var host))
        {
            _plugged[(name, port)] = host = lab.World.AddHost($"server on {name} {port}");
            lab.World.Link(host.AddPort("eth0"), (SimulatedPort)lab.World.Hosts[name].Services.FramePorts[port]);
        }

        return host;
    }
}
