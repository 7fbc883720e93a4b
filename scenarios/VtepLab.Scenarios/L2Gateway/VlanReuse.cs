using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The fault <c>vlan-reuse</c>: users disconnect a network and give its VLAN on the same port to another one at once; in the end they give it back.</summary>
/// <remarks>Subject is the switch: it happens to its oldest connection. Each request is made until it is carried out, and they follow one another.</remarks>
internal sealed class VlanReuse
{
    /// <summary>The kind.</summary>
    public const string Kind = "vlan-reuse";

    private readonly GatewayWorld _world;
    private readonly Insistence _users;
    private bool _isLent;

    /// <summary>Does it in a lab from now on.</summary>
    public VlanReuse(GatewayWorld world, SimulatedLab lab)
    {
        (_world, _users) = (world, new Insistence(world, Kind));
        lab.World.SystemFaults[Kind] = Begin;
    }

    /// <summary>Ends when every network has its VLAN back.</summary>
    public Task SettledAsync() => _users.SettledAsync();

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var cloud = _world.Cloud;
        if (_isLent || cloud.Connections.FirstOrDefault(c => c.Switch == command.Subjects[0]) is not { } mine
            || cloud.Networks.FirstOrDefault(n => !VniReuse.IsOwn(n) && cloud.Connections.TrueForAll(c => c.Network != n)) is not { } unconnected)
        {
            return (null, false);
        }

        var other = mine with { Network = unconnected };
        _isLent = true;
        _users.Follow(() => ExchangeAsync(mine, other));
        return (new FaultScope(() => _users.Follow(async () =>
        {
            await ExchangeAsync(other, mine);
            _isLent = false;
        })), true);
    }

    private async Task ExchangeAsync(Connection gone, Connection comes)
    {
        if (_world.Cloud.Connections.Contains(gone)) // Nobody else has disconnected it meanwhile.
        {
            await _users.DeleteAsync($"/l2-gateway-connections/{_world.Cloud.Forget(gone)}");
            await _users.ConnectAsync(comes);
        }
    }
}
