using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>Serves the topic <c>l2gateway_plugin</c>; a message is acknowledged when what it told is durable.</summary>
internal sealed class PluginEndpoint(
    IHost host, PluginModel model, AgentRegistry agents, MonitorElection election, SwitchCasts casts, Action<string> reconcile,
    Func<string, CancellationToken, Task> assign)
{
    private static readonly Version Served = Version.Parse(L2GatewayRpc.ReportStateVersion);
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.PluginEndpoint");
    private readonly Dictionary<string, string> _states = [];

    public async ValueTask<JsonNode?> HandleAsync(BusRequest request, CancellationToken cancel)
    {
        try
        {
            RefuseUnservable(request);
            switch (request.Method)
            {
                case L2GatewayRpc.ReportState:
                    return await ReportAsync(request.Arguments, cancel);
                case L2GatewayRpc.UpdateOvsdbChanges:
                    if (await casts.TakeAsync(request, election.Term, cancel) == CastVerdict.ReadAnew)
                    {
                        election.ElectAnew();
                        host.Spawn("election after a gap", stop => election.LookAsync(stop));
                    }

                    return null;
                case L2GatewayRpc.NotifyOvsdbStates:
                    TakeStates(request.Arguments["ovsdb_states"] as JsonObject ?? []);
                    return null;
                default:
                    throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}");
            }
        }
        catch (RpcArgumentException wrong)
        {
            _log.LogWarning("{Method} refused: {Problem}", request.Method, wrong.Message);
            throw new BusRemoteException("TypeError", $"{request.Method}: {wrong.Message}");
        }
    }

    private async Task<JsonNode?> ReportAsync(JsonObject arguments, CancellationToken cancel)
    {
        var state = arguments["agent_state"]?["agent_state"] as JsonObject;
        var name = state?["host"]?.ToString() ?? "";
        var wasMonitor = agents.Monitors.Any(a => a.Host == name);
        var answer = await agents.ReportAsync(arguments, cancel);
        var hasStarted = state?["start_flag"]?.ToString() == "true";
        election.Reported(name, wasMonitor, hasStarted);
        if (hasStarted || answer != "alive")
        {
            host.Spawn($"assignments of {name}", stop => assign(name, stop));
        }

        if (await casts.MissesOfAsync(state?["configurations"]?["ovsdb_casts"] as JsonObject ?? [], election.Term, cancel))
        {
            election.ElectAnew();
        }

        host.Spawn("election after a report", stop => election.LookAsync(stop));
        if (answer != "alive")
        {
            // Requests that found nobody may find this one.
            foreach (var identifier in model.Switches.Keys.ToList())
            {
                reconcile(identifier);
            }
        }

        return answer;
    }

    private void TakeStates(JsonObject states)
    {
        foreach (var (identifier, value) in states)
        {
            var state = value?.ToString() ?? "";
            var isNew = _states.GetValueOrDefault(identifier) != state;
            if (isNew)
            {
                _states[identifier] = state;
                _log.LogInformation("{Switch} is {State}", identifier, state);
            }

            if (state == "connected" && isNew)
            {
                reconcile(identifier);
            }
            else if (state == "connected" && election.IsMonitorSilentAboutGaps && !casts.WasToldIn(identifier, election.Term))
            {
                // The original gives up waiting for a switch's content after some 10 ms, says "connected" all the same, and never asks again.
                _log.LogWarning("{Switch} is connected and was not told as a whole: its monitor lays the role down, and gets it anew", identifier);
                _states.Clear();
                host.Spawn("unseat", election.UnseatAsync);
                return;
            }
        }
    }

    // The same major version, and no minor one that is newer than ours.
    private static void RefuseUnservable(BusRequest request)
    {
        if (request.Namespace is not null || !Version.TryParse(request.Version, out var asked) || asked.Major != Served.Major || asked.Minor > Served.Minor)
        {
            throw new BusRemoteException(
                "UnsupportedVersion", $"Endpoint does not support RPC version {request.Version}. Attempted method: {request.Method}");
        }
    }
}
