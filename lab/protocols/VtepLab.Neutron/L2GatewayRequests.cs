using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>Arguments of <c>add_vif_to_gateway</c>.</summary>
/// <param name="OvsdbIdentifier">The switch's name in the agents' configuration.</param>
/// <param name="LogicalSwitch">The network.</param>
/// <param name="Locator">The node of the virtual machine.</param>
/// <param name="Mac">The virtual machine.</param>
public sealed record AddVifRequest(string OvsdbIdentifier, LogicalSwitchDict LogicalSwitch, LocatorDict Locator, MacDict Mac)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static AddVifRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        return new(
            json.Text("ovsdb_identifier"), LogicalSwitchDict.Read(json.Object("logical_switch_dict")),
            LocatorDict.Read(json.Object("locator_dict")), MacDict.Read(json.Object("mac_dict")));
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier, ["logical_switch_dict"] = LogicalSwitch.ToJson(), ["locator_dict"] = Locator.ToJson(),
        ["mac_dict"] = Mac.ToJson(),
    };
}

/// <summary>Arguments of <c>update_vif_to_gateway</c>: the machine has moved behind another locator.</summary>
public sealed record UpdateVifRequest(string OvsdbIdentifier, LocatorDict Locator, MacDict Mac)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static UpdateVifRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        return new(json.Text("ovsdb_identifier"), LocatorDict.Read(json.Object("locator_dict")), MacDict.Read(json.Object("mac_dict")));
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier, ["locator_dict"] = Locator.ToJson(), ["mac_dict"] = Mac.ToJson(),
    };
}

/// <summary>Arguments of <c>delete_vif_from_gateway</c>.</summary>
public sealed record DeleteVifRequest(string OvsdbIdentifier, Guid LogicalSwitchUuid, ImmutableArray<string> Macs)
{
    /// <summary>Reads the arguments; <c>mac</c> is a list, and one address alone is taken for a list of one.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static DeleteVifRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        var macs = arguments["mac"] is JsonValue one && one.GetValueKind() == JsonValueKind.String
            ? [one.GetValue<string>()]
            : json.Items("mac").Select(m => m is JsonValue v && v.GetValueKind() == JsonValueKind.String
                ? v.GetValue<string>()
                : throw json.Wrong("mac", "a list of strings"));
        return new(json.Text("ovsdb_identifier"), json.RequiredUuid("logical_switch_uuid"), [.. macs]);
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier, ["logical_switch_uuid"] = LogicalSwitchUuid.ToString("D"),
        ["mac"] = new JsonArray([.. Macs.Select(m => (JsonNode)m)]),
    };
}

/// <summary>What is to happen to a connection.</summary>
public enum ConnectionOperation
{
    /// <summary>Bind the VLANs.</summary>
    Create,

    /// <summary>Unbind them.</summary>
    Delete,
}

/// <summary>The MAC addresses behind one node.</summary>
public sealed record NodeMacs(LocatorDict Locator, ImmutableArray<MacDict> Macs);

