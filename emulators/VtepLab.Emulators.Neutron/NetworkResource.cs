using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;

namespace VtepLab.Emulators.Neutron;

/// <summary>The attributes of networks: the core ones, and those of the provider and multi-provider extensions.</summary>
internal static class NetworkResource
{
    /// <summary>The attributes there are.</summary>
    public static IReadOnlyList<string> Attributes { get; } =
    [
        "id", "name", "tenant_id", "project_id", "admin_state_up", "shared", "status", "subnets", "mtu", "router:external", "port_security_enabled",
        "description", "availability_zone_hints", "provider:network_type", "provider:segmentation_id", "provider:physical_network", "segments",
    ];

    /// <summary>The attributes that a PUT may change.</summary>
    public static IReadOnlyList<string> Changeable { get; } = ["name", "admin_state_up", "shared", "description", "mtu"];

    /// <summary>A new network.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="given">What was given.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="taken">The VNIs of the other networks.</param>
    /// <param name="firstVni">The first VNI that a network gets which names none.</param>
    public static JsonObject Create(string id, JsonObject given, RestCaller caller, IReadOnlySet<long> taken, int firstVni)
    {
        var network = new JsonObject
        {
            ["id"] = id, ["name"] = RequestBody.Text(given, "name", ""),
            ["tenant_id"] = RequestBody.Text(given, given.ContainsKey("project_id") ? "project_id" : "tenant_id", caller.Project),
            ["admin_state_up"] = given["admin_state_up"]?.DeepClone() ?? true, ["shared"] = given["shared"]?.DeepClone() ?? false,
            ["description"] = RequestBody.Text(given, "description", ""), ["status"] = "ACTIVE", ["subnets"] = new JsonArray(), ["mtu"] = 1450,
        };
        network["project_id"] = network["tenant_id"]!.DeepClone();
        if (given["segments"] is JsonArray several)
        {
            network["segments"] = new JsonArray([.. several.OfType<JsonObject>().Select(s => Segment(s, taken, firstVni))]);
            return network;
        }

        foreach (var (name, value) in Segment(given, taken, firstVni).ToList())
        {
            network[name] = value?.DeepClone();
        }

        return network;
    }

    /// <summary>The VNIs of a network's VXLAN segments.</summary>
    public static IEnumerable<int> VnisOf(JsonObject network) =>
        (network["segments"] is JsonArray several ? several.OfType<JsonObject>() : [network])
        .Where(s => s["provider:network_type"]?.ToString() == "vxlan").Select(s => int.Parse(s["provider:segmentation_id"]!.ToString(), CultureInfo.InvariantCulture));

    private static JsonObject Segment(JsonObject given, IReadOnlySet<long> taken, int firstVni)
    {
        var type = RequestBody.Text(given, "provider:network_type", "vxlan");
        var limit = type switch
        {
            "vxlan" or "gre" => 16777215,
            "vlan" => 4094,
            "flat" or "local" => 0,
            _ => throw NeutronException.InvalidInput($"Unknown provider network type '{type}'"),
        };
        var id = given["provider:segmentation_id"] switch
        {
            null when limit == 0 => null,
            null => (long?)Enumerable.Range(firstVni, int.MaxValue - firstVni).First(v => !taken.Contains(v)),
            var value when value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) && number > 0 && number <= limit => number,
            var value => throw NeutronException.InvalidInput($"segmentation_id out of range (1 through {limit}): {value.ToJsonString()}"),
        };
        if (type == "vxlan" && given["provider:segmentation_id"] is not null && taken.Contains(id!.Value))
        {
            throw new NeutronException(409, "TunnelIdInUse", $"Unable to create the network. The tunnel ID {id} is in use.");
        }

        return new JsonObject
        {
            ["provider:network_type"] = type, ["provider:segmentation_id"] = id, ["provider:physical_network"] = given["provider:physical_network"]?.DeepClone(),
        };
    }
}
