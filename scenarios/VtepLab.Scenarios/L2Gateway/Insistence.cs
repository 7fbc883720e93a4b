using VtepLab.Neutron.Rest;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>Users who ask Neutron one thing after the other, each until it is carried out, beside what else happens in a scenario.</summary>
internal sealed class Insistence(GatewayWorld world, string kind)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10); // Longer than any fault; who waits for the end waits no longer.

    private Task _last = Task.CompletedTask;

    /// <summary>Ends when all that was asked for is carried out.</summary>
    public Task SettledAsync() => _last;

    /// <summary>Asks for something when what was asked for before is carried out.</summary>
    public void Follow(Func<Task> next)
    {
        var (before, ended) = (_last, new TaskCompletionSource());
        _last = ended.Task;
        world.Lab.Driver.Spawn(kind, async _ =>
        {
            await before;
            await next();
            ended.SetResult();
        });
    }

    /// <summary>Connects a network.</summary>
    public Task ConnectAsync(Connection connection) => UntilAsync(
        () => world.TryConnectAsync(connection),
        async answer => answer.Status == 201 || (answer.Status == 409 && await world.TryFindAsync(connection))); // An earlier request was carried out and its answer lost.

    /// <summary>Deletes what has an id, or is gone already.</summary>
    public Task DeleteAsync(string path) => UntilAsync(
        () => world.Controllers.RequestAsync("DELETE", path), answer => Task.FromResult(answer.Status is 204 or 404));

    private async Task UntilAsync(Func<Task<RestResponse>> ask, Func<RestResponse, Task<bool>> isDone)
    {
        var start = world.Lab.Driver.Time.GetTimestamp();
        while (await ask() is var answer && !await isDone(answer))
        {
            if (world.Lab.Driver.Time.GetElapsedTime(start) > Patience)
            {
                throw new LabExpectationException($"{kind}: Neutron still answers {answer.Status} {answer.Body?.ToJsonString()} after {Patience.TotalSeconds} s");
            }

            await world.Lab.Driver.DelayAsync(Again);
        }
    }
}
