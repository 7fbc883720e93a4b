using Microsoft.Extensions.Logging;
using VtepLab.Runtime;
using VtepLab.Simulation;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>The faults <c>agent-upgrade</c> and <c>plugin-upgrade</c>: an agent, or a controller, starts again as another release, and in the end as itself.</summary>
/// <remarks>Subject is the machine; an amount below 0 means an older release, any other a newer one.</remarks>
internal sealed class Upgrades
{
    /// <summary>The kind of agents.</summary>
    public const string AgentKind = "agent-upgrade";

    /// <summary>The kind of controllers.</summary>
    public const string PluginKind = "plugin-upgrade";

    private readonly SimulatedWorld _world;
    private readonly Func<IMessageBus, Release, IMessageBus> _speak;
    private readonly Dictionary<string, Release> _releases = [];

    /// <summary>Does one kind in a world from now on.</summary>
    /// <param name="world">The world.</param>
    /// <param name="kind">The kind.</param>
    /// <param name="speak">The bus as a release uses it.</param>
    public Upgrades(SimulatedWorld world, string kind, Func<IMessageBus, Release, IMessageBus> speak)
    {
        (_world, _speak) = (world, speak);
        world.SystemFaults[kind] = Begin;
    }

    /// <summary>The release that a machine starts as now.</summary>
    public Release Of(string machine) => _releases.GetValueOrDefault(machine, Release.Current);

    /// <summary>The machine as the release of the program that starts now sees it.</summary>
    public IHost HostFor(string machine, IHost host) =>
        Of(machine) is var release && release != Release.Current ? new ReleasedHost(host, bus => _speak(bus, release)) : host;

    private (IDisposable?, bool) Begin(FaultCommand command)
    {
        var host = _world.Hosts[command.Subjects[0]];
        var wasUp = host.IsUp;
        Become(command.Amount < 0 ? Release.Older : Release.Newer);
        return (new FaultScope(() => Become(Release.Current)), wasUp);

        void Become(Release release)
        {
            _releases[host.Name] = release;
            if (host.IsUp)
            {
                host.Restart();
            }
        }
    }

    private sealed class ReleasedHost(IHost inner, Func<IMessageBus, IMessageBus> speak) : IHost
    {
        private IMessageBus? _bus;

        public string Name => inner.Name;

        public TimeProvider Time => inner.Time;

        public INetwork Network => inner.Network;

        public IReadOnlyDictionary<string, IFramePort> FramePorts => inner.FramePorts;

        public IMessageBus Bus => _bus ??= speak(inner.Bus);

        public IEntropy Entropy => inner.Entropy;

        public IStore Store => inner.Store;

        public ILoggerFactory Logs => inner.Logs;

        public CancellationToken Stopping => inner.Stopping;

        public void Spawn(string name, Func<CancellationToken, Task> work) => inner.Spawn(name, work);

        public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel) => inner.DelayAsync(delay, cancel);

        public ValueTask YieldAsync() => inner.YieldAsync();
    }
}
