using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using VtepLab.Neutron.Core;
using VtepLab.Neutron.Rest;
using VtepLab.Ovsdb;
using VtepLab.Runtime;

namespace VtepLab.Emulators.Neutron;

/// <summary>A Neutron server around a service plugin: networks, subnets, ports and agents, as far as somebody else's client and the plugin need them.</summary>
/// <remarks>A request is answered when what it asked for is on stable storage. Nobody is asked for a name: <c>auth_strategy = noauth</c>.</remarks>
public sealed class NeutronServer : INeutronCore
{
    private static readonly string[] SubnetAttributes =
        ["id", "name", "network_id", "tenant_id", "project_id", "cidr", "ip_version", "gateway_ip", "enable_dhcp", "allocation_pools", "dns_nameservers", "host_routes"];

    private static readonly string[] OwnCollections = ["networks", "subnets", "ports", "agents", "extensions", "quotas"];

    private readonly IHost _host;
    private readonly NeutronServerOptions _options;
    private readonly DocumentStore _store;
    private readonly L2Agents _agents;
    private readonly List<INeutronExtension> _extensions = [];
    private readonly ILogger _log;
    private int _nextVni;

    private NeutronServer(IHost host, NeutronServerOptions options, DocumentStore store)
    {
        (_host, _options, _store, _agents, _nextVni) = (host, options, store, new L2Agents(host, options, store), options.FirstVni);
        _log = host.Logs.CreateLogger<NeutronServer>();
        store.Changed += (collection, old, now) =>
        {
            if (collection is "networks" or "ports")
            {
                Changed?.Invoke((string)(now ?? old)![collection == "networks" ? "id" : "network_id"]!);
            }
        };
        _agents.Changed += _ => Changed?.Invoke("");
        _agents.Started += agent => L2AgentStarted?.Invoke(agent);
    }

    /// <inheritdoc/>
    public event Action<string>? Changed;

    /// <inheritdoc/>
    public event Action<string>? L2AgentStarted;

    /// <inheritdoc/>
    public IReadOnlyList<L2AgentView> VxlanAgents => _agents.Vxlan;

    /// <summary>The schema of the server's database, for an OVSDB server that several Neutron servers share.</summary>
    public static DatabaseSchema DatabaseSchema => DocumentStore.Schema;

    /// <summary>Opens the server's database and serves its topics.</summary>
    public static async Task<NeutronServer> StartAsync(IHost host, NeutronServerOptions options, CancellationToken cancel = default)
    {
        var server = new NeutronServer(host, options, await DocumentStore.OpenAsync(host, options.Database, cancel));
        await server._agents.ServeAsync(cancel);
        return server;
    }

    /// <summary>Adds a service plugin.</summary>
    public void Add(INeutronExtension extension) => _extensions.Add(extension);

    /// <inheritdoc/>
    public long Version => _store.VersionOf("networks") + _store.VersionOf("ports") + _agents.Version;

    /// <inheritdoc/>
    public NetworkView? FindNetwork(string id) => _store.Find("networks", id) is { } network
        ? new NetworkView(id, network["name"]!.ToString(), [.. NetworkResource.VnisOf(network)])
        : null;

    /// <inheritdoc/>
    public IReadOnlyList<PortView> PortsOf(string network) => _store.Ports.Of(network);

    /// <inheritdoc/>
    public L2AgentView? FindVxlanAgent(string host) => host.Length == 0 ? null : _agents.Find(host);

    /// <summary>Answers a request; never throws for what a client does.</summary>
    public async Task<RestResponse> HandleAsync(RestRequest request, CancellationToken cancel)
    {
        try
        {
            return await RouteAsync(request, cancel);
        }
        catch (NeutronException refused)
        {
            return RestResponse.Of(refused);
        }
#pragma warning disable CA1031 // Whatever else a handler lets out is a bug of ours and the client's 500.
        catch (Exception bug) when (bug is not OperationCanceledException)
#pragma warning restore CA1031
        {
            _log.LogError(bug, "{Method} {Path} failed", request.Method, request.Path);
            return RestResponse.Of(NeutronException.Internal());
        }
    }

