using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;
using VtepLab.Topology;

namespace VtepLab.Scenarios.L2Gateway;

/// <summary>A virtual machine.</summary>
/// <param name="Mac">Its MAC address.</param>
/// <param name="Ip">Its IP address.</param>
/// <param name="Network">The network's name in the scenario.</param>
/// <param name="Node">The tunnel address of the node it runs on.</param>
internal sealed record Machine(string Mac, string Ip, string Network, string Node);

/// <summary>A VLAN of a port that belongs to a network.</summary>
/// <param name="Network">The network's name in the scenario.</param>
/// <param name="Switch">The switch's name in the scenario.</param>
/// <param name="Port">The switch's own name of the port.</param>
/// <param name="Vlan">The VLAN.</param>
internal sealed record Connection(string Network, string Switch, string Port, int Vlan);

/// <summary>A request was not answered: whether it was carried out is not known.</summary>
internal sealed class UnansweredException(string message) : Exception(message);

/// <summary>The users of the cloud: what they ask of Neutron's REST API, and what of it was accepted.</summary>
public sealed class Cloud(Controllers controllers, NodeAgents nodes)
{
    private readonly SortedDictionary<string, string> _networks = new(StringComparer.Ordinal);
    private readonly SortedDictionary<(string Switch, string Ports), string> _gateways = [];
    private readonly Dictionary<string, string> _ports = [];
    private readonly Dictionary<Connection, string> _connections = [];

    /// <summary>The machines by MAC address.</summary>
    internal SortedDictionary<string, Machine> Machines { get; } = new(StringComparer.Ordinal);

    /// <summary>The connections, in the order in which they were made.</summary>
    internal List<Connection> Connections { get; } = [];

    /// <summary>The ids of the connections that were accepted and not deleted.</summary>
    internal IEnumerable<string> ConnectionIds => _connections.Values;

    /// <summary>The id of a connection that was accepted.</summary>
    internal string IdOf(Connection connection) => _connections[connection];

    /// <summary>All that users ever asked for, also what is deleted: whatever else is on a switch is invented.</summary>
    internal HashSet<string> EverAsked { get; } = [];

    /// <summary>Machines about which nobody answered the last request: what became of it is asked for when somebody answers again.</summary>
    internal SortedSet<string> Unsure { get; } = new(StringComparer.Ordinal);

    /// <summary>The machines of a network, in the order of their addresses.</summary>
    internal IEnumerable<Machine> MachinesOf(string network) => Machines.Values.Where(m => m.Network == network);

    /// <summary>The id of a network, which is the name of its Logical_Switch.</summary>
    internal string NetworkId(string network) => _networks.GetValueOrDefault(network, network);

    /// <summary>The scenario's networks.</summary>
    internal IEnumerable<string> Networks => _networks.Keys;

    /// <summary>Whether a Logical_Switch is that of a network of the scenario.</summary>
    internal bool IsOurs(string logicalSwitch) => _networks.ContainsValue(logicalSwitch);

    /// <summary>What the scenario calls a Logical_Switch.</summary>
    internal string NetworkOf(string logicalSwitch) => _networks.FirstOrDefault(n => n.Value == logicalSwitch).Key ?? logicalSwitch;

    /// <summary>Makes a network with a subnet.</summary>
    internal async Task AddNetworkAsync(string network, long vni)
    {
        var made = await MakeAsync("network", new()
        {
            ["name"] = network, ["provider:network_type"] = "vxlan", ["provider:segmentation_id"] = vni,
        });
        _networks.Add(network, made);
        EverAsked.Add(made);
        await MakeAsync("subnet", new() { ["network_id"] = made, ["cidr"] = "10.0.0.0/8", ["ip_version"] = 4 });
    }

    /// <summary>Deletes a network.</summary>
    internal Task<RestResponse> DeleteNetworkAsync(string network)
    {
        foreach (var gone in Connections.Where(c => c.Network == network).ToList())
        {
            Connections.Remove(gone);
            _connections.Remove(gone);
        }

        return controllers.RequestAsync("DELETE", $"/networks/{_networks[network]}");
    }

