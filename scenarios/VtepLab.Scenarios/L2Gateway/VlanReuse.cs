using VtepLab.Simulation;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The fault <c>vlan-reuse</c>: users disconnect a network and give its VLAN on the same port to another one at once; in the end they give it back.</summary>
/// <remarks>Subject is the switch: it happens to its oldest connection. Each request is made until it is carried out, and they follow one another.</remarks>
internal sealed class VlanReuse
{
    /// <summary>The kind.</summary>
    public const string Kind = "vlan-reuse";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly GatewayWorld _world;
    private Task _last = Task.CompletedTask;
    private bool _isLent;

    /// <summary>Does it in a lab from now on.</summary>
    public VlanReuse(GatewayWorld world, SimulatedLab lab)
    {
        _world = world;
        lab.World.SystemFaults[Kind] = Begin;
    }

    /// <summary>Ends when every network has its VLAN back.</summary>
    public Task SettledAsync() => _last;

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var cloud = _world.Cloud;
        if (_isLent || cloud.Connections.FirstOrDefault(c => c.Switch == command.Subjects[0]) is not { } mine
            || cloud.Networks.FirstOrDefault(n => cloud.Connections.TrueForAll(c => c.Network != n)) is not { } unconnected)
        {
            return (null, false);
        }

        var other = mine with { Network = unconnected };
        _isLent = true;
        Follow(() => ExchangeAsync(mine, other));
        return (new FaultScope(() => Follow(async () =>
        {
            await ExchangeAsync(other, mine);
            _isLent = false;
        })), true);
    }

    private void Follow(Func<Task> next)
    {
        var (before, ended) = (_last, new TaskCompletionSource());
        _last = ended.Task;
        _world.Lab.Driver.Spawn(Kind, async _ =>
        {
            await before;
            await next();
            ended.SetResult();
        });
    }

    private async Task ExchangeAsync(Connection gone, Connection comes)
    {
        if (!_world.Cloud.Connections.Contains(gone))
        {
            return; // Somebody else has disconnected it meanwhile.
        }

        var id = _world.Cloud.Forget(gone);
        while ((await _world.Controllers.RequestAsync("DELETE", $"/l2-gateway-connections/{id}")).Status is not (204 or 404))
        {
            await _world.Lab.Driver.DelayAsync(Again);
        }

        while ((await _world.TryConnectAsync(comes)).Status != 201)
        {
            await _world.Lab.Driver.DelayAsync(Again);
        }
    }
}
