using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using IConnection = RabbitMQ.Client.IConnection;

namespace VtepLab.Hosting;

/// <summary>A host's two connections to one broker, as oslo.messaging has them: one to publish over, one to consume over.</summary>
/// <remarks>
/// A broker that is short of memory reads nothing more from a connection that has published. What was consumed is acknowledged all the
/// same, for that goes over the other one. Neither is of use without the other: when one is lost, both are.
/// </remarks>
internal sealed class RabbitLink : IAsyncDisposable
{
    private readonly TaskCompletionSource<string> _lost = new();

    private RabbitLink(IConnection consuming, IConnection publishing) => (Consuming, Publishing) = (consuming, publishing);

    /// <summary>What is consumed comes over this one, and its acknowledgements go.</summary>
    public IConnection Consuming { get; }

    /// <summary>What is published goes over this one.</summary>
    public IConnection Publishing { get; }

    /// <summary>True while both are there.</summary>
    public bool IsOpen => Consuming.IsOpen && Publishing.IsOpen;

    /// <summary>Ends, on the host's loop, when one of them is lost, with the reason.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Connects.</summary>
    /// <param name="factory">How.</param>
    /// <param name="loop">The host's loop, where what happens to them is told.</param>
    /// <param name="log">Where it is logged that the broker takes nothing for now.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<RabbitLink> OpenAsync(ConnectionFactory factory, SynchronizationContext loop, ILogger log, CancellationToken cancel)
    {
        var consuming = await factory.CreateConnectionAsync(cancel);
        try
        {
            var link = new RabbitLink(consuming, await factory.CreateConnectionAsync(cancel));
            foreach (var connection in (IConnection[])[link.Consuming, link.Publishing])
            {
                connection.ConnectionShutdownAsync += (_, reason) => Told(_ => link._lost.TrySetResult(reason.ReplyText));
            }

            link.Publishing.ConnectionBlockedAsync += (_, blocked) => Told(_ => log.LogWarning("the broker takes no messages for now: {Reason}", blocked.Reason));
            link.Publishing.ConnectionUnblockedAsync += (_, _) => Told(_ => log.LogInformation("the broker takes messages again"));
            return link;
        }
        catch // Whatever it was, nobody else ends the first of the two connections.
        {
            await consuming.DisposeAsync();
            throw;
        }

        Task Told(SendOrPostCallback what)
        {
            loop.Post(what, null);
            return Task.CompletedTask;
        }
    }

    /// <summary>True for one of the two.</summary>
    public bool Has(IConnection connection) => connection == Consuming || connection == Publishing;

    /// <summary>Gives both up at once.</summary>
    public Task AbortAsync() => Task.WhenAll(Consuming.AbortAsync(), Publishing.AbortAsync());

    /// <summary>Closes both in good order.</summary>
    public Task CloseAsync() => Task.WhenAll(Consuming.CloseAsync(), Publishing.CloseAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Consuming.DisposeAsync();
        await Publishing.DisposeAsync();
    }
}
