using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>The L2 gateway agent: carries out the service plugin's calls on switches and, when it is elected, tells what changes there.</summary>
/// <remarks>
/// Knows the ports of its host and wire formats, nothing else. Any number of agents serve the same switches: a call goes to one of
/// them, and <c>set_monitor_agent</c> says which one monitors.
/// </remarks>
public sealed class L2GatewayAgent
{
    private static readonly TimeSpan ReportAgainAfter = TimeSpan.FromSeconds(2);
    private const int AtATime = 64; // As the original's: oslo.messaging's executor_thread_pool_size.
    private const int ReportAttempts = 3;
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private readonly IHost _host;
    private readonly AgentOptions _options;
    private readonly SwitchBook _switches;
    private readonly Heartbeat _heartbeat;
    private readonly ILogger _log;
    private TaskCompletionSource _reportNow = new();

    private L2GatewayAgent(IHost host, AgentOptions options)
    {
        (_host, _options, _heartbeat) = (host, options, new Heartbeat(host, options));
        _log = host.Logs.CreateLogger<L2GatewayAgent>();
        _switches = new SwitchBook(host, options);
    }

    /// <summary>Runs an agent until it is cancelled.</summary>
    /// <param name="host">The machine it runs on; attached to the bus.</param>
    /// <param name="options">What it has to know.</param>
    /// <param name="cancel">
    /// Asks it to stop: it takes no more requests, ends those under way, tells the plugin that it goes, and closes its connections. While
    /// it does, the host must not be stopping.
    /// </param>
    /// <param name="ready">Called when it takes requests.</param>
    /// <exception cref="NetworkException">It cannot listen where switches are to dial in.</exception>
    public static Task RunAsync(IHost host, AgentOptions options, CancellationToken cancel, Action? ready = null) =>
        new L2GatewayAgent(host, options).RunAsync(ready, cancel);

    private async Task RunAsync(Action? ready, CancellationToken cancel)
    {
        using var role = new MonitorRole(_host, _options, _switches) { Changed = () => _reportNow.TrySetResult() };
        _switches.Changed += served =>
        {
            role.Watch(served);
            _reportNow.TrySetResult();
        };
        _host.Bus.Reconnected += role.TellAnew;
        _switches.Removed += name =>
        {
            role.Unwatch(name);
            _reportNow.TrySetResult();
        };
        await _switches.StartAsync(cancel);

        var endpoint = new AgentEndpoint(_host, _options, _switches, role.Elect);
        var target = new BusTarget(L2GatewayRpc.AgentTopic, _options.Host, Exchange: _options.ControlExchange);
        var serving = await _host.Bus.ServeAsync(target, endpoint.HandleAsync, AtATime, cancel);
        _log.LogInformation("agent {Agent} serves {Count} switches", _options.Host, _switches.All.Count);
        ready?.Invoke();
        try
        {
            await Task.WhenAll(ReportAsync(role, cancel), TellStatesAsync(role, cancel));
        }
        finally
        {
            await serving.DisposeAsync();
            _host.Bus.Reconnected -= role.TellAnew;
            role.StepDown();
            await SayGoodbyeAsync();
            await _switches.StopAsync();
        }
    }

    private async Task ReportAsync(MonitorRole role, CancellationToken cancel)
    {
        while (true)
        {
            var now = _reportNow = new TaskCompletionSource();
            var wait = await TryReportAsync(role, cancel) || _options.ReportInterval < ReportAgainAfter ? _options.ReportInterval : ReportAgainAfter;
            await using var interval = _host.Time.CreateTimer(_ => now.TrySetResult(), null, wait, Timeout.InfiniteTimeSpan);
            await now.Task.WaitAsync(cancel);
        }
    }

    private async Task<bool> TryReportAsync(MonitorRole role, CancellationToken cancel)
    {
        // Of several plugins the one that took a report may just have died: then another one gets the next attempt.
        for (var attempt = 1; ; attempt++)
        {
            role.StepDownIfExpired();
            var sentAt = _host.Time.GetTimestamp();
            try
            {
                await _host.Bus.CallAsync(
                    _options.Plugin with { Version = L2GatewayRpc.ReportStateVersion }, L2GatewayRpc.ReportState,
                    _heartbeat.Report(role, _switches.All.Select(s => s.Name)), _options.ReportInterval / ReportAttempts, AgentOptions.Context, cancel);
                _heartbeat.Accepted();
                role.Renew(sentAt);
                return true;
            }
            catch (TimeoutException) when (attempt < ReportAttempts)
            {
                _log.LogInformation("no plugin has answered the report of agent {Agent} yet", _options.Host);
            }
            catch (Exception failed) when (failed is IOException or TimeoutException or BusRemoteException)
            {
                // An agent that the plugin does not hear may have a successor already: it steps down, and is elected again if not.
                _log.LogWarning("the plugin did not take the report of agent {Agent}: {Problem}", _options.Host, failed.Message);
                role.StepDown();
                return false;
            }
        }
    }

    // The original is missed only when its heartbeats are: a plugin that reads this has a successor at once.
    private async Task SayGoodbyeAsync()
    {
        using var patience = new CancellationTokenSource(GoodbyePatience, _host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _host.Stopping);
        try
        {
            await _host.Bus.CastAsync(
                _options.Plugin with { Version = L2GatewayRpc.ReportStateVersion }, L2GatewayRpc.ReportState, _heartbeat.Last(_switches.All.Select(s => s.Name)),
                AgentOptions.Context, either.Token);
        }
        catch (Exception unheard) when (unheard is IOException or TimeoutException or OperationCanceledException)
        {
            _log.LogInformation("the bus did not take the last report: {Problem}", unheard.Message);
        }
    }

    private async Task TellStatesAsync(MonitorRole role, CancellationToken cancel)
    {
        while (true)
        {
            await _host.DelayAsync(_options.PeriodicInterval, cancel);
            var states = new JsonObject(role.States.Select(s =>
                KeyValuePair.Create(s.Name, (JsonNode?)(s.IsConnected ? "connected" : "disconnected"))));
            try
            {
                await _host.Bus.CastAsync(
                    _options.Plugin, L2GatewayRpc.NotifyOvsdbStates, new JsonObject { ["ovsdb_states"] = states }, AgentOptions.Context, cancel);
            }
            catch (Exception failed) when (failed is IOException or TimeoutException)
            {
                _log.LogWarning("the bus did not take the switches' states: {Problem}", failed.Message);
            }
        }
    }
}
