using VtepLab.Neutron.Rest;
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
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // Longer than any fault; who waits for the end waits no longer.

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
        await UntilAsync(() => _world.Controllers.RequestAsync("DELETE", $"/l2-gateway-connections/{id}"), answer => answer.Status is 204 or 404);
        await UntilAsync(
            () => _world.TryConnectAsync(comes),
            async answer => answer.Status == 201 || (answer.Status == 409 && await _world.TryFindAsync(comes))); // An earlier request was carried out and its answer lost.
    }

    private Task UntilAsync(Func<Task<RestResponse>> ask, Func<RestResponse, bool> isDone) => UntilAsync(ask, answer => Task.FromResult(isDone(answer)));

    private async Task UntilAsync(Func<Task<RestResponse>> ask, Func<RestResponse, Task<bool>> isDone)
    {
        var start = _world.Lab.Driver.Time.GetTimestamp();
        while (await ask() is var answer && !await isDone(answer))
        {
            if (_world.Lab.Driver.Time.GetElapsedTime(start) > Patience)
            {
                throw new LabExpectationException($"{Kind}: Neutron still answers {answer.Status} {answer.Body?.ToJsonString()} after {Patience.TotalSeconds} s");
            }

            await _world.Lab.Driver.DelayAsync(Again);
        }
    }
}
