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
    /// <param name="ports">The addresses of all ports.</param>
    public static JsonObject Apply(JsonObject port, JsonObject given, IReadOnlyList<JsonObject> subnets, PortIndex ports)
    {
        var (network, self) = ((string)port["network_id"]!, (string)port["id"]!);
        var changed = port.DeepClone().AsObject();
        foreach (var name in Changeable.Where(n => given.ContainsKey(n) && n is not ("fixed_ips" or "allowed_address_pairs")))
        {
            changed[name] = given[name]?.DeepClone();
        }

        changed["mac_address"] = Mac(changed["mac_address"]?.ToString() ?? "");
        if (ports.HasMac(network, (string)changed["mac_address"]!, self))
        {
            throw new NeutronException(
                409, "MacAddressInUse",
                $"Unable to complete operation for network {port["network_id"]}. The mac address {changed["mac_address"]} is in use.");
        }

        if (given.ContainsKey("fixed_ips") || port["fixed_ips"] is null)
        {
            changed["fixed_ips"] = FixedIps(given["fixed_ips"] as JsonArray, subnets, new(ports, network, self));
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

    private static JsonArray FixedIps(JsonArray? asked, IReadOnlyList<JsonObject> subnets, TakenAddresses taken)
    {
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
                : taken.TryTake(address) ? (JsonNode)Fixed(subnet, address)
                : throw new NeutronException(409, "IpAddressAlreadyAllocated", $"IP address {address} already allocated in subnet {subnet["id"]}");
        })];
    }

    private static JsonObject Fixed(JsonObject subnet, string address) => new() { ["subnet_id"] = subnet["id"]!.DeepClone(), ["ip_address"] = address };

    private static string Next(JsonObject subnet, TakenAddresses taken)
    {
        var network = IPNetwork.Parse((string)subnet["cidr"]!);
        var bytes = network.BaseAddress.GetAddressBytes();
        var gateway = subnet["gateway_ip"]?.ToString();
        var id = (string)subnet["id"]!;
        for (var i = taken.FirstFree(id); i < 65536; i++)
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
            if (network.Contains(address) && address.ToString() is var text && text != gateway && taken.TryTake(text))
            {
                taken.FoundTakenBelow(id, i);
                return text;
            }
        }

        throw new NeutronException(409, "IpAddressGenerationFailure", "No more IP addresses available.");
    }

    // Those of the other ports of the network, and those that this port has just been given.
    private sealed class TakenAddresses(PortIndex ports, string network, string self)
    {
        private readonly HashSet<string> _own = [];

        public int FirstFree(string subnet) => ports.FirstFree(subnet);

        public bool TryTake(string address) => !ports.HasIp(network, address, self) && _own.Add(address);

        public void FoundTakenBelow(string subnet, int number)
        {
            // What this port has been given is free again if its request fails.
            if (_own.Count == 1)
            {
                ports.FoundTakenBelow(subnet, number);
            }
        }
    }
}