    private async Task<RestResponse> RouteAsync(RestRequest request, CancellationToken cancel)
    {
        await _store.WhenShownAsync(cancel); // What another server has accepted before this request came.
        var parts = request.Path.Trim('/').Split('/');
        if (parts is [""])
        {
            return new RestResponse(200, Versions(request.BaseAddress));
        }

        if (parts[0] != "v2.0")
        {
            throw NeutronException.NoResource();
        }

        var collection = parts.Length > 1 ? parts[1] : "";
        var id = string.Join('/', parts.Skip(2));
        if (_extensions.Find(e => e.Collections.Contains(collection)) is { } extension)
        {
            return await extension.HandleAsync(collection, id, request, cancel);
        }

        return (collection, request.Method) switch
        {
            ("", "GET") => new RestResponse(200, Resources(request.BaseAddress)),
            ("extensions", "GET") => Extensions(id),
            ("agents", "GET") => Show("agent", _extensions.SelectMany(e => e.Agents).Concat(_agents.Json), id, request, "Agent", "AgentNotFound"),
            ("quotas", "GET") => new RestResponse(200, Quota()),
            ("networks" or "subnets" or "ports", "GET") => Show(
                collection[..^1], _store.All(collection), id, request, char.ToUpperInvariant(collection[0]) + collection[1..^1],
                $"{char.ToUpperInvariant(collection[0])}{collection[1..^1]}NotFound"),
            ("networks", "POST") => await CreateNetworkAsync(request, cancel),
            ("networks", "PUT") => await UpdateNetworkAsync(id, request, cancel),
            ("networks", "DELETE") => await DeleteNetworkAsync(id, cancel),
            ("subnets", "POST") => await CreateSubnetAsync(request, cancel),
            ("subnets", "DELETE") => await DeleteSubnetAsync(id, cancel),
            ("ports", "POST") => await CreatePortAsync(request, cancel),
            ("ports", "PUT") => await UpdatePortAsync(id, request, cancel),
            ("ports", "DELETE") => await DeletePortAsync(id, cancel),
            _ => throw NeutronException.NoResource(),
        };
    }

    private static JsonObject Versions(string address) => new()
    {
        ["versions"] = new JsonArray(new JsonObject
        {
            ["id"] = "v2.0", ["status"] = "CURRENT", ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{address}/v2.0/" }),
        }),
    };

    private JsonObject Resources(string address) => new()
    {
        ["resources"] = new JsonArray([.. OwnCollections
            .Concat(_extensions.SelectMany(e => e.Collections)).Select(c => new JsonObject
            {
                ["name"] = c[..^1], ["collection"] = c, ["links"] = new JsonArray(new JsonObject { ["rel"] = "self", ["href"] = $"{address}/v2.0/{c}" }),
            })]),
    };

    private RestResponse Extensions(string alias)
    {
        var all = new[] { ("agent", "agent"), ("allowed-address-pairs", "Allowed Address Pairs"), ("binding", "Port Binding"),
                ("multi-provider", "Multi Provider Network"), ("provider", "Provider Network"), ("quotas", "Quota management support") }
            .Select(e => new JsonObject { ["alias"] = e.Item1, ["name"] = e.Item2, ["description"] = "", ["links"] = new JsonArray(), ["updated"] = "2013-01-01T00:00:00-00:00" })
            .Concat(_extensions.SelectMany(e => e.Extensions));
        return alias.Length == 0
            ? new RestResponse(200, new JsonObject { ["extensions"] = new JsonArray([.. all.Select(e => (JsonNode)e)]) })
            : all.FirstOrDefault(e => (string?)e["alias"] == alias) is { } one
                ? new RestResponse(200, new JsonObject { ["extension"] = one.DeepClone() })
                : throw new NeutronException(404, "ExtensionNotFound", $"Extension with alias {alias} does not exist");
    }

