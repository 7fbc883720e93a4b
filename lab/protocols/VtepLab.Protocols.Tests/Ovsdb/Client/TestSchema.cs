using VtepLab.Ovsdb;

namespace VtepLab.Protocols.Tests.Ovsdb.Client;

/// <summary>A database with a column of every kind.</summary>
internal static class TestSchema
{
    public const string Json = """
        {"name":"lab","version":"1.0.0","tables":{
          "Switch":{"columns":{
            "name":{"type":"string","mutable":false},
            "ports":{"type":{"key":{"type":"uuid","refTable":"Port"},"min":0,"max":"unlimited"}},
            "key":{"type":{"key":{"type":"integer","minInteger":0,"maxInteger":4095},"min":0,"max":1}},
            "load":{"type":"real"},
            "mode":{"type":{"key":{"type":"string","enum":["set",["a","b"]]},"min":0,"max":1}},
            "config":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}},"isRoot":true},
          "Port":{"columns":{
            "name":{"type":"string"},
            "bindings":{"type":{"key":"integer","value":{"type":"uuid","refTable":"Switch"},"min":0,"max":"unlimited"}},
            "tags":{"type":{"key":"integer","min":0,"max":"unlimited"}}}}}}
        """;

    public static DatabaseSchema Parse() => DatabaseSchema.Parse(Json);
}
