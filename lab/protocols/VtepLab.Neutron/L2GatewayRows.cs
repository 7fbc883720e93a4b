using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>A logical switch, as the plugin names it to an agent.</summary>
/// <param name="Uuid">Its row on the switch; null when the plugin knows of none.</param>
/// <param name="Name">The Neutron network's id; null in a repetition of a MAC whose row is known.</param>
/// <param name="Key">The network's VNI; null as <paramref name="Name"/>.</param>
/// <param name="Description">The network's name; null as <paramref name="Name"/>.</param>
/// <param name="KeyIsFree">True when it is not to be made while another one has its VNI: <see cref="L2GatewayRpc.KeyIsFreeMember"/>.</param>
public sealed record LogicalSwitchDict(Guid? Uuid, string? Name, long? Key, string? Description, bool KeyIsFree = false)
{
    /// <summary>The object as it travels.</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject { ["uuid"] = Uuid?.ToString("D"), ["name"] = Name, ["key"] = Key, ["description"] = Description };
        if (KeyIsFree)
        {
            json[L2GatewayRpc.KeyIsFreeMember] = true;
        }

        return json;
    }

    internal static LogicalSwitchDict Read(RpcArguments json)
    {
        var read = new LogicalSwitchDict(
            json.Uuid("uuid"), json.TextOrNull("name"), json.Number("key"), json.TextOrNull("description"), json.IsTrue(L2GatewayRpc.KeyIsFreeMember));
        return read.Uuid is null && string.IsNullOrEmpty(read.Name) ? throw json.Wrong("name", "a name where uuid is null") : read;
    }
}

/// <summary>A tunnel end point.</summary>
/// <param name="Uuid">Its row on the switch; null when the plugin knows of none.</param>
/// <param name="DstIp">The address of the node behind it.</param>
public sealed record LocatorDict(Guid? Uuid, string DstIp)
{
    /// <summary>The object as it travels.</summary>
    public JsonObject ToJson() => new() { ["uuid"] = Uuid?.ToString("D"), ["dst_ip"] = DstIp };

    // A switch would take any text, and send what is for the node nowhere.
    internal static LocatorDict Read(RpcArguments json) =>
        new(json.Uuid("uuid"), IsAddress(json.Text("dst_ip")) ? json.Text("dst_ip") : throw json.Wrong("dst_ip", "an IP address"));

    // The parser also knows addresses of fewer than four numbers.
    internal static bool IsAddress(string text) => IPAddress.TryParse(text, out _) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3);
}

/// <summary>The MAC address of a virtual machine.</summary>
/// <param name="Uuid">Its row on the switch; null when the plugin knows of none.</param>
/// <param name="Mac">The address, as Neutron writes it.</param>
/// <param name="IpAddress">The machine's first fixed IP address; empty when unknown.</param>
/// <param name="LogicalSwitchId">The row of its logical switch, if the plugin knows it.</param>
/// <param name="PhysicalLocatorId">The row of its locator, if the plugin knows it.</param>
public sealed record MacDict(Guid? Uuid, string Mac, string IpAddress, Guid? LogicalSwitchId = null, Guid? PhysicalLocatorId = null)
{
    /// <summary>The object as it travels.</summary>
    public JsonObject ToJson() => new()
    {
        ["uuid"] = Uuid?.ToString("D"), ["mac"] = Mac, ["ip_address"] = IpAddress,
        ["logical_switch_id"] = LogicalSwitchId?.ToString("D"), ["physical_locator_id"] = PhysicalLocatorId?.ToString("D"),
    };

