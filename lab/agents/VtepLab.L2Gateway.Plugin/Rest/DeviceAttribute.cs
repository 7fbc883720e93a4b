using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Neutron.Rest;

namespace VtepLab.L2Gateway.Plugin;

/// <summary>The attribute <c>devices</c> of a gateway: what was asked for, checked in the order of the original and refused in its words.</summary>
/// <param name="Name">The switch's name.</param>
/// <param name="Interfaces">Port and VLAN, one of each VLAN; VLAN 0 where none was given.</param>
internal sealed record DeviceAttribute(string Name, IReadOnlyList<GatewayInterface> Interfaces)
{
    /// <summary>Reads the attribute.</summary>
    /// <exception cref="NeutronException">It is not what a gateway takes.</exception>
    public static IReadOnlyList<DeviceAttribute> Read(JsonNode? value, GatewayErrors errors)
    {
        if (value is not JsonArray list)
        {
            throw errors.Crash("devices", $"'{value?.ToJsonString() ?? "None"}' is not a list");
        }

        if (list.Count == 0)
        {
            throw Wrong("Cannot create a gateway with an empty device list");
        }

        var checkedFirst = list.Select(device => CheckShape(device, errors)).ToList();
        return [.. checkedFirst.Select(d => new DeviceAttribute((string)d["device_name"]!, ReadInterfaces(d["interfaces"]!.AsArray())))];
    }

    private static JsonObject CheckShape(JsonNode? value, GatewayErrors errors)
    {
        if (value is not JsonObject device)
        {
            throw errors.Crash("devices", "a device is not a dict");
        }

        if (device["device_name"] is not JsonValue name || name.GetValueKind() != JsonValueKind.String || name.GetValue<string>().Length == 0)
        {
            throw Wrong("Cannot create a gateway with an empty device_name");
        }

        if (device["interfaces"] is not { } found || found is JsonArray { Count: 0 } or JsonObject { Count: 0 })
        {
            throw Wrong("Cannot create a gateway with an empty interfaces");
        }

        if (found is not JsonArray interfaces)
        {
            throw Wrong("interfaces format is not a type list of dicts");
        }

        foreach (var item in interfaces)
        {
            if (item is not JsonObject port)
            {
                throw Wrong("interfaces format is not a type dict");
            }

            if (port["name"] is not JsonValue portName || portName.GetValueKind() != JsonValueKind.String || portName.GetValue<string>().Length == 0)
            {
                throw Wrong("Cannot create a gateway with an empty interface name");
            }

            if (port.ContainsKey("segmentation_id") && port["segmentation_id"] is not JsonArray { Count: > 0 })
            {
                throw Wrong(port["segmentation_id"] is JsonArray ? "segmentation_id_list should not be empty" : "segmentation_id type should be of list type ");
            }
        }

        return device;
    }

    // The ids themselves are looked at by the plugin, after the API layer has looked at the shape.
    private static List<GatewayInterface> ReadInterfaces(JsonArray ports)
    {
        var read = new List<GatewayInterface>();
        var (with, without) = (false, false);
        foreach (var port in ports.Select(p => p!.AsObject()))
        {
            var name = (string)port["name"]!;
            if (port["segmentation_id"] is not JsonArray ids)
            {
                without = true;
                read.Add(new GatewayInterface(name, 0));
            }
            else
            {
                with = true;
                read.AddRange(ids.Select(id => new GatewayInterface(name, SegmentationId.Read(id))));
            }

            if (with && without)
            {
                throw GatewayErrors.SegmentationRequired();
            }
        }

        return read;
    }

    private static NeutronException Wrong(string reason) => NeutronException.BadRequest($"Invalid input for devices. Reason: {reason}.");
}

/// <summary>A VLAN as the API takes it.</summary>
internal static class SegmentationId
{
    /// <summary>Reads a number or a numeric string, 0 to 4094.</summary>
    /// <exception cref="NeutronException">It is none.</exception>
    public static int Read(JsonNode? value)
    {
        var text = value is JsonValue v && v.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : value?.ToJsonString() ?? "";
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var id))
        {
            throw NeutronException.InvalidInput("Segmentation id must be a valid integer");
        }

        return id is >= 0 and < 4095 ? (int)id : throw NeutronException.InvalidInput("Segmentation id is out of range");
    }
}
