using VtepLab.Hosting;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>Two live hosts' parts, attached to a real RabbitMQ that all tests of this world share; each run has a virtual host of its own.</summary>
public sealed class LiveRabbitWorld : IContractWorld
{
    private static int _runs;

    public string ServerAddress => "127.0.0.1";

    public void Run(Func<IHost, IHost, Task> body)
    {
        var broker = SharedRabbitMq.Get();
        var space = $"run{Interlocked.Increment(ref _runs)}";
        broker.ControlAsync("add_vhost", space).GetAwaiter().GetResult();
        broker.ControlAsync("set_permissions", "-p", space, "guest", ".*", ".*", ".*").GetAwaiter().GetResult();
        var options = new LiveHostOptions { Bus = host => new RabbitBus(host, new RabbitBusOptions(new Uri(broker.Uri, space))) };

        // The second host lives on the first one's loop, with a connection to the broker of its own.
        LiveHost.RunAsync("server", options, server => body(server, new SecondHost(server, options.Bus!(server))))
            .WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult();
    }

    private sealed class SecondHost(IHost host, IMessageBus bus) : IHost
    {
        public string Name => "client";

        public TimeProvider Time => host.Time;

        public INetwork Network => host.Network;

        public IReadOnlyDictionary<string, IFramePort> FramePorts => host.FramePorts;

        public IMessageBus Bus => bus;

        public IEntropy Entropy => host.Entropy;

        public IStore Store => host.Store;

        public Microsoft.Extensions.Logging.ILoggerFactory Logs => host.Logs;

        public CancellationToken Stopping => host.Stopping;

        public void Spawn(string name, Func<CancellationToken, Task> work) => host.Spawn(name, work);

        public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default) => host.DelayAsync(delay, cancel);

        public ValueTask YieldAsync() => host.YieldAsync();
    }
}
