using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The fault <c>vni-reuse</c>: users delete a network that is connected, and its VNI, port and VLAN go to a new one at once; in the end they delete that.</summary>
/// <remarks>Subject is the switch, whose last port both networks are connected to. The networks are the fault's own, each with a machine.</remarks>
internal sealed class VniReuse
{
    /// <summary>The kind.</summary>
    public const string Kind = "vni-reuse";

    private const string Prefix = "reused ";
    private const long Vni = 7000;
    private const int Vlan = 70;
    private const string Node = "192.0.2.24";

    private readonly GatewayWorld _world;
    private readonly SimulatedLab _lab;
    private readonly Insistence _users;
    private bool _isUsed;
    private int _made;

    /// <summary>Does it in a lab from now on.</summary>
    public VniReuse(GatewayWorld world, SimulatedLab lab)
    {
        (_world, _lab, _users) = (world, lab, new Insistence(world, Kind));
        lab.World.SystemFaults[Kind] = Begin;
    }

    /// <summary>Whether a network is one of the fault's own, which comes and goes as the fault does.</summary>
    public static bool IsOwn(string network) => network.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Ends when the networks are gone.</summary>
    public Task SettledAsync() => _users.SettledAsync();

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        if (_isUsed)
        {
            return (null, false);
        }

        _isUsed = true;
        var (name, port) = (command.Subjects[0], _lab.Emulators[command.Subjects[0]].Options.Ports[^1]);
        (Connection Connection, string Mac) first = NextOn(name, port), second = NextOn(name, port);
        _users.Follow(async () =>
        {
            await MakeAsync(first);
            await DeleteAsync(first);
            await MakeAsync(second);
        });
        return (new FaultScope(() => _users.Follow(async () =>
        {
            await DeleteAsync(second);
            _isUsed = false;
        })), true);
    }

    private (Connection, string) NextOn(string name, string port) =>
        (_world.Connection($"{Prefix}{++_made}", name, port, Vlan), $"02:1a:0a:00:07:{_made:x2}");

    private async Task MakeAsync((Connection Connection, string Mac) network)
    {
        await _world.Cloud.AddNetworkAsync(network.Connection.Network, Vni);
        await _world.Cloud.StartMachineAsync(new Machine(network.Mac, "10.0.7.1", network.Connection.Network, Node));
        await _users.ConnectAsync(network.Connection);
    }

    // With the connection on it, as the original lets its users.
    private async Task DeleteAsync((Connection Connection, string Mac) network)
    {
        await _world.Cloud.StopMachineAsync(network.Mac);
        Cloud.Accepted(await _world.Cloud.DeleteNetworkAsync(network.Connection.Network));
    }
}
