using System.Globalization;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.L2Gateway.Plugin;

/// <summary><c>/v2.0/l2-gateways</c>.</summary>
internal sealed class GatewayApi(IHost host, PluginModel model, SwitchDirectory switches, PluginOptions options, Func<Gateway, Task> reconcile)
{
    private const int MaxNameLength = 255;
    private static readonly string[] Attributes = ["id", "name", "devices", "tenant_id", "project_id"];

    private readonly GatewayErrors _errors = new(options);

    public async Task<RestResponse> HandleAsync(string id, RestRequest request, CancellationToken cancel) => (request.Method, id.Length > 0) switch
    {
        ("GET", false) => new(200, new CollectionQuery(request.Query, "id").Page(
            "l2_gateways", model.Gateways.Values.Select(ToJson), $"{request.BaseAddress}/v2.0/l2-gateways")),
        ("GET", true) => new(200, new JsonObject { ["l2_gateway"] = new CollectionQuery(request.Query, "id").Select(ToJson(Find(id))) }),
        ("POST", false) => new(201, await CreateAsync(request, cancel)),
        ("PUT", true) => new(200, await UpdateAsync(id, request, cancel)),
        ("DELETE", true) => await DeleteAsync(id, cancel),
        _ => throw NeutronException.NoResource(),
    };

    private async Task<JsonNode> CreateAsync(RestRequest request, CancellationToken cancel)
    {
        var body = RequestBody.Read(request, "l2_gateway", Attributes);
        if (body.ContainsKey("id"))
        {
            throw NeutronException.BadRequest("Attribute 'id' not allowed in POST");
        }

        if (!body.ContainsKey("devices"))
        {
            throw NeutronException.BadRequest("Failed to parse request. Required attribute 'devices' not specified");
        }

        var name = Name(body, "");
        var tenant = RequestBody.Text(body, body.ContainsKey("project_id") ? "project_id" : "tenant_id", request.Caller.Project);
        var devices = DeviceAttribute.Read(body["devices"], _errors);
        var gateway = new Gateway(NewId(), name, tenant, [.. devices.Select(d => new GatewayDevice(NewId(), d.Name, [.. d.Interfaces]))]);
        await model.WriteAsync(
            write =>
            {
                if (model.Gateways.ContainsKey(gateway.Id))
                {
                    return; // Written before the connection to the database was lost.
                }

                RefuseOverQuota(tenant);
                Insert(write, gateway);
            },
            cancel);
        return Body(gateway.Id);
    }

    private async Task<JsonNode> UpdateAsync(string id, RestRequest request, CancellationToken cancel)
    {
        var body = RequestBody.Read(request, "l2_gateway", Attributes);
        RequestBody.RefuseReadOnly(body, "name", "devices");
        var devices = body.ContainsKey("devices") ? DeviceAttribute.Read(body["devices"], _errors) : [];
        var gateway = Find(id);
        var name = Name(body, gateway.Name);
        Check(gateway, devices);
        await model.WriteAsync(
            write =>
            {
                var now = Find(id);
                if (now.Name != name)
                {
                    write.Update("L2_Gateway", Where.Column("id", id), ("name", name));
                }

                foreach (var device in devices)
                {
                    var old = now.Devices.First(d => d.Name == device.Name);
                    if (!old.Interfaces.SequenceEqual(device.Interfaces))
                    {
                        write.Update("L2_Gateway_Device", Where.Column("id", old.Id), ("interfaces", Interfaces(write, device.Interfaces)));
                    }
                }
            },
            cancel);
        if (devices.Count > 0)
        {
            await reconcile(Find(id));
        }

        return Body(id);
    }