    /// <summary>Writes the object as it travels.</summary>
    internal void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Write(json, "uuid"u8, Uuid);
        json.WriteString("mac"u8, Mac);
        json.WriteString("ip_address"u8, IpAddress);
        Write(json, "logical_switch_id"u8, LogicalSwitchId);
        Write(json, "physical_locator_id"u8, PhysicalLocatorId);
        json.WriteEndObject();
    }

    /// <summary>Reads the object; null where something is not as expected.</summary>
    internal static MacDict? TryRead(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        string? mac = null, ip = null;
        Guid? uuid = null, network = null, again = null, locator = null;
        var isRight = true;
        foreach (var member in json.EnumerateObject())
        {
            isRight &= member.NameEquals("mac"u8) ? IsText(member.Value, out mac)
                : member.NameEquals("ip_address"u8) ? IsText(member.Value, out ip)
                : member.NameEquals("uuid"u8) ? IsUuid(member.Value, out uuid)
                : member.NameEquals("logical_switch_id"u8) ? IsUuid(member.Value, out network)
                : member.NameEquals("physical_locator_id"u8) ? IsUuid(member.Value, out locator)
                : !member.NameEquals("logical_switch_uuid"u8) || IsUuid(member.Value, out again);
        }

        return isRight && mac is not null && IsMac(mac) ? new MacDict(uuid, mac, ip ?? "", network ?? again, locator) : null;
    }

    private static bool IsText(JsonElement value, out string? text)
    {
        text = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return value.ValueKind is JsonValueKind.String or JsonValueKind.Null;
    }

    private static bool IsUuid(JsonElement value, out Guid? uuid)
    {
        var isOne = value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var found);
        uuid = isOne ? value.GetGuid() : null;
        return isOne || value.ValueKind == JsonValueKind.Null || (value.ValueKind == JsonValueKind.String && value.ValueEquals(""u8));
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, Guid? uuid)
    {
        if (uuid is { } one)
        {
            json.WriteString(name, one);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    // The plugin's own row has the logical switch under two names; a retry of a pending MAC fills only the second.
    internal static MacDict Read(RpcArguments json) => new(
        json.Uuid("uuid"), IsMac(json.Text("mac")) ? json.Text("mac") : throw json.Wrong("mac", "a MAC address, six pairs of hexadecimal digits with colons between"),
        json.TextOrNull("ip_address") ?? "",
        json.Uuid("logical_switch_id") ?? json.Uuid("logical_switch_uuid"), json.Uuid("physical_locator_id"));

    private static bool IsMac(string text)
    {
        var isRight = text.Length == 17;
        for (var i = 0; isRight && i < text.Length; i++)
        {
            isRight = i % 3 == 2 ? text[i] == ':' : char.IsAsciiHexDigit(text[i]);
        }

        return isRight;
    }
}

/// <summary>A VLAN of a port.</summary>
/// <param name="Vlan">0 to 4095; 0 is untagged.</param>
/// <param name="LogicalSwitchUuid">The row of the logical switch it belongs to; null while the plugin knows of none.</param>
public sealed record VlanBindingDict(int Vlan, Guid? LogicalSwitchUuid)
{
    /// <summary>The object as it travels.</summary>
    public JsonObject ToJson() => new() { ["vlan"] = Vlan, ["logical_switch_uuid"] = LogicalSwitchUuid?.ToString("D") };

    internal static VlanBindingDict Read(RpcArguments json) =>
        json.Number("vlan") is >= 0 and <= 4095 and var vlan
            ? new VlanBindingDict((int)vlan, json.Uuid("logical_switch_uuid"))
            : throw json.Wrong("vlan", "an integer from 0 to 4095");
}

/// <summary>A port and the VLANs of it that a connection speaks of; one with several VLANs comes as several of these.</summary>
/// <param name="Uuid">Its row on the switch.</param>
/// <param name="Name">Its name.</param>
/// <param name="PhysicalSwitchId">The row of the switch it belongs to.</param>
/// <param name="VlanBindings">The VLANs.</param>
public sealed record PortDict(Guid? Uuid, string? Name, Guid? PhysicalSwitchId, ImmutableArray<VlanBindingDict> VlanBindings)
{
    /// <summary>The object as it travels.</summary>
    public JsonObject ToJson() => new()
    {
        ["uuid"] = Uuid?.ToString("D"), ["name"] = Name, ["physical_switch_id"] = PhysicalSwitchId?.ToString("D"),
        ["port_fault_status"] = null, ["vlan_bindings"] = new JsonArray([.. VlanBindings.Select(b => b.ToJson())]),
    };

    internal static PortDict Read(RpcArguments json)
    {
        var read = new PortDict(
            json.Uuid("uuid"), json.TextOrNull("name"), json.Uuid("physical_switch_id"),
            [.. json.Objects("vlan_bindings").Select(VlanBindingDict.Read)]);
        return read.Uuid is null && string.IsNullOrEmpty(read.Name) ? throw json.Wrong("name", "a name where uuid is null") : read;
    }
}
