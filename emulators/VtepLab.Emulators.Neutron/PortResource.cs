using System.Net;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Core;
using VtepLab.Neutron.Rest;

namespace VtepLab.Emulators.Neutron;

/// <summary>The attributes of ports: the core ones, and those of the binding and allowed-address-pairs extensions.</summary>
internal static class PortResource
{
    /// <summary>The attributes there are.</summary>
    public static IReadOnlyList<string> Attributes { get; } =
    [
        "id", "name", "network_id", "tenant_id", "project_id", "mac_address", "fixed_ips", "device_id", "device_owner", "admin_state_up", "status",
        "binding:host_id", "binding:vnic_type", "binding:profile", "binding:vif_type", "binding:vif_details", "allowed_address_pairs", "security_groups",
        "port_security_enabled", "description",
    ];

    /// <summary>The attributes that a PUT may change.</summary>
    public static IReadOnlyList<string> Changeable { get; } =
    [
        "name", "mac_address", "fixed_ips", "device_id", "device_owner", "admin_state_up", "binding:host_id", "binding:vnic_type", "binding:profile",
        "allowed_address_pairs", "security_groups", "port_security_enabled", "description",
    ];

    /// <summary>The attributes after a POST or PUT.</summary>
    /// <param name="port">As it was; of a POST what the server chose.</param>
    /// <param name="given">What was given.</param>
    /// <param name="subnets">The subnets of the network.</param>
    /// <param name="others">The other ports of the network.</param>
    public static JsonObject Apply(JsonObject port, JsonObject given, IReadOnlyList<JsonObject> subnets, IReadOnlyList<JsonObject> others)
    {
        var changed = port.DeepClone().AsObject();
        foreach (var name in Changeable.Where(n => given.ContainsKey(n) && n is not ("fixed_ips" or "allowed_address_pairs")))
        {
            changed[name] = given[name]?.DeepClone();
        }

        changed["mac_address"] = Mac(changed["mac_address"]?.ToString() ?? "");
        if (others.Any(o => (string?)o["mac_address"] == (string?)changed["mac_address"]))
        {
            throw new NeutronException(
                409, "MacAddressInUse",
                $"Unable to complete operation for network {port["network_id"]}. The mac address {changed["mac_address"]} is in use.");
        }

        if (given.ContainsKey("fixed_ips") || port["fixed_ips"] is null)
        {
            changed["fixed_ips"] = FixedIps(given["fixed_ips"] as JsonArray, subnets, others);
        }

        if (given.ContainsKey("allowed_address_pairs") || port["allowed_address_pairs"] is null)
        {
            changed["allowed_address_pairs"] = new JsonArray([.. (given["allowed_address_pairs"] as JsonArray ?? []).OfType<JsonObject>().Select(p => new JsonObject
            {
                ["ip_address"] = RequestBody.Text(p, "ip_address"), ["mac_address"] = Mac(RequestBody.Text(p, "mac_address", (string)changed["mac_address"]!)),
            })]);
        }

        changed["binding:host_id"] ??= "";
        return changed;
    }

    /// <summary>What the plugin sees of a port.</summary>
    public static PortView View(JsonObject port) => new(
        (string)port["id"]!, (string)port["network_id"]!, (string)port["mac_address"]!,
        [.. port["fixed_ips"]!.AsArray().Select(f => f!["ip_address"]!.ToString())],
        [.. port["allowed_address_pairs"]!.AsArray().Select(p => new AddressPair(p!["mac_address"]!.ToString(), p["ip_address"]!.ToString()))],
        port["binding:host_id"]?.ToString() ?? "", port["device_owner"]?.ToString() ?? "");

    private static string Mac(string text)
    {
        var octets = text.ToLowerInvariant().Split(':');
        return octets.Length == 6 && octets.All(o => o.Length == 2 && byte.TryParse(o, System.Globalization.NumberStyles.HexNumber, null, out _))
            ? string.Join(':', octets)
            : throw NeutronException.BadRequest($"Invalid input for mac_address. Reason: '{text}' is not a valid MAC address.");
    }

    private static JsonArray FixedIps(JsonArray? asked, IReadOnlyList<JsonObject> subnets, IReadOnlyList<JsonObject> others)
    {
        var taken = others.SelectMany(o => o["fixed_ips"]!.AsArray()).Select(f => f!["ip_address"]!.ToString()).ToHashSet();
        if (asked is null)
        {
            return [.. subnets.Take(1).Select(s => (JsonNode)Fixed(s, Next(s, taken)))];
        }

        return [.. asked.OfType<JsonObject>().Select(a =>
        {
            var address = a["ip_address"]?.ToString();
            var subnet = subnets.FirstOrDefault(s => (string?)s["id"] == a["subnet_id"]?.ToString())
                ?? subnets.FirstOrDefault(s => address is not null && IPNetwork.Parse((string)s["cidr"]!).Contains(IPAddress.Parse(address)))
                ?? throw new NeutronException(400, "InvalidIpForNetwork", "IP address does not belong to a subnet of the network.");
            address ??= Next(subnet, taken);
            return !IPAddress.TryParse(address, out _) ? throw NeutronException.BadRequest($"Invalid input for fixed_ips. Reason: '{address}' is not a valid IP address.")
                : taken.Add(address) ? (JsonNode)Fixed(subnet, address)
                : throw new NeutronException(409, "IpAddressAlreadyAllocated", $"IP address {address} already allocated in subnet {subnet["id"]}");
        })];
    }

    private static JsonObject Fixed(JsonObject subnet, string address) => new() { ["subnet_id"] = subnet["id"]!.DeepClone(), ["ip_address"] = address };

    private static string Next(JsonObject subnet, HashSet<string> taken)
    {
        var network = IPNetwork.Parse((string)subnet["cidr"]!);
        var bytes = network.BaseAddress.GetAddressBytes();
        var gateway = subnet["gateway_ip"]?.ToString();
        for (var i = 2; i < 65536; i++)
        {
            var candidate = (byte[])bytes.Clone();
            var carry = i;
            for (var at = candidate.Length - 1; at >= 0 && carry > 0; at--)
            {
                carry += candidate[at];
                candidate[at] = (byte)(carry & 0xFF);
                carry >>= 8;
            }

            var address = new IPAddress(candidate);
            if (network.Contains(address) && address.ToString() is var text && text != gateway && taken.Add(text))
            {
                return text;
            }
        }

        throw new NeutronException(409, "IpAddressGenerationFailure", "No more IP addresses available.");
    }
}
