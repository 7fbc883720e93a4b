using System.Text.Json.Nodes;
using VtepLab.Testing;

namespace VtepLab.Benchmarks.L2Gateway;

/// <summary>What the measurements ask of a Neutron server.</summary>
internal sealed class CloudRequests(Uri address) : NeutronClient(address, TimeSpan.FromMinutes(30))
{
    private const int AtATime = 8;

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
}
