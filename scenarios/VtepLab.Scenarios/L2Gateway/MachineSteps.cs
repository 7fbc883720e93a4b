using System.Text.Json.Nodes;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>What users ask for about single machines that is out of the ordinary.</summary>
[Binding]
public sealed class MachineSteps(GatewayWorld world)
{
    [Given("machine {mac} with address {ip} of network {switch} on a node without an L2 agent")]
    public Task OnNodeWithoutAgent(string mac, string ip, string network) =>
        world.Cloud.StartOddMachineAsync(network, mac, new JsonObject { ["binding:host_id"] = "sriov-1", ["fixed_ips"] = Fixed(ip) });

    [Given("machine {mac} with address {ip} of network {switch} on no node yet")]
    public Task OnNoNode(string mac, string ip, string network) => world.Cloud.StartOddMachineAsync(network, mac, new JsonObject { ["fixed_ips"] = Fixed(ip) });

    [Given("machine {mac} without an address of network {switch} on node {ip}")]
    public async Task WithoutAddress(string mac, string network, string node) => await world.Cloud.StartOddMachineAsync(
        network, mac, new JsonObject { ["binding:host_id"] = await world.Nodes.OnAsync(node), ["fixed_ips"] = new JsonArray() });

    [When("machine {mac} may also use {mac} with address {ip}")]
    public Task AddPair(string mac, string other, string ip)
    {
        world.Cloud.EverAsked.Add(other);
        return world.Cloud.ChangeMachineAsync(mac, new JsonObject
        {
            ["allowed_address_pairs"] = new JsonArray(new JsonObject { ["mac_address"] = other, ["ip_address"] = ip }),
        });
    }

    [When("machine {mac} may use its own address only")]
    public Task RemovePairs(string mac) => world.Cloud.ChangeMachineAsync(mac, new JsonObject { ["allowed_address_pairs"] = new JsonArray() });

    private static JsonArray Fixed(string ip) => [new JsonObject { ["ip_address"] = ip }];
}