    // Of this gateway's own devices and connections only; what other gateways have bound is not touched.
    private void Check(Gateway gateway, IReadOnlyList<DeviceAttribute> devices)
    {
        foreach (var device in devices)
        {
            if (!gateway.Devices.Any(d => d.Name == device.Name))
            {
                throw GatewayErrors.DeviceNotFound(device.Name);
            }

            var hasIds = device.Interfaces.Any(i => i.SegmentationId > 0);
            if (gateway.Devices[0].Interfaces[0].SegmentationId > 0 != hasIds)
            {
                throw hasIds ? _errors.SegmentationIdNotExists() : _errors.SegmentationIdExists();
            }

            var found = switches.Find(device.Name);
            foreach (var name in device.Interfaces.Select(i => i.Name).Where(n => found.Port(n) is null))
            {
                throw _errors.PortNotFound(name, device.Name);
            }

            foreach (var connection in model.Connections.Values.Where(c => c.GatewayId == gateway.Id))
            {
                foreach (var port in device.Interfaces)
                {
                    switches.RefuseTaken(connection, found, found.Port(port.Name)!, connection.VlanOf(port));
                }
            }
        }
    }

    private async Task<RestResponse> DeleteAsync(string id, CancellationToken cancel)
    {
        _ = Find(id);
        await model.WriteAsync(
            write =>
            {
                if (model.Connections.Values.Any(c => c.GatewayId == id))
                {
                    throw GatewayErrors.GatewayInUse(id);
                }

                if (model.Gateways.ContainsKey(id))
                {
                    write.Delete("L2_Gateway", Where.Column("id", id));
                }
            },
            cancel);
        return new RestResponse(204, null);
    }

    private void RefuseOverQuota(string tenant)
    {
        // The original has the option and does not enforce it.
        if (options.HasFittingStatusCodes && options.QuotaL2Gateway >= 0
            && model.Gateways.Values.Count(g => g.Tenant == tenant) >= options.QuotaL2Gateway)
        {
            throw GatewayErrors.OverQuota();
        }
    }

    private string Name(JsonObject body, string otherwise)
    {
        var name = RequestBody.Text(body, "name", otherwise);
        return name.Length <= MaxNameLength ? name : throw _errors.Crash("name", $"'{name}' exceeds maximum length of {MaxNameLength}");
    }

    private Gateway Find(string id) => model.Gateways.GetValueOrDefault(id) ?? throw GatewayErrors.GatewayNotFound(id);

    private static void Insert(OvsdbTransaction write, Gateway gateway)
    {
        var devices = gateway.Devices.Select((device, position) => (Atom)write.Insert(
            "L2_Gateway_Device", ("id", device.Id), ("device_name", device.Name), ("position", position),
            ("interfaces", Interfaces(write, device.Interfaces)))).ToList();
        write.Insert("L2_Gateway", ("id", gateway.Id), ("name", gateway.Name), ("tenant_id", gateway.Tenant), ("devices", Datum.Set(devices)));
    }

    private static Datum Interfaces(OvsdbTransaction write, IEnumerable<GatewayInterface> interfaces) => Datum.Set(
        interfaces.Select((port, position) => (Atom)write.Insert(
            "L2_Gateway_Interface", ("interface_name", port.Name), ("segmentation_id", port.SegmentationId), ("position", position))).ToList());

    private JsonObject Body(string id) => new() { ["l2_gateway"] = ToJson(Find(id)) };

    private static JsonObject ToJson(Gateway gateway) => new()
    {
        ["id"] = gateway.Id,
        ["name"] = gateway.Name,
        ["tenant_id"] = gateway.Tenant,
        ["devices"] = new JsonArray([.. gateway.Devices.Select(d => new JsonObject
        {
            ["id"] = d.Id,
            ["device_name"] = d.Name,
            ["interfaces"] = new JsonArray([.. d.Interfaces.GroupBy(i => i.Name).Select(port => new JsonObject
            {
                ["name"] = port.Key,
                // No id, and 0, which is as good as none, show as no element; a second 0 of one port as an empty one.
                ["segmentation_id"] = new JsonArray([.. port.Where((p, i) => i > 0 || p.SegmentationId > 0).Select(
                    p => (JsonNode)(p.SegmentationId > 0 ? p.SegmentationId.ToString(CultureInfo.InvariantCulture) : ""))]),
            })]),
        })]),
    };

    private string NewId() => host.Entropy.NewUuid().ToString("D");
}
