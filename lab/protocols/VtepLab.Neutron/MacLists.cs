using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace VtepLab.Neutron;

/// <summary>The member <c>mac_dicts</c> of <c>update_connection_to_gateway</c>: thousands of small objects, so it is text and not a tree of them.</summary>
internal static class MacLists
{
    /// <summary>The lists of nodes, by the address of each.</summary>
    public static JsonObject ToJson(IEnumerable<NodeMacs> nodes)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            foreach (var node in nodes)
            {
                json.WriteStartArray(node.Locator.DstIp);
                foreach (var mac in node.Macs)
                {
                    mac.WriteTo(json);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return JsonNode.Parse(text.WrittenSpan)!.AsObject();
    }

    /// <summary>Reads them; null where something is not as expected, for others to say what.</summary>
    public static List<(string Name, IReadOnlyList<MacDict> Macs)>? TryRead(JsonObject? lists)
    {
        if (lists is null)
        {
            return null;
        }

        var found = new List<(string, IReadOnlyList<MacDict>)>();
        using var document = Parsed(lists);
        foreach (var list in document.RootElement.EnumerateObject())
        {
            if (list.Value.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var macs = ImmutableArray.CreateBuilder<MacDict>(list.Value.GetArrayLength());
            foreach (var item in list.Value.EnumerateArray())
            {
                if (MacDict.TryRead(item) is not { } mac)
                {
                    return null;
                }

                macs.Add(mac);
            }

            found.Add((list.Name, macs.MoveToImmutable()));
        }

        return found;
    }

    private static JsonDocument Parsed(JsonObject lists)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            lists.WriteTo(json);
        }

        return JsonDocument.Parse(text.WrittenMemory);
    }
}
