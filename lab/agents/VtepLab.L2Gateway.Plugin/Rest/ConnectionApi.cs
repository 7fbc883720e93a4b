using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron.Core;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary><c>/v2.0/l2-gateway-connections</c>.</summary>
/// <remarks>
/// A connection is written down first and put on the switches then, so that nothing that was accepted can be lost; one that a switch
/// refuses is taken back on all of them. A deletion is accepted once it is written down, whether or not the switch can be reached.
/// </remarks>
internal sealed class ConnectionApi(
    IHost host, PluginModel model, INeutronCore core, SwitchDirectory switches, PluginOptions options,
    Func<IEnumerable<string>, string?, CancellationToken, Task<string?>> push)
{
    private static readonly string[] Attributes = ["id", "l2_gateway_id", "network_id", "segmentation_id", "tenant_id", "project_id"];
    private static readonly TimeSpan DeletePatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TakeBackPatience = TimeSpan.FromSeconds(1); // Whoever waits has waited for the refusal already.

    private readonly GatewayErrors _errors = new(options);
    private readonly ILogger _log = host.Logs.CreateLogger("VtepLab.L2Gateway.Plugin.ConnectionApi");

    public async Task<RestResponse> HandleAsync(string id, RestRequest request, CancellationToken cancel) => (request.Method, id.Length > 0) switch
    {
        ("GET", false) => new(200, new CollectionQuery(request.Query, "id").Page(
            "l2_gateway_connections", model.Connections.Values.Select(c => ToJson(c)), $"{request.BaseAddress}/v2.0/l2-gateway-connections")),
        ("GET", true) => new(200, new JsonObject { ["l2_gateway_connection"] = new CollectionQuery(request.Query, "id").Select(ToJson(Find(id))) }),
        ("POST", false) => new(201, await CreateAsync(request, cancel)),
        ("PUT", true) => throw RefuseUpdate(request),
        ("DELETE", true) => await DeleteAsync(id, cancel),
        _ => throw NeutronException.NoResource(),
    };

    /// <summary>Removes the connections of a network that is no more; what they bound goes soon after.</summary>
    /// <returns>The switches it was bound on.</returns>
    public async Task<IReadOnlyList<string>> ForgetNetworkAsync(string network, CancellationToken cancel)
    {
        if (model.Connections.Values.All(c => c.NetworkId != network))
        {
            return [];
        }

        _log.LogInformation("network {Network} is gone: its connections go, and what they bound", network);
        return await RemoveAsync(c => c.NetworkId == network, cancel);
    }

    private async Task<JsonNode> CreateAsync(RestRequest request, CancellationToken cancel)
    {
        var body = RequestBody.Read(request, "l2_gateway_connection", Attributes);
        var networkId = RequestBody.Text(body, "network_id");
        var gatewayId = RequestBody.Text(body, "l2_gateway_id", "");
        var segmentationId = RequestBody.Text(body, "segmentation_id", "");
        var network = core.FindNetwork(networkId) ?? throw GatewayErrors.NetworkNotFound(networkId);
        var connection = Checked(network, gatewayId, segmentationId);
        var identifiers = model.Gateways[gatewayId].Devices.Select(d => switches.Find(d.Name).Copy.Identifier).Distinct().ToList();
        await model.WriteAsync(
            write =>
            {
                if (model.Connections.ContainsKey(connection.Id))
                {
                    return; // Written before the connection to the database was lost.
                }

                _ = Checked(network, gatewayId, segmentationId); // Again: another plugin may have been faster.
                Insert(write, connection, identifiers, network.VxlanSegments[0]);
            },
            cancel);
        if (await push(identifiers, network.Id, cancel) is { } problem)
        {
            await CleanAsync(await RemoveAsync(c => c.Id == connection.Id, cancel), TakeBackPatience, cancel);
            throw GatewayErrors.Ovsdb(problem);
        }

        return new JsonObject { ["l2_gateway_connection"] = ToJson(connection, segmentationId) };
    }

    // In the order of the original, for the first complaint is what the user sees.
    private GatewayConnection Checked(NetworkView network, string gatewayId, string segmentationId)
    {
        var gateway = model.Gateways.GetValueOrDefault(gatewayId);
        int? vlan = null;
        if (gateway?.HasSegmentationIds == true)
        {
            if (segmentationId.Length > 0)
            {
                throw NeutronException.InvalidInput("default segmentation_id should not be provided when segmentation_id is assigned during l2gateway creation");
            }
        }
        else
        {
            vlan = segmentationId.Length > 0
                ? SegmentationId.Read(segmentationId)
                : throw NeutronException.InvalidInput("Segmentation id must be specified in create l2gateway connections");
        }

        if (model.Connections.Values.Any(c => c.GatewayId == gatewayId && c.NetworkId == network.Id))
        {
            throw GatewayErrors.ConnectionExists(network.Id, gatewayId, segmentationId);
        }

        if (gateway is null)
        {
            throw GatewayErrors.GatewayNotFound(gatewayId);
        }

        var connection = new GatewayConnection(host.Entropy.NewUuid().ToString("D"), gatewayId, network.Id, vlan, gateway.Tenant);
        var found = gateway.Devices.Select(d => (Device: d, Switch: switches.Find(d.Name))).ToList();
        foreach (var (device, at) in found)
        {
            CheckPorts(device, at);
        }

        foreach (var (port, device, at) in found.SelectMany(f => f.Device.Interfaces.Select(i => (i, f.Device, f.Switch))))
        {
            switches.RefuseTaken(connection, at, at.Port(port.Name)!, connection.VlanOf(port));
        }

        return network.VxlanSegments.Length switch
        {
            0 => throw GatewayErrors.NoVxlanSegment(network.Id),
            1 => connection,
            _ => throw GatewayErrors.SeveralVxlanSegments(network.Id),
        };
    }

    private void CheckPorts(GatewayDevice device, FoundSwitch at)
    {
        if (HasFault(at.Switch.Faults))
        {
            throw _errors.SwitchFault(device.Name, at.Switch.Faults);
        }

        foreach (var name in device.Interfaces.Select(i => i.Name))
        {
            var port = at.Port(name) ?? throw _errors.InterfaceNotFound(name);
            if (HasFault(port.Faults))
            {
                throw _errors.PortFault(name, device.Name, port.Faults);
            }
        }
    }

    private static bool HasFault(IEnumerable<string> faults) => faults.Any(f => f != "UP");

    private async Task<RestResponse> DeleteAsync(string id, CancellationToken cancel)
    {
        _ = Find(id);
        await CleanAsync(await RemoveAsync(c => c.Id == id, cancel), DeletePatience, cancel);
        return new RestResponse(204, null);
    }

    // What cannot be reached now is cleaned up when it can be; nobody waits long for it.
    private async Task CleanAsync(IReadOnlyList<string> identifiers, TimeSpan patience, CancellationToken cancel)
    {
        try
        {
            if (await push(identifiers, null, cancel).WaitAsync(patience, host.Time, cancel) is { } problem)
            {
                _log.LogWarning("a deleted connection is still on {Switches}: {Problem}", string.Join(", ", identifiers), problem);
            }
        }
        catch (TimeoutException)
        {
            _log.LogWarning("a deleted connection is still on {Switches}: no answer yet", string.Join(", ", identifiers));
        }
    }

    private async Task<IReadOnlyList<string>> RemoveAsync(Func<GatewayConnection, bool> which, CancellationToken cancel)
    {
        var identifiers = model.Connections.Values.Where(which).SelectMany(c => model.Gateways[c.GatewayId].Devices)
            .Select(d => switches.FindOrNull(d.Name)?.Copy.Identifier).OfType<string>().Distinct().ToList();
        await model.WriteAsync(
            write =>
            {
                foreach (var connection in model.Connections.Values.Where(which))
                {
                    write.Delete("L2_Gateway_Connection", Where.Column("id", connection.Id));
                }
            },
            cancel);
        return identifiers;
    }

    private void Insert(OvsdbTransaction write, GatewayConnection connection, IEnumerable<string> identifiers, int vni)
    {
        write.Insert(
            "L2_Gateway_Connection", ("id", connection.Id), ("l2_gateway_id", connection.GatewayId), ("network_id", connection.NetworkId),
            ("segmentation_id", connection.SegmentationId is { } vlan ? vlan : Datum.Empty), ("tenant_id", connection.Tenant));
        foreach (var identifier in identifiers.Where(i => !model.NetworksOn(i).ContainsKey(connection.NetworkId)))
        {
            write.Insert("Switch_Network", ("ovsdb_identifier", identifier), ("network_id", connection.NetworkId), ("vni", vni));
        }
    }

    private static NeutronException RefuseUpdate(RestRequest request)
    {
        var body = RequestBody.Read(request, "l2_gateway_connection", Attributes);
        RequestBody.RefuseReadOnly(body);
        return NeutronException.BadRequest("Cannot update read-only attribute");
    }

    private GatewayConnection Find(string id) => model.Connections.GetValueOrDefault(id) ?? throw GatewayErrors.ConnectionNotFound();

    // The original answers POST with the text it was given and GET with a number.
    private static JsonObject ToJson(GatewayConnection connection, string? asGiven = null) => new()
    {
        ["id"] = connection.Id,
        ["l2_gateway_id"] = connection.GatewayId,
        ["network_id"] = connection.NetworkId,
        ["segmentation_id"] = asGiven is not null ? asGiven : connection.SegmentationId is > 0 and var id ? (JsonNode)id : "",
        ["tenant_id"] = connection.Tenant,
    };
}