    private JsonObject Quota()
    {
        var quota = new JsonObject
        {
            ["network"] = 100, ["subnet"] = 100, ["subnetpool"] = -1, ["port"] = 500, ["security_group"] = 10, ["security_group_rule"] = 100, ["rbac_policy"] = 10,
        };
        foreach (var (name, limit) in _extensions.SelectMany(e => e.Quota))
        {
            quota[name] = limit?.DeepClone();
        }

        return new JsonObject { ["quota"] = quota };
    }

    private static RestResponse Show(string resource, IEnumerable<JsonObject> all, string id, RestRequest request, string title, string missing)
    {
        var query = new CollectionQuery(request.Query, "id", "name", "tenant_id", "host", "agent_type");
        if (id.Length == 0)
        {
            return new RestResponse(200, query.Page($"{resource}s", all.Select(r => r.DeepClone().AsObject()), $"{request.BaseAddress}/v2.0/{resource}s"));
        }

        var found = all.FirstOrDefault(r => (string?)r["id"] == id) ?? throw new NeutronException(404, missing, $"{title} {id} could not be found.");
        return new RestResponse(200, new JsonObject { [resource] = query.Select(found.DeepClone().AsObject()) });
    }

    private async Task<RestResponse> CreateNetworkAsync(RestRequest request, CancellationToken cancel)
    {
        var given = RequestBody.Read(request, "network", NetworkResource.Attributes);
        var taken = _store.All("networks").SelectMany(NetworkResource.VnisOf).Select(v => (long)v).ToHashSet();
        var network = NetworkResource.Create(NewId(), given, request.Caller, taken, _nextVni);
        if (given["provider:segmentation_id"] is null && given["segments"] is null && NetworkResource.VnisOf(network).ToList() is [var drawn])
        {
            _nextVni = drawn + 1; // Neutron draws one of all that are free, so hardly ever one that has just become free.
        }

        await _store.PutAsync(cancel, ("networks", network));
        return new RestResponse(201, new JsonObject { ["network"] = network.DeepClone() });
    }

    private async Task<RestResponse> UpdateNetworkAsync(string id, RestRequest request, CancellationToken cancel)
    {
        var given = RequestBody.Read(request, "network", NetworkResource.Attributes);
        RequestBody.RefuseReadOnly(given, NetworkResource.Changeable);
        var network = Require("networks", id, "Network").DeepClone().AsObject();
        foreach (var (name, value) in given)
        {
            network[name] = value?.DeepClone();
        }

        await _store.PutAsync(cancel, ("networks", network));
        return new RestResponse(200, new JsonObject { ["network"] = network.DeepClone() });
    }

    private async Task<RestResponse> DeleteNetworkAsync(string id, CancellationToken cancel)
    {
        _ = Require("networks", id, "Network");
        if (_store.Ports.Of(id).Count > 0)
        {
            throw new NeutronException(
                409, "NetworkInUse", $"Unable to complete operation on network {id}. There are one or more ports still in use on the network.");
        }

        await _store.DeleteAsync(cancel, [("networks", id), .. SubnetsOf(id).Select(s => ("subnets", (string)s["id"]!))]);
        foreach (var extension in _extensions)
        {
            await extension.NetworkDeletedAsync(id, cancel);
        }

        return new RestResponse(204, null);
    }

    private async Task<RestResponse> CreateSubnetAsync(RestRequest request, CancellationToken cancel)
    {
        var given = RequestBody.Read(request, "subnet", SubnetAttributes);
        var network = Require("networks", RequestBody.Text(given, "network_id"), "Network").DeepClone().AsObject();
        var cidr = RequestBody.Text(given, "cidr");
        if (!IPNetwork.TryParse(cidr, out var range))
        {
            throw NeutronException.BadRequest($"Invalid input for cidr. Reason: '{cidr}' is not a valid IP subnet.");
        }

        var subnet = new JsonObject
        {
            ["id"] = NewId(), ["name"] = RequestBody.Text(given, "name", ""), ["network_id"] = network["id"]!.DeepClone(),
            ["tenant_id"] = request.Caller.Project, ["project_id"] = request.Caller.Project, ["cidr"] = range.ToString(),
            ["ip_version"] = range.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 6 : 4,
            ["gateway_ip"] = given.ContainsKey("gateway_ip") ? given["gateway_ip"]?.DeepClone() : Gateway(range),
            ["enable_dhcp"] = given["enable_dhcp"]?.DeepClone() ?? true, ["dns_nameservers"] = new JsonArray(), ["host_routes"] = new JsonArray(),
        };
        network["subnets"]!.AsArray().Add(subnet["id"]!.DeepClone());
        await _store.PutAsync(cancel, ("subnets", subnet), ("networks", network));
        return new RestResponse(201, new JsonObject { ["subnet"] = subnet.DeepClone() });
    }