/// <summary>Arguments of <c>update_connection_to_gateway</c>.</summary>
/// <param name="OvsdbIdentifier">The switch's name in the agents' configuration.</param>
/// <param name="LogicalSwitch">The network; null in a delete that comes of a connection's delete.</param>
/// <param name="Nodes">The nodes with virtual machines of the network, and their MAC addresses; in the order of <c>locator_dicts</c>.</param>
/// <param name="Ports">The ports and their VLANs.</param>
/// <param name="Operation">Bind or unbind.</param>
public sealed record UpdateConnectionRequest(
    string OvsdbIdentifier, LogicalSwitchDict? LogicalSwitch, ImmutableArray<NodeMacs> Nodes, ImmutableArray<PortDict> Ports,
    ConnectionOperation Operation)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static UpdateConnectionRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        var operation = json.Text("op_method") switch
        {
            "CREATE" => ConnectionOperation.Create,
            "DELETE" => ConnectionOperation.Delete,
            _ => throw json.Wrong("op_method", "CREATE or DELETE"),
        };
        var logicalSwitch = json.IsEmptyObject("logical_switch_dict") ? null : LogicalSwitchDict.Read(json.Object("logical_switch_dict"));
        if (logicalSwitch is null && operation == ConnectionOperation.Create)
        {
            throw json.Wrong("logical_switch_dict", "a logical switch, for CREATE needs one");
        }

        // The MACs stand in an object keyed by the locator's address; one that has no locator of its own counts as a new one.
        var macs = json.IsEmptyObject("mac_dicts") ? []
            : MacLists.TryRead(json.ObjectOrNull("mac_dicts"))
                ?? [.. json.Lists("mac_dicts").Select(l => (l.Name, (IReadOnlyList<MacDict>)[.. l.Items.Select(MacDict.Read)]))];
        var locators = json.Objects("locator_dicts").Select(LocatorDict.Read).ToList();
        locators.AddRange(macs.Where(m => locators.TrueForAll(l => l.DstIp != m.Name))
            .Select(m => LocatorDict.IsAddress(m.Name) ? new LocatorDict(null, m.Name) : throw json.Wrong("mac_dicts", $"IP addresses for names, not '{m.Name}'")).ToList());
        var nodes = locators.Select(l => new NodeMacs(
            l, [.. macs.Where(m => m.Name == l.DstIp).SelectMany(m => m.Macs)]));
        return new(
            json.Text("ovsdb_identifier"), logicalSwitch, [.. nodes], [.. json.Objects("port_dicts").Select(PortDict.Read)], operation);
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier,
        ["logical_switch_dict"] = LogicalSwitch?.ToJson() ?? [],
        ["locator_dicts"] = new JsonArray([.. Nodes.Select(n => n.Locator.ToJson())]),
        ["mac_dicts"] = MacLists.ToJson(Nodes),
        ["port_dicts"] = new JsonArray([.. Ports.Select(p => p.ToJson())]),
        ["op_method"] = Operation == ConnectionOperation.Create ? "CREATE" : "DELETE",
    };
}

/// <summary>Arguments of <c>delete_network</c>.</summary>
public sealed record DeleteNetworkRequest(string OvsdbIdentifier, Guid LogicalSwitchUuid)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static DeleteNetworkRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        return new(json.Text("ovsdb_identifier"), json.RequiredUuid("logical_switch_uuid"));
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier, ["logical_switch_uuid"] = LogicalSwitchUuid.ToString("D"),
    };
}

/// <summary>Arguments of <c>set_monitor_agent</c>.</summary>
public sealed record SetMonitorAgentRequest(string Hostname)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static SetMonitorAgentRequest Read(JsonObject arguments) => new(new RpcArguments(arguments, "").Text("hostname"));

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new() { ["hostname"] = Hostname };
}

/// <summary>Arguments of <c>update_unknown_dst_to_gateway</c>: a switch sends what it does not know to these nodes, and to no others.</summary>
/// <param name="OvsdbIdentifier">The switch's name in the agents' configuration.</param>
/// <param name="LogicalSwitch">The network.</param>
/// <param name="Locators">The nodes; none to have it flooded to nobody.</param>
public sealed record UpdateUnknownDstRequest(string OvsdbIdentifier, LogicalSwitchDict LogicalSwitch, ImmutableArray<LocatorDict> Locators)
{
    /// <summary>Reads the arguments.</summary>
    /// <exception cref="RpcArgumentException">They are not those of the method.</exception>
    public static UpdateUnknownDstRequest Read(JsonObject arguments)
    {
        var json = new RpcArguments(arguments, "");
        return new(
            json.Text("ovsdb_identifier"), LogicalSwitchDict.Read(json.Object("logical_switch_dict")),
            [.. json.Objects("locator_dicts").Select(LocatorDict.Read)]);
    }

    /// <summary>The arguments as they travel.</summary>
    public JsonObject ToJson() => new()
    {
        ["ovsdb_identifier"] = OvsdbIdentifier, ["logical_switch_dict"] = LogicalSwitch.ToJson(),
        ["locator_dicts"] = new JsonArray([.. Locators.Select(l => l.ToJson())]),
    };
}