    /// <summary>Makes a machine's port, bound to its node.</summary>
    internal async Task StartMachineAsync(Machine machine)
    {
        var host = await nodes.OnAsync(machine.Node);
        EverAsked.Add(machine.Mac);
        _ports[machine.Mac] = await MakeAsync("port", new()
        {
            ["network_id"] = NetworkId(machine.Network), ["mac_address"] = machine.Mac, ["device_owner"] = "compute:nova",
            ["binding:host_id"] = host, ["fixed_ips"] = new JsonArray(new JsonObject { ["ip_address"] = machine.Ip }),
        });
        Machines.Add(machine.Mac, machine);
    }

    /// <summary>Makes a port of a machine that is not like the others; nobody expects it on a switch as it is.</summary>
    internal async Task StartOddMachineAsync(string network, string mac, JsonObject attributes)
    {
        EverAsked.Add(mac);
        attributes["network_id"] = NetworkId(network);
        attributes["mac_address"] = mac;
        attributes["device_owner"] = "compute:nova";
        _ports[mac] = await MakeAsync("port", attributes);
    }

    /// <summary>Binds a machine's port to another node.</summary>
    internal async Task MoveMachineAsync(string mac, string node)
    {
        await ChangeMachineAsync(mac, new JsonObject { ["binding:host_id"] = await nodes.OnAsync(node) });
        Machines[mac] = Machines[mac] with { Node = node };
    }

    /// <summary>Changes attributes of a machine's port.</summary>
    internal async Task ChangeMachineAsync(string mac, JsonObject attributes) =>
        Accepted(await controllers.RequestAsync("PUT", $"/ports/{_ports[mac]}", new JsonObject { ["port"] = attributes }));

    /// <summary>Deletes a machine's port.</summary>
    internal async Task StopMachineAsync(string mac)
    {
        Accepted(await controllers.RequestAsync("DELETE", $"/ports/{_ports[mac]}"));
        Machines.Remove(mac);
    }

    /// <summary>Asks what became of the requests that nobody answered, and whether all others are as they were accepted.</summary>
    /// <remarks>A controller that was suspended may carry one out after this: what is unsure is so for good, and asked for each time.</remarks>
    /// <returns>What is not; null when all is well.</returns>
    internal async Task<string?> AskForUnsureAsync(string network)
    {
        var answer = await controllers.RequestAsync("GET", "/ports");
        if (answer.Status != 200)
        {
            return $"Neutron answered {answer.Status}";
        }

        var held = answer.Body!["ports"]!.AsArray().Where(p => (string?)p!["network_id"] == NetworkId(network)).ToDictionary(p => (string)p!["mac_address"]!);
        foreach (var mac in Unsure)
        {
            Machines.Remove(mac);
            if (held.TryGetValue(mac, out var port))
            {
                _ports[mac] = (string)port!["id"]!;
                Machines.Add(mac, new Machine(mac, (string)port["fixed_ips"]![0]!["ip_address"]!, network, NodeAgents.NodeOf((string)port["binding:host_id"]!)));
            }
        }

        var accepted = MachinesOf(network).Select(m => $"{m.Mac} on {m.Node}").ToList();
        var kept = held.Values.Select(p => $"{p!["mac_address"]} on {NodeAgents.NodeOf((string)p["binding:host_id"]!)}").Order(StringComparer.Ordinal).ToList();
        return accepted.SequenceEqual(kept) ? null : $"Neutron has the machines {string.Join(", ", kept)}, and has accepted {string.Join(", ", accepted)}";
    }

    /// <summary>Makes a gateway of ports of switches, once, and returns its id.</summary>
    internal async Task<string> GatewayAsync(params IReadOnlyList<(string Device, string[] Ports)> devices)
    {
        var key = (string.Join(' ', devices.Select(d => d.Device)), string.Join(' ', devices.SelectMany(d => d.Ports)));
        if (!_gateways.TryGetValue(key, out var gateway))
        {
            _gateways[key] = gateway = await MakeAsync("l2_gateway", new()
            {
                ["name"] = $"{key.Item1} {key.Item2}",
                ["devices"] = new JsonArray([.. devices.Select(d => new JsonObject
                {
                    ["device_name"] = d.Device, ["interfaces"] = new JsonArray([.. d.Ports.Select(p => new JsonObject { ["name"] = p })]),
                })]),
            });
        }

        return gateway;
    }

