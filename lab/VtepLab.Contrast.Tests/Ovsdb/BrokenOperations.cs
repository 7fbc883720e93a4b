using VtepLab.Ovsdb;

namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Operations and values with one mistake each.</summary>
internal static class BrokenOperations
{
    /// <summary>One of them for a table; some concern <paramref name="row"/>.</summary>
    public static string Next(Random random, TableSchema table, string row)
    {
        string[] broken =
        [
            "3", "[]", "null", "{}", """{"op":1}""", """{"op":"jump"}""", """{"op":"insert"}""", """{"op":"Select"}""",
            """{"op":"insert","table":"nope","row":{}}""", """{"op":"insert","table":"9","row":{}}""",
            $$$"""{"op":"insert","table":"{{{table.Name}}}","row":[]}""",
            $$$"""{"op":"insert","table":"{{{table.Name}}}","row":{},"extra":1}""",
            $$$"""{"op":"insert","table":"{{{table.Name}}}","row":{},"uuid-name":"0a"}""",
            $$$"""{"op":"insert","table":"{{{table.Name}}}","row":{},"uuid":5}""",
            $$"""{"op":"select","table":"{{table.Name}}"}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":5}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[1]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["c","==",1]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","=="]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","~",1]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","<",["uuid","x"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","==",["uuid","x"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_uuid","==",["named-uuid","0"]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[["_version","includes",["set",[]]]]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":["_uuid","_uuid"]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":["zz"]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":[1]}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"columns":"_uuid"}""",
            $$"""{"op":"select","table":"{{table.Name}}","where":[],"sort":["zz"]}""",
            $$$"""{"op":"update","table":"{{{table.Name}}}","where":[],"row":{"_uuid":["uuid","{{{row}}}"]}}""",
            $$$"""{"op":"update","table":"{{{table.Name}}}","where":[false],"row":{"_version":["uuid","{{{row}}}"]}}""",
            $$"""{"op":"update","table":"{{table.Name}}","where":[]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[1]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["zz","+=",1]]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["_uuid","+=",1]]}""",
            $$"""{"op":"mutate","table":"{{table.Name}}","where":[],"mutations":[["{{table.Columns[2].Name}}","++",1]]}""",
            $$"""{"op":"delete","table":"{{table.Name}}"}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"<","rows":[]}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[],"timeout":-1}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[],"timeout":1.5}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[1],"timeout":0}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"columns":[],"until":"==","rows":[{}],"timeout":0}""",
            $$"""{"op":"wait","table":"{{table.Name}}","where":[],"until":"!=","rows":[{}],"timeout":0}""",
            """{"op":"commit"}""", """{"op":"commit","durable":1}""", """{"op":"commit","durable":false}""",
            """{"op":"comment"}""", """{"op":"comment","comment":1}""", """{"op":"comment","comment":"\u0001 \ud83d\ude00 é \u007f"}""",
            """{"op":"abort","op":"comment","comment":"said twice"}""", """{"op":"assert"}""", """{"op":"assert","lock":"0"}""", """{"op":"assert","lock":1}""", """{"op":"abort","x":1}""",
        ];
        return broken[random.Next(broken.Length)];
    }

    /// <summary>A value that suits few columns.</summary>
    public static string Value(Random random)
    {
        string[] wrong =
        [
            "\"x\"", "1.5", "true", "null", "{}", "[]", "[\"set\"]", "[\"set\",1]", "[\"map\",[]]", "[\"map\",[1]]", "[\"map\",[[1,2,3]]]",
            "[\"map\",{}]", "[\"uuid\",\"zz\"]", "[\"uuid\",1]", "[\"uuid\"]", "[\"named-uuid\",\"0\"]", "[\"named-uuid\",1]", "[\"set\",[1,2,3,4,5]]",
            "[\"set\",[[\"set\",[1]]]]", "[\"set\",[]]", "[\"SET\",[]]", "1000", "-1000", "\"abcd\"", "9223372036854775808", "-9223372036854775809", "1e19",
            "[\"set\",[0,-0]]", "[\"set\",[0.0,-0.0]]", "[\"set\",[\"a\",\"\\u0061\"]]",
        ];
        return wrong[random.Next(wrong.Length)];
    }
}
