using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests;

/// <summary>One RabbitMQ for all tests of this assembly, started by the first that asks: it takes some seconds.</summary>
[SetUpFixture]
public sealed class SharedRabbitMq
{
    private static readonly Lock Gate = new();
    private static RabbitMqPeer? _peer;

    public static RabbitMqPeer Get()
    {
        lock (Gate)
        {
            return _peer ??= RabbitMqPeer.StartAsync().GetAwaiter().GetResult();
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_peer is not null)
        {
            await _peer.DisposeAsync();
        }
    }
}
