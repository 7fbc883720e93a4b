using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Whether this agent monitors, and what it does while it does.</summary>
/// <remarks>
/// The role is held on a lease that every report the plugin takes renews. It ends before the plugin counts the agent for dead, so an
/// agent that hung and wakes up with changes in its hands knows that it may have a successor, and keeps them to itself.
/// </remarks>
internal sealed class MonitorRole(IHost host, AgentOptions options) : IDisposable
{
    private static readonly TimeSpan CastAgainAfter = TimeSpan.FromSeconds(1);

    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.MonitorRole");
    private readonly List<SwitchMonitor> _monitors = [];
    private CancellationTokenSource? _term;
    private long _renewed;

    /// <summary>Called when the role was taken or laid down.</summary>
    public Action? Changed { get; set; }

    /// <summary>True while this agent monitors.</summary>
    public bool IsHeld => _term is not null;

    /// <summary>The switches that are monitored and whether the copy follows them, in the order of the configuration.</summary>
    public IEnumerable<(string Name, bool IsConnected)> States => _monitors.Select(m => (m.Name, m.IsConnected));

    /// <summary>The plugin has elected an agent; being elected again changes nothing.</summary>
    public void Elect(string hostname)
    {
        if (hostname != options.Host)
        {
            StepDown();
        }
        else if (_term is null)
        {
            _log.LogInformation("agent {Agent} monitors from now on", options.Host);
            _term = new CancellationTokenSource();
            _renewed = host.Time.GetTimestamp(); // The plugin has just spoken to this agent, as one that it takes for alive.
            var term = _term.Token;
            foreach (var target in options.OvsdbHosts)
            {
                var monitor = new SwitchMonitor(host, target, options, CastAsync);
                _monitors.Add(monitor);
                host.Spawn($"monitor {target.Name}", _ => monitor.RunAsync(term));
            }

            Changed?.Invoke();
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
            _term = null;
            _monitors.Clear();
            term.Cancel();
            term.Dispose();
            Changed?.Invoke();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => StepDown();

    private async Task CastAsync(JsonObject arguments, CancellationToken cancel)
    {
        while (true)
        {
            StepDownIfExpired();
            cancel.ThrowIfCancellationRequested();
            try
            {
                await host.Bus.CastAsync(options.Plugin, L2GatewayRpc.UpdateOvsdbChanges, arguments, AgentOptions.Context, cancel);
                return;
            }
            catch (Exception failed) when (failed is IOException or TimeoutException)
            {
                _log.LogWarning("the bus did not take a change: {Problem}", failed.Message);
                await host.DelayAsync(CastAgainAfter, cancel);
            }
        }
    }
}
