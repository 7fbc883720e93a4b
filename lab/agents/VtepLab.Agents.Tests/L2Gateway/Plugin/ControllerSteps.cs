using System.Text.Json.Nodes;
using VtepLab.Topology;

namespace VtepLab.Agents.Tests.L2Gateway.Plugin;

/// <summary>What tests ask of a controller again and again.</summary>
internal static class ControllerSteps
{
    /// <summary>Deletes all connections and gateways.</summary>
    public static async Task EmptyAsync(this NeutronController controller)
    {
        foreach (var collection in (string[])["l2-gateway-connections", "l2-gateways"])
        {
            var list = (await controller.RequestAsync("GET", "/" + collection)).Body!.AsObject().First().Value!.AsArray();
            foreach (var one in list)
            {
                await controller.RequestAsync("DELETE", $"/{collection}/{one!["id"]}");
            }
        }
    }

    /// <summary>Makes the networks that a sample's request or answer names: those that the original knew.</summary>
    public static async Task MakeNetworksAsync(this NeutronController controller, JsonObject sample, Dictionary<string, string> ids)
    {
        var named = sample["request"]?["l2_gateway_connection"]?["network_id"]?.ToString();
        if (named is null || ids.ContainsKey(named) || named.StartsWith("00000000", StringComparison.Ordinal))
        {
            return;
        }

        var segments = (string?)sample["note"] switch
        {
            "VLAN network" => new JsonObject { ["name"] = "net", ["provider:network_type"] = "vlan", ["provider:segmentation_id"] = 7 },
            "two VXLAN segments" => new JsonObject
            {
                ["name"] = "net",
                ["segments"] = new JsonArray(
                    new JsonObject { ["provider:network_type"] = "vxlan", ["provider:segmentation_id"] = 70001 },
                    new JsonObject { ["provider:network_type"] = "vxlan", ["provider:segmentation_id"] = 70002 }),
            },
            _ => new JsonObject { ["name"] = "net" },
        };
        var made = await controller.RequestAsync("POST", "/networks", new JsonObject { ["network"] = segments });
        ids[named] = (string)made.Body!["network"]!["id"]!;
    }

    public static async Task<string> MakeAsync(this NeutronController controller, string collection, JsonObject attributes)
    {
        var resource = collection[..^1].Replace('-', '_');
        var made = await controller.RequestAsync("POST", "/" + collection, new JsonObject { [resource] = attributes });
        return made.Status == 201 ? (string)made.Body![resource]!["id"]! : throw new AssertionException($"{made.Status} {made.Body?.ToJsonString()}");
    }
}
