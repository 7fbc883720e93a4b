using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>A client of a Neutron server's API, as far as the measurements need one.</summary>
internal sealed class CloudRequests(Uri address) : IDisposable
{
    private const int AtATime = 8;

    private readonly HttpClient _client = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(30) };

    /// <summary>Asks; the body is null where there is none.</summary>
    public async Task<(int Status, JsonNode? Body)> AskAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/v2.0" + path) { Content = body is null ? null : JsonContent.Create(body) };
        using var answer = await _client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>Makes a resource and returns its id.</summary>
    public async Task<string> MakeAsync(string collection, JsonObject attributes)
    {
        var resource = collection[..^1].Replace('-', '_');
        var (status, body) = await AskAsync("POST", "/" + collection, new JsonObject { [resource] = attributes });
        return status == 201 ? (string)body![resource]!["id"]! : throw new InvalidOperationException($"POST {collection}: {status} {body?.ToJsonString()}");
    }

    /// <summary>Makes a network with machines, spread over the compute nodes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="first">The number of the first machine, which makes its MAC address.</param>
    /// <param name="count">How many.</param>
    /// <returns>The network's id.</returns>
    public async Task<string> MakeNetworkAsync(string name, int first, int count)
    {
        var network = await MakeAsync("networks", new() { ["name"] = name });
        await MakeAsync("subnets", new() { ["network_id"] = network, ["cidr"] = "10.0.0.0/16" });
        await MakePortsAsync(network, first, count);
        return network;
    }

    /// <summary>Makes machines of a network, some requests at a time.</summary>
    public Task MakePortsAsync(string network, int first, int count) => Parallel.ForAsync(
        first, first + count, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (n, _) => await MakeAsync("ports", new()
        {
            ["network_id"] = network, ["device_owner"] = "compute:nova", ["binding:host_id"] = $"node-{n % GatewayRig.Nodes}",
            ["mac_address"] = $"fa:16:3e:{n >> 16:x2}:{(n >> 8) & 255:x2}:{n & 255:x2}",
        }));

    /// <summary>Makes a gateway of the port <c>eth1</c> of the switch <c>leaf1</c>.</summary>
    public Task<string> MakeGatewayAsync() => MakeAsync("l2-gateways", new()
    {
        ["name"] = "gw",
        ["devices"] = new JsonArray(new JsonObject { ["device_name"] = "leaf1", ["interfaces"] = new JsonArray(new JsonObject { ["name"] = "eth1" }) }),
    });

    /// <summary>Connects a network with a gateway.</summary>
    /// <returns>The connection's id; null while there is no agent, or none that has told of the switch.</returns>
    public async Task<string?> TryConnectAsync(string gateway, string network, int vlan)
    {
        var (status, body) = await AskAsync("POST", "/l2-gateway-connections", new JsonObject
        {
            ["l2_gateway_connection"] = new JsonObject { ["l2_gateway_id"] = gateway, ["network_id"] = network, ["segmentation_id"] = $"{vlan}" },
        });
        return status switch
        {
            201 => (string)body!["l2_gateway_connection"]!["id"]!,
            404 or 409 => null,
            _ => throw new InvalidOperationException($"POST l2-gateway-connections: {status} {body?.ToJsonString()}"),
        };
    }

    public void Dispose() => _client.Dispose();
}
