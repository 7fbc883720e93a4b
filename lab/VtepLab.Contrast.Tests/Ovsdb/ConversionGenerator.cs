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
        var table = tables.ElementAt(random.Next(tables.Count)).Value!.AsObject();
        var columns = table["columns"]!.AsObject();
        switch (random.Next(8))
        {
            case 0:
                columns[$"x{random.Next(1000)}"] = JsonNode.Parse("""{"type":{"key":"string","value":"integer","min":0,"max":"unlimited"}}""");
                return (json.ToJsonString(), true);
            case 1:
                columns[$"x{random.Next(1000)}"] = JsonNode.Parse("""{"type":"real"}""");
                return (json.ToJsonString(), true);
            case 2 when columns.FirstOrDefault(column => column.Key.StartsWith('x')).Key is { } added:
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
            default:
                return (json.ToJsonString(), true);
        }
    }
}
