using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Whether this agent monitors, and what it does while it does.</summary>
/// <remarks>
/// The role is held on a lease that every report the plugin takes renews. It ends before the plugin counts the agent for dead, so an
/// agent that hung and wakes up with changes in its hands knows that it may have a successor, and keeps them to itself. What it had
/// handed to the broker's stream before cannot be taken back, so every cast says under which election it was made.
/// </remarks>
internal sealed class MonitorRole(IHost host, AgentOptions options, SwitchBook book) : IDisposable
{
    private static readonly TimeSpan CastAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.MonitorRole");
    private readonly SortedDictionary<string, (SwitchMonitor Monitor, CancellationTokenSource Stop)> _monitors = new(StringComparer.Ordinal);
    private readonly DumpTurn _dumps = new();
    private CancellationTokenSource? _term;
    private long _renewed;
    private long _newest;

    /// <summary>Called when the role was taken or laid down.</summary>
    public Action? Changed { get; set; }

    /// <summary>True while this agent monitors.</summary>
    public bool IsHeld => _term is not null;

    /// <summary>The election under which it monitors; null when it does not, or when the plugin numbers none.</summary>
    public long? Term { get; private set; }

    /// <summary>The last cast of each switch that the broker has confirmed.</summary>
    public IEnumerable<(string Name, CastOrigin Last)> Told => _monitors.Values.Where(m => m.Monitor.LastTold is not null).Select(m => (m.Monitor.Name, m.Monitor.LastTold!));

    /// <summary>The switches that are monitored and whether the copy follows them, in the order of their names.</summary>
    public IEnumerable<(string Name, bool IsConnected)> States => _monitors.Values.Select(m => (m.Monitor.Name, m.Monitor.IsConnected));

    /// <summary>The plugin has elected an agent; being elected again changes nothing, unless it is a later election.</summary>
    /// <param name="hostname">The agent.</param>
    /// <param name="term">The number of the election; an older one than was heard of is late and means nothing.</param>
    public void Elect(string hostname, long? term)
    {
        if (term < _newest)
        {
            _log.LogInformation("the election of {Agent} in term {Term} comes late: term {Newest} is known", hostname, term, _newest);
            return;
        }

        var isLater = term > _newest;
        _newest = term ?? _newest;
        if (hostname != options.Host || isLater)
        {
            StepDown(); // Elected anew, it reads everything anew: that is how a plugin asks for what it missed.
        }

        if (hostname == options.Host && _term is null)
        {
            _log.LogInformation("agent {Agent} monitors from now on, term {Term}", options.Host, term);
            Term = term;
            _term = new CancellationTokenSource();
            _renewed = host.Time.GetTimestamp(); // The plugin has just spoken to this agent, as one that it takes for alive.
            foreach (var target in book.All)
            {
                Watch(target);
            }

            Changed?.Invoke();
        }
    }

    /// <summary>The broker was lost, perhaps with casts that nobody had taken yet.</summary>
    public void TellAnew()
    {
        // A copy, for the first thing a monitor does may be to find that its lease is over.
        foreach (var (monitor, _) in _monitors.Values.ToList())
        {
            monitor.TellAnew();
        }
    }

    /// <summary>A switch is served from now on, or over a new connection: it is monitored if any is.</summary>
    public void Watch(ServedSwitch target)
    {
        if (_term is not { } term)
        {
            return;
        }

        Unwatch(target.Name);
        var monitor = new SwitchMonitor(host, target, options, Term, _dumps, CastAsync);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(term.Token);
        _monitors.Add(target.Name, (monitor, stop));
        host.Spawn($"monitor {target.Name}", _ => monitor.RunAsync(stop.Token));
    }

    /// <summary>A switch is not served any more.</summary>
    public void Unwatch(string name)
    {
        if (_monitors.Remove(name, out var old))
        {
            old.Stop.Cancel();
            old.Stop.Dispose();
        }
    }

    /// <summary>The plugin has taken a report.</summary>
    /// <param name="sentAt">When it was sent, on the host's monotonic clock.</param>
    public void Renew(long sentAt) => _renewed = sentAt;

    /// <summary>Lays the role down if its lease is over.</summary>
    public void StepDownIfExpired()
    {
        if (_term is not null && host.Time.GetElapsedTime(_renewed) > options.MonitorLease)
        {
            _log.LogWarning("agent {Agent} was not heard for {Lease}: it may have a successor", options.Host, options.MonitorLease);
            StepDown();
        }
    }

    /// <summary>Stops monitoring, if it was; what was not cast yet is for the next monitor to find.</summary>
    public void StepDown()
    {
        if (_term is { } term)
        {
            _log.LogInformation("agent {Agent} no longer monitors", options.Host);
            (_term, Term) = (null, null);
            _monitors.Keys.ToList().ForEach(Unwatch);
            term.Cancel();
            term.Dispose();
            Changed?.Invoke();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => StepDown();

    private async Task<bool> CastAsync(JsonObject arguments, CastOrigin origin, CancellationToken cancel)
    {
        while (true)
        {
            StepDownIfExpired();
            cancel.ThrowIfCancellationRequested();
            try
            {
                await host.Bus.CastAsync(options.Plugin, L2GatewayRpc.UpdateOvsdbChanges, arguments, origin.WriteTo(AgentOptions.Context), cancel);
                return true;
            }
            catch (BusMessageTooLargeException tooLarge)
            {
                _log.LogError("{Switch} holds what cannot be told: {Problem}", arguments["ovsdb_data"]!["ovsdb_identifier"], tooLarge.Message);
                return false;
            }
            catch (Exception failed) when (failed is IOException or TimeoutException)
            {
                _log.LogWarning("the bus did not take a change: {Problem}", failed.Message);
                await host.DelayAsync(CastAgainAfter, cancel);
            }
        }
    }
}
