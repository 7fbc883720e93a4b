using Microsoft.Extensions.Logging;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The fault <c>agent-upgrade</c>: an agent starts again as another release, and in the end as itself.</summary>
/// <remarks>Subject is the agent; an amount below 0 means an older release, any other a newer one.</remarks>
internal sealed class AgentUpgrades
{
    /// <summary>The kind.</summary>
    public const string Kind = "agent-upgrade";

    private readonly SimulatedWorld _world;
    private readonly Dictionary<string, AgentRelease> _releases = [];

    /// <summary>Does it in a world from now on.</summary>
    public AgentUpgrades(SimulatedWorld world)
    {
        _world = world;
        world.SystemFaults[Kind] = Begin;
    }

    /// <summary>The machine as the release of an agent that starts now sees it.</summary>
    public IHost HostFor(string agent, IHost host) =>
        _releases.TryGetValue(agent, out var release) && release != AgentRelease.Current ? new ReleasedHost(host, release) : host;

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var host = _world.Hosts[command.Subjects[0]];
        var wasUp = host.IsUp;
        Become(command.Amount < 0 ? AgentRelease.Older : AgentRelease.Newer);
        return (new FaultScope(() => Become(AgentRelease.Current)), wasUp);

        void Become(AgentRelease release)
        {
            _releases[host.Name] = release;
            if (host.IsUp)
            {
                host.Restart();
            }
        }
    }

    private sealed class ReleasedHost(IHost inner, AgentRelease release) : IHost
    {
        private ReleasedBus? _bus;

        public string Name => inner.Name;

        public TimeProvider Time => inner.Time;

        public INetwork Network => inner.Network;

        public IReadOnlyDictionary<string, IFramePort> FramePorts => inner.FramePorts;

        public IMessageBus Bus => _bus ??= new ReleasedBus(inner.Bus, release);

        public IEntropy Entropy => inner.Entropy;

        public IStore Store => inner.Store;

        public ILoggerFactory Logs => inner.Logs;

        public CancellationToken Stopping => inner.Stopping;

        public void Spawn(string name, Func<CancellationToken, Task> work) => inner.Spawn(name, work);

        public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel) => inner.DelayAsync(delay, cancel);

        public ValueTask YieldAsync() => inner.YieldAsync();
    }
}
