using System.Text.Json.Nodes;
using VtepLab.Conformance.Wire;

namespace VtepLab.Conformance.Checks;

/// <summary>Rows that many checks begin with.</summary>
internal static class Given
{
    /// <summary>Inserts a Logical_Switch.</summary>
    public static JsonObject Network(string name, JsonNode? tunnelKey = null, string? uuidName = null)
    {
        var row = new JsonObject { ["name"] = name };
        if (tunnelKey is not null)
        {
            row.Add("tunnel_key", tunnelKey.DeepClone());
        }

        return Ovs.Insert("Logical_Switch", row, uuidName);
    }

    /// <summary>Inserts a Physical_Locator.</summary>
    public static JsonObject Locator(string ip, string uuidName) =>
        Ovs.Insert("Physical_Locator", new JsonObject { ["encapsulation_type"] = "vxlan_over_ipv4", ["dst_ip"] = ip }, uuidName);

    /// <summary>Inserts a Ucast_Macs_Remote.</summary>
    public static JsonObject RemoteMac(string mac, JsonArray network, JsonArray locator) =>
        Ovs.Insert("Ucast_Macs_Remote", new JsonObject { ["MAC"] = mac, ["logical_switch"] = network.DeepClone(), ["locator"] = locator.DeepClone() });

    /// <summary>Inserts a Mcast_Macs_Remote for everything unknown, its set and the set's locators.</summary>
    public static JsonObject[] Flooding(JsonArray network, params string[] ips) =>
    [
        .. ips.Select((ip, i) => Locator(ip, $"member{i}")),
        Ovs.Insert(
            "Physical_Locator_Set",
            new JsonObject { ["locators"] = Ovs.Set([.. ips.Select((_, i) => (JsonNode?)Ovs.Named($"member{i}"))]) }, "members"),
        Ovs.Insert(
            "Mcast_Macs_Remote",
            new JsonObject { ["MAC"] = "unknown-dst", ["logical_switch"] = network.DeepClone(), ["locator_set"] = Ovs.Named("members") }),
    ];

    /// <summary>Inserts a Logical_Router with routes.</summary>
    public static JsonObject Router(string name, params (string Prefix, string NextHop)[] routes) => Ovs.Insert(
        "Logical_Router",
        new JsonObject
        {
            ["name"] = name,
            ["static_routes"] = Ovs.Map([.. routes.Select(r => ((JsonNode)r.Prefix, (JsonNode)r.NextHop))]),
        });

    /// <summary>The row of that name.</summary>
    public static JsonArray Named(string name) => Ovs.Where("name", "==", name);
}