    /// <summary>Changes the ports of a device of a gateway.</summary>
    internal async Task ChangeGatewayAsync(string gateway, string device, IEnumerable<string> ports) =>
        Accepted(await controllers.RequestAsync("PUT", $"/l2-gateways/{gateway}", new JsonObject
        {
            ["l2_gateway"] = new JsonObject
            {
                ["devices"] = new JsonArray(new JsonObject
                {
                    ["device_name"] = device, ["interfaces"] = new JsonArray([.. ports.Select(p => new JsonObject { ["name"] = p })]),
                }),
            },
        }));

    /// <summary>Asks for a gateway to be connected to a network; what comes of it is in the answer.</summary>
    /// <param name="gateway">The gateway's id.</param>
    /// <param name="places">What it connects.</param>
    internal async Task<RestResponse> TryConnectAsync(string gateway, params IReadOnlyList<Connection> places)
    {
        EverAsked.UnionWith(places.Select(p => $"{p.Switch} {p.Port} {p.Vlan}"));
        var answer = await controllers.RequestAsync("POST", "/l2-gateway-connections", new JsonObject
        {
            ["l2_gateway_connection"] = new JsonObject
            {
                ["l2_gateway_id"] = gateway, ["network_id"] = NetworkId(places[0].Network), ["segmentation_id"] = $"{places[0].Vlan}",
            },
        });
        if (answer.Status == 201)
        {
            Keep(answer.Body!["l2_gateway_connection"]!, places);
        }

        return answer;
    }

    /// <summary>Looks for a connection that a request has made whose answer never came, and expects it from now on.</summary>
    /// <returns>Whether there is one.</returns>
    internal async Task<bool> TryFindAsync(string gateway, params IReadOnlyList<Connection> places)
    {
        var answer = await controllers.RequestAsync("GET", "/l2-gateway-connections");
        var made = (answer.Body?["l2_gateway_connections"] as JsonArray)?.FirstOrDefault(c =>
            ((string)c!["l2_gateway_id"]!, (string)c["network_id"]!, $"{c["segmentation_id"]}") == (gateway, NetworkId(places[0].Network), $"{places[0].Vlan}"));
        if (made is not null)
        {
            Keep(made, places);
        }

        return made is not null;
    }

    private void Keep(JsonNode connection, IReadOnlyList<Connection> places)
    {
        foreach (var place in places)
        {
            _connections[place] = (string)connection["id"]!;
            Connections.Add(place);
        }
    }

    /// <summary>Deletes a connection.</summary>
    internal async Task DisconnectAsync(Connection connection)
    {
        Accepted(await TryDisconnectAsync(connection));
    }

    /// <summary>Asks for a connection to be deleted; what comes of it is in the answer.</summary>
    internal Task<RestResponse> TryDisconnectAsync(Connection connection) =>
        controllers.RequestAsync("DELETE", $"/l2-gateway-connections/{Forget(connection)}");

    /// <summary>Expects a connection, with all its places, no longer, and returns its id.</summary>
    internal string Forget(Connection connection)
    {
        var id = _connections[connection];
        foreach (var (place, _) in _connections.Where(c => c.Value == id).ToList())
        {
            _connections.Remove(place);
            Connections.Remove(place);
        }

        return id;
    }

    /// <summary>Refuses every answer but one that says that it was done.</summary>
    /// <exception cref="LabExpectationException">It was not.</exception>
    /// <exception cref="UnansweredException">Nobody can say.</exception>
    internal static void Accepted(RestResponse answer)
    {
        if (answer.Status is 500 or 503 or 504)
        {
            throw new UnansweredException($"Neutron answered {answer.Status}");
        }

        Expect.That(answer.Status is >= 200 and < 300, $"Neutron answered {answer.Status}: {answer.Body?.ToJsonString() ?? "nothing"}");
    }

    private async Task<string> MakeAsync(string resource, JsonObject attributes)
    {
        var answer = await controllers.RequestAsync("POST", $"/{resource.Replace('_', '-')}s", new JsonObject { [resource] = attributes });
        Accepted(answer);
        return (string)answer.Body![resource]!["id"]!;
    }
}
