using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Agent;

/// <summary>Serves the topic <c>l2gateway_agent</c>: takes the plugin's calls apart and answers each, if only with why not.</summary>
internal sealed class AgentEndpoint
{
    // The class name that a plugin expects an agent's failures under.
    private const string Failure = "OVSDBError";

    private readonly AgentOptions _options;
    private readonly SwitchBook _switches;
    private readonly Action<string, long?> _setMonitor;
    private readonly ILogger _log;
    private readonly CallerClock _clock;

    public AgentEndpoint(IHost host, AgentOptions options, SwitchBook switches, Action<string, long?> setMonitor)
    {
        (_options, _switches, _setMonitor, _clock) = (options, switches, setMonitor, new CallerClock(host.Time));
        _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Agent.AgentEndpoint");
    }

    /// <summary>Carries out one request.</summary>
    /// <exception cref="BusRemoteException">It could not be carried out; the caller gets it.</exception>
    public async ValueTask<JsonNode?> HandleAsync(BusRequest request, CancellationToken cancel)
    {
        try
        {
            RefuseUnservable(request);
            RefuseLate(request, AgeOf(request));
            await DispatchAsync(request, cancel);
            return null;
        }
        catch (Exception failed) when (failed is GatewayException or RpcArgumentException)
        {
            var message = failed is RpcArgumentException ? $"{request.Method}: {failed.Message}" : failed.Message;
            _log.LogWarning("{Method} refused: {Problem}", request.Method, message);
            throw new BusRemoteException(Failure, message);
        }
    }

    private async Task DispatchAsync(BusRequest request, CancellationToken cancel)
    {
        switch (request.Method)
        {
            case L2GatewayRpc.SetMonitorAgent:
                _setMonitor(SetMonitorAgentRequest.Read(request.Arguments).Hostname, CastOrigin.TermOf(request.Context));
                break;
            case L2GatewayRpc.AddVif:
                var add = AddVifRequest.Read(request.Arguments);
                await Switch(add.OvsdbIdentifier).AddVifAsync(add, cancel);
                break;
            case L2GatewayRpc.UpdateVif:
                var update = UpdateVifRequest.Read(request.Arguments);
                await Switch(update.OvsdbIdentifier).UpdateVifAsync(update, cancel);
                break;
            case L2GatewayRpc.DeleteVif:
                var delete = DeleteVifRequest.Read(request.Arguments);
                await Switch(delete.OvsdbIdentifier).DeleteVifAsync(delete, cancel);
                break;
            case L2GatewayRpc.UpdateConnection:
                var connection = UpdateConnectionRequest.Read(request.Arguments);
                await Switch(connection.OvsdbIdentifier).UpdateConnectionAsync(connection, cancel);
                break;
            case L2GatewayRpc.DeleteNetwork:
                var network = DeleteNetworkRequest.Read(request.Arguments);
                await Switch(network.OvsdbIdentifier).DeleteNetworkAsync(network, cancel);
                break;
            case L2GatewayRpc.UpdateUnknownDst:
                var flood = UpdateUnknownDstRequest.Read(request.Arguments);
                await Switch(flood.OvsdbIdentifier).UpdateUnknownDstAsync(flood, cancel);
                break;
            case L2GatewayRpc.SetOvsdbHosts:
                await _switches.AssignAsync(ReadHosts(request.Arguments));
                break;
            case "agent_updated":
                break; // Neutron's word that an operator switched the agent on or off; nothing depends on it here.
            default:
                throw new BusRemoteException("NoSuchMethod", $"Endpoint does not support RPC method {request.Method}");
        }
    }

    private static List<OvsdbHost> ReadHosts(JsonObject arguments) =>
    [
        .. (arguments["ovsdb_hosts"] as JsonObject ?? throw new RpcArgumentException("ovsdb_hosts: expected an object, found nothing"))
            .Select(h => Endpoint.TryParse(h.Value?.ToString() ?? "", out var endpoint, out var error) && !endpoint.IsPassive
                ? new OvsdbHost(h.Key, endpoint)
                : throw new RpcArgumentException($"ovsdb_hosts.{h.Key}: {error ?? "expected an endpoint to connect to"}")),
    ];

    // The original says yes to a switch it does not know and does nothing: the plugin must hear of it.
    private GatewaySwitch Switch(string identifier) =>
        _switches.Find(identifier) is { } found
            ? found.Gateway
            : throw new GatewayException($"agent {_options.Host} looks after no switch '{identifier}'");

    private static void RefuseUnservable(BusRequest request)
    {
        var parts = request.Version.Split('.');
        if (request.Namespace is not null || parts.Length != 2 || parts[0] != "1" || parts[1] != "0")
        {
            throw new BusRemoteException(
                "UnsupportedVersion",
                $"Endpoint does not support RPC version {request.Version}. Attempted method: {request.Method}");
        }
    }

    // A call whose caller has given up must not be carried out: the plugin has told its user that nothing was done.
    private void RefuseLate(BusRequest request, TimeSpan age)
    {
        if (request.Method is not (L2GatewayRpc.SetMonitorAgent or L2GatewayRpc.DeleteNetwork or L2GatewayRpc.SetOvsdbHosts) && age > _options.RpcResponseTimeout)
        {
            throw new GatewayException(
                $"{request.Method} is {age.TotalSeconds:0} s old, its caller waits {_options.RpcResponseTimeout.TotalSeconds:0} s: not carried out");
        }
    }

    // Every request teaches how far the two clocks are apart, also those that are never too late.
    private TimeSpan AgeOf(BusRequest request) =>
        request.Context["timestamp"] is JsonValue value && value.GetValueKind() == JsonValueKind.String
        && DateTimeOffset.TryParse(
            value.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var sent)
            ? _clock.AgeOf(sent, request.Context[L2GatewayRpc.SenderMember]?.ToString() ?? "")
            : TimeSpan.Zero;
}
