using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Kernel.Tests.Contract;

/// <summary>A second host on the loop of a live one, with a connection to the broker of its own.</summary>
internal sealed class SecondHost(IHost host, IMessageBus bus) : IHost
{
    public string Name => "client";

    public TimeProvider Time => host.Time;

    public INetwork Network => host.Network;

    public IReadOnlyDictionary<string, IFramePort> FramePorts => host.FramePorts;

    public IMessageBus Bus => bus;

    public IEntropy Entropy => host.Entropy;

    public IStore Store => host.Store;

    public ILoggerFactory Logs => host.Logs;

    public CancellationToken Stopping => host.Stopping;

    public void Spawn(string name, Func<CancellationToken, Task> work) => host.Spawn(name, work);

    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default) => host.DelayAsync(delay, cancel);

    public ValueTask YieldAsync() => host.YieldAsync();
}
