using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two live hosts' parts, attached to a real RabbitMQ that all tests of this world share; each run has a virtual host of its own.</summary>
public sealed class LiveRabbitWorld : IContractWorld
{
    private static int _runs;

    public string ServerAddress => "127.0.0.1";

    public string ServerAddress6 => "::1";

    public void Run(Func<IHost, IHost, Task> body)
    {
        var broker = SharedRabbitMq.Get();
        var space = $"run{Interlocked.Increment(ref _runs)}";
        broker.MakeSpaceAsync(space).GetAwaiter().GetResult();
        var options = new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(new Uri(broker.Uri, space))) };

        LiveHost.RunAsync("server", options, server => body(server, new SecondHost(server, options.Bus!(server))))
            .WaitAsync(TimeSpan.FromMinutes(2)).GetAwaiter().GetResult();
    }
}
