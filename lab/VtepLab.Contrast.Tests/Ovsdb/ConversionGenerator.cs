using System.Text;
using System.Text.Json.Nodes;
using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Schemas to convert a database to: mostly what an upgrade brings, now and then nonsense.</summary>
internal static class ConversionGenerator
{
    /// <summary>A schema made from the present one.</summary>
    /// <returns>Its JSON, and whether the server must accept it: null when that depends on the rows.</returns>
    public static (string Json, bool? IsExpected) Next(Random random, DatabaseSchema schema)
    {
        var writer = new JsonWriter();
        schema.WriteTo(writer);
        var json = JsonNode.Parse(Encoding.UTF8.GetString(writer.Written))!.AsObject();
        json["version"] = $"{random.Next(9)}.{random.Next(9)}.0";
        json.Remove("cksum");
        var tables = json["tables"]!.AsObject();
        var (name, chosen) = tables.ElementAt(random.Next(tables.Count));
        var table = chosen!.AsObject();
        var columns = table["columns"]!.AsObject();
        var (column, definition) = columns.ElementAt(random.Next(columns.Count));
        switch (random.Next(14))
        {
            case 0:
                columns[$"x{random.Next(1000)}"] = JsonNode.Parse("""{"type":{"key":"string","value":"integer","min":0,"max":"unlimited"}}""");
                return (json.ToJsonString(), true);
            case 1:
                columns[$"x{random.Next(1000)}"] = JsonNode.Parse("""{"type":"real"}""");
                return (json.ToJsonString(), true);
            case 2 when columns.FirstOrDefault(candidate => candidate.Key.StartsWith('x')).Key is { } added:
                columns.Remove(added);
                return (json.ToJsonString(), true);
            case 3:
                json["version"] = "9";
                return (json.ToJsonString(), false);
            case 4:
                json["name"] = "other";
                return (json.ToJsonString(), false);
            case 5:
                table["nonsense"] = 1;
                return (json.ToJsonString(), false);
            case 6:
                return (random.Next(2) == 0 ? "{}" : "[]", false);
            case 7:
                table["maxRows"] = random.Next(1, 20);
                return (json.ToJsonString(), null);
            case 8 when definition!["ephemeral"] is null:
                table["indexes"] = new JsonArray(new JsonArray(column));
                return (json.ToJsonString(), null);
            case 9 when tables.Count > 2:
                tables.Remove(name);
                return (json.ToJsonString(), null);
            case > 9:
                definition!["type"] = Widened(definition["type"]!, random);
                return (json.ToJsonString(), null);
            default:
                return (json.ToJsonString(), true);
        }
    }

    /// <summary>
    /// A type that takes all values of another one. One that does not is not drawn: when a value cannot be converted ovsdb-server 3.1.0 frees
    /// the new database and then undoes the transaction in it, which ended it at seed 7000021. ConvertTests has what it answers otherwise.
    /// </summary>
    private static JsonNode Widened(JsonNode type, Random random)
    {
        if (type is not JsonObject)
        {
            return (string)type! == "integer" && random.Next(2) == 0 ? "real"
                : new JsonObject { ["key"] = type.DeepClone(), ["min"] = 0, ["max"] = "unlimited" };
        }

        var wide = type.DeepClone().AsObject();
        foreach (var half in new[] { "key", "value" })
        {
            if (wide[half] is JsonObject atom && atom["refTable"] is null)
            {
                wide[half] = atom["type"]!.DeepClone(); // Without its constraints.
            }
        }

        wide["min"] = 0;
        wide["max"] = "unlimited";
        return wide;
    }
}