    private static string Gateway(IPNetwork range)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        bytes[^1] |= 1;
        return new IPAddress(bytes).ToString();
    }

    private async Task<RestResponse> DeleteSubnetAsync(string id, CancellationToken cancel)
    {
        var subnet = Require("subnets", id, "Subnet");
        if (_store.All("ports").Any(p => p["fixed_ips"]!.AsArray().Any(f => (string?)f!["subnet_id"] == id)))
        {
            throw new NeutronException(
                409, "SubnetInUse", $"Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet.");
        }

        var network = Require("networks", (string)subnet["network_id"]!, "Network").DeepClone().AsObject();
        network["subnets"] = new JsonArray([.. network["subnets"]!.AsArray().Where(s => (string?)s != id).Select(s => s!.DeepClone())]);
        await _store.PutAsync(cancel, ("networks", network));
        await _store.DeleteAsync(cancel, ("subnets", id));
        return new RestResponse(204, null);
    }

    private async Task<RestResponse> CreatePortAsync(RestRequest request, CancellationToken cancel)
    {
        var given = RequestBody.Read(request, "port", PortResource.Attributes);
        var network = Require("networks", RequestBody.Text(given, "network_id"), "Network");
        var id = NewId();
        var chosen = _host.Entropy.NextUInt64("mac");
        var port = new JsonObject
        {
            ["id"] = id, ["name"] = "", ["network_id"] = network["id"]!.DeepClone(), ["tenant_id"] = request.Caller.Project, ["project_id"] = request.Caller.Project,
            ["mac_address"] = $"{_options.BaseMac}:{chosen & 0xFF:x2}:{(chosen >> 8) & 0xFF:x2}:{(chosen >> 16) & 0xFF:x2}", ["admin_state_up"] = true,
            ["status"] = "ACTIVE", ["device_id"] = "", ["device_owner"] = "", ["binding:host_id"] = "", ["binding:vnic_type"] = "normal",
        };
        return new RestResponse(201, await PutPortAsync(port, given, cancel));
    }

    private async Task<RestResponse> UpdatePortAsync(string id, RestRequest request, CancellationToken cancel)
    {
        var given = RequestBody.Read(request, "port", PortResource.Attributes);
        RequestBody.RefuseReadOnly(given, PortResource.Changeable);
        return new RestResponse(200, await PutPortAsync(Require("ports", id, "Port"), given, cancel));
    }

    private async Task<JsonObject> PutPortAsync(JsonObject port, JsonObject given, CancellationToken cancel)
    {
        var network = (string)port["network_id"]!;
        var changed = PortResource.Apply(port, given, SubnetsOf(network), _store.Ports);
        await _store.PutAsync(cancel, ("ports", changed));
        return new JsonObject { ["port"] = changed.DeepClone() };
    }

    private async Task<RestResponse> DeletePortAsync(string id, CancellationToken cancel)
    {
        _ = Require("ports", id, "Port");
        await _store.DeleteAsync(cancel, ("ports", id));
        return new RestResponse(204, null);
    }

    private IReadOnlyList<JsonObject> SubnetsOf(string network) => [.. _store.All("subnets").Where(s => (string?)s["network_id"] == network)];

    private JsonObject Require(string collection, string id, string title) =>
        _store.Find(collection, id) ?? throw new NeutronException(404, $"{title}NotFound", $"{title} {id} could not be found.");

    private string NewId() => _host.Entropy.NewUuid().ToString("D");
}
