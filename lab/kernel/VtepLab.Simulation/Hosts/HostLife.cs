using Microsoft.Extensions.Logging;
using VtepLab.Runtime;

namespace VtepLab.Simulation;

/// <summary>A simulated host from one start to its end: what the code that runs on it is given.</summary>
#pragma warning disable CA1001 // Its token lives on in work that was left behind, so the source is never disposed; it holds no timer.
internal sealed class HostLife : IHost
#pragma warning restore CA1001
{
    private readonly SimulatedHost _host;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<long, string> _running = [];
    private IMessageBus? _bus;
    private long _spawns;

    public HostLife(SimulatedHost host, HostContext context)
    {
        (_host, Context, Stopping) = (host, context, _stopping.Token);
        Network = new HostNetwork(host, context);
    }

    public HostContext Context { get; }

    public string Name => _host.Name;

    public TimeProvider Time => _host.Clock;

    public INetwork Network { get; }

    public IReadOnlyDictionary<string, IFramePort> FramePorts => _host.PortsByName;

    public IMessageBus Bus => _bus ??= _host.Simulation.ConnectBus(this) ?? throw new InvalidOperationException($"{Name} is attached to no message bus");

    public IEntropy Entropy => _host.Entropy;

    public IStore Store => _host.Disk;

    public ILoggerFactory Logs => _host.Logs;

    public CancellationToken Stopping { get; }

    /// <summary>Names of spawned work that has not ended, in the order of spawning.</summary>
    public IEnumerable<string> Running => _running.OrderBy(r => r.Key).Select(r => r.Value);

    /// <summary>False once the host has crashed: nothing must be begun in a life that is over.</summary>
    public bool IsCurrent => ReferenceEquals(_host.Services, this);

    public bool HasEnded => _running.Count == 0;

    /// <summary>Called when the last spawned work has ended.</summary>
    public Action? Ended { get; set; }

    public void Spawn(string name, Func<CancellationToken, Task> work)
    {
        var id = _spawns++;
        _running.Add(id, name);
        var outer = SynchronizationContext.Current;
        if (ReferenceEquals(outer, Context))
        {
            _ = WatchAsync(id, name, work);
            return;
        }

        // Spawned from outside, by a test: it runs as this host from its first line.
        SynchronizationContext.SetSynchronizationContext(Context);
        try
        {
            _ = WatchAsync(id, name, work);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public ValueTask DelayAsync(TimeSpan delay, CancellationToken cancel = default)
    {
        if (delay == Timeout.InfiniteTimeSpan)
        {
            delay = TimeSpan.MaxValue;
        }
        else
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        }

        return cancel.IsCancellationRequested
            ? ValueTask.FromCanceled(cancel)
            : _host.Simulation.Delay(Context, _host.Clock.After(VirtualTime.Nanoseconds(delay)), cancel);
    }

    public ValueTask YieldAsync() => new(_host.Simulation.Yields, 0);

    public void RequestStop()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _stopping.Cancel();
        }
    }

    private async Task WatchAsync(long id, string name, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(Stopping);
        }
        catch (OperationCanceledException)
        {
            // Cancellation is how work ends in good order.
        }
#pragma warning disable CA1031 // Whatever else leaves spawned work is a crash of the host.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _host.FailedBy(name, e, Context.Life);
        }
        finally
        {
            _running.Remove(id);
            if (_running.Count == 0)
            {
                Ended?.Invoke();
            }
        }
    }
}
