namespace VtepLab.Contrast.Tests.Ovsdb;

/// <summary>Requests of every shape, most of them wrong: each method with each kind of parameters, members and identifiers; operations alone and in pairs.</summary>
/// <remarks>A shape is the messages of one session. The database is hardware_vtep; order matters, as some write.</remarks>
internal static class RequestShapes
{
    private const string Uuid = "11111111-2222-3333-4444-555555555555";

    private static readonly string[] Methods =
    [
        "echo", "list_dbs", "get_schema", "transact", "cancel", "monitor", "monitor_cond", "monitor_cond_since", "monitor_cond_change", "monitor_cancel",
        "lock", "steal", "unlock", "get_server_id", "set_db_change_aware", "convert", "nosuch", "update", "update2", "locked",
    ];

    private static readonly string[] Parameters =
    [
        "[]", "[null]", "[1]", "[true]", "[true,false]", "[\"a\"]", "[\"a\",\"b\"]", "[{}]", "[[]]", "{}", "5", "\"a\"", "null",
        .. WithDatabase("", ",null", ",1", ",null,null", ",null,{}", ",{},{}", ",\"m\",5", ",\"m\",[]", ",\"m\",{},\"x\"", ",\"m\",{},5,6", ",\"m\",{\"Nope\":[{}]}", ",\"m\",{\"Nope\":{}}"),
        .. WithTable("{}", "[]", "5", "[5]", "[{},{}]", "[{\"columns\":[\"nope\"]}]", "{\"columns\":[\"target\",\"target\"]}", "[{\"columns\":5}]", "[{\"columns\":[5]}]",
            "[{\"columns\":[\"target\"]},{\"columns\":[\"target\"]}]", "[{\"columns\":[\"target\"]},{\"columns\":[\"max_backoff\"]}]",
            "[{\"columns\":[\"target\"],\"select\":{\"foo\":true}}]", "[{\"columns\":[\"target\"],\"select\":{\"initial\":1}}]", "[{\"columns\":[\"target\"],\"select\":5}]",
            "[{\"columns\":[\"target\"],\"where\":[[\"target\",\"==\",\"x\"]]}]", "[{\"columns\":[\"target\"],\"where\":[[\"target\",\"=\",\"x\"]]}]",
            "[{\"columns\":[\"target\"],\"where\":[[\"nope\",\"==\",\"x\"]]}]", "[{\"columns\":[\"target\"],\"where\":[false]}]", "[{\"columns\":[\"target\"],\"where\":true}]",
            "[{\"columns\":[\"_uuid\"]},{}]", "[{\"columns\":[\"target\"]},{}]", "[{},{},{\"columns\":[\"nope\"]}]", "[{\"columns\":[\"_version\"]}]", "[{\"where\":[]}]", "[{\"columns\":[\"target\"],\"more\":[]}]"),
    ];

    private static readonly string[] Operations =
    [
        "5", "null", "[]", "\"a\"", "{}", """{"op":"nop"}""", """{"op":5}""", """{"op":"insert"}""", """{"op":"insert","table":5}""", """{"op":"insert","table":"Nope","row":{}}""",
        Insert("Manager", "5"), Insert("Manager", """{"target":5}"""), Insert("Manager", """{"target":null}"""), Insert("Manager", """{"target":["set",["a","b"]]}"""),
        Insert("Manager", """{"_uuid":["uuid","x"]}"""), Insert("Manager", """{"_version":["uuid","x"]}"""), Insert("Manager", """{"nope":1,"target":5}"""),
        Insert("Manager", """{"target":"a1"}""", ",\"uuid-name\":\"1a\""), Insert("Manager", """{"target":"a2"}""", ",\"uuid-name\":\"\""), Insert("Manager", """{"target":"a3"}""", ",\"uuid-name\":5"),
        Insert("Manager", """{"target":"a4"}""", ",\"uuid\":\"zz\""), Insert("Manager", """{"target":"a5"}""", $",\"uuid\":\"{Uuid}\""), Insert("Manager", """{"target":"a6"}""", ",\"extra\":1"),
        Insert("Global", "{}"), Insert("Physical_Locator_Set", "{}"), Insert("Physical_Locator", """{"dst_ip":"1.1.1.1","encapsulation_type":"gre"}"""), Insert("Physical_Locator", """{"dst_ip":"1.1.1.1"}"""),
        Insert("Logical_Switch", """{"name":"a","tunnel_key":["set",[1,2]]}"""), Insert("Logical_Switch", """{"name":"b","tunnel_key":["set",[]]}"""), Insert("Logical_Switch", """{"name":"c","tunnel_key":["set",[1]]}"""),
        Insert("Logical_Switch", """{"name":"d","tunnel_key":1.0}"""), Insert("Logical_Switch", """{"name":"e","tunnel_key":1.5}"""), Insert("Logical_Switch", """{"name":"f","tunnel_key":["set",[1,1]]}"""),
        Insert("Logical_Switch", """{"name":"g","tunnel_key":["set",1]}"""), Insert("Logical_Switch", """{"name":"h","tunnel_key":["map",[[1,1]]]}"""), Insert("Logical_Switch", """{"name":"i","other_config":["set",[]]}"""),
        Insert("Physical_Port", """{"name":"p","vlan_bindings":["map",[[1,["named-uuid","zz"]]]]}"""), Insert("Physical_Port", """{"name":"p","vlan_bindings":["map",[[5000,["named-uuid","zz"]]]]}"""),
        Insert("Physical_Port", """{"name":"p","vlan_bindings":["map",[[1,2,3]]]}"""), Insert("Physical_Port", """{"name":"p","vlan_bindings":["map",[[1,["named-uuid","1z"]]]]}"""),
        Insert("Physical_Port", $$"""{"name":"p","vlan_bindings":["map",[[1,["uuid","{{Uuid}}"]]]]}"""), Insert("Physical_Port", $$"""{"name":"p","vlan_stats":["map",[[1,["uuid","{{Uuid}}"]],[1,["uuid","{{Uuid}}"]]]]}"""),
        Select(""), Select(",\"where\":[]"), Select(",\"where\":true"), Select(",\"where\":[5]"), Select(",\"where\":[true]"), Select(",\"where\":[false]"), Select(",\"where\":[[\"target\",\"==\"]]"),
        Select(",\"where\":[[\"_uuid\",\"==\",[\"named-uuid\",\"q\"]]]"), Select(",\"where\":[[\"nope\",\"==\",1]]"), Select(",\"where\":[[\"target\",\"<\",\"a\"]]"), Select(",\"where\":[[\"max_backoff\",\"<\",5]]"),
        Select(",\"where\":[[\"max_backoff\",\"<\",[\"set\",[]]]]"), Select(",\"where\":[[\"max_backoff\",\"includes\",[\"set\",[]]]]"), Select(",\"where\":[[\"max_backoff\",\"excludes\",[\"set\",[1000]]]]"),
        Select(",\"where\":[],\"columns\":[\"nope\"]"), Select(",\"where\":[],\"columns\":[]"), Select(",\"where\":[],\"columns\":5"), Select(",\"where\":[],\"columns\":[\"target\",\"target\"]"), Select(",\"where\":[],\"columns\":[\"_uuid\"]"),
        Write("update", "\"row\":{}"), Write("update", "\"row\":{\"nope\":1}"), Write("update", $"\"row\":{{\"_uuid\":[\"uuid\",\"{Uuid}\"]}}"), Write("update", "\"more\":1"), Write("mutate", "\"mutations\":[]"), Write("mutate", "\"mutations\":5"),
        Write("mutate", "\"mutations\":[[\"target\",\"+=\",1]]"), Write("mutate", "\"mutations\":[[\"max_backoff\",\"/=\",0]]"), Write("mutate", "\"mutations\":[[\"max_backoff\",\"^=\",0]]"), Write("mutate", "\"mutations\":[[\"max_backoff\",\"+=\"]]"),
        Write("mutate", "\"mutations\":[[\"max_backoff\",\"insert\",[\"set\",[1000]]]]"), Write("mutate", "\"mutations\":[[\"other_config\",\"delete\",[\"set\",[\"a\"]]]]"), Write("mutate", "\"mutations\":[[\"other_config\",\"insert\",[\"set\",[\"a\"]]]]"),
        Write("mutate", "\"mutations\":[[\"_version\",\"insert\",5]]"), Write("mutate", "\"mutations\":[[\"is_connected\",\"insert\",true]]"), """{"op":"delete","table":"Manager"}""", Write("delete", "\"row\":{}"), """{"op":"delete","table":"Manager","where":[]}""",
        Wait("\"until\":\"=\",\"rows\":[]"), Wait("\"until\":\"==\",\"rows\":[{}],\"timeout\":0"), Wait("\"until\":\"!=\",\"rows\":[],\"timeout\":0"), Wait("\"until\":\"==\",\"rows\":[],\"timeout\":-1"), Wait("\"until\":\"==\",\"rows\":[],\"timeout\":1.5"),
        Wait("\"until\":\"==\",\"rows\":[{\"target\":\"zz\"}],\"timeout\":0"), Wait("\"until\":\"==\",\"rows\":[{\"max_backoff\":5}],\"timeout\":0"), Wait("\"until\":\"==\",\"rows\":5"), """{"op":"wait","table":"Manager","where":[],"until":"==","rows":[],"timeout":0}""",
        """{"op":"commit"}""", """{"op":"commit","durable":true}""", """{"op":"commit","durable":5}""", """{"op":"commit","durable":false,"x":1}""", """{"op":"abort"}""", """{"op":"abort","x":1}""", """{"op":"comment"}""", """{"op":"comment","comment":"x"}""",
        """{"op":"comment","comment":5}""", """{"op":"assert"}""", """{"op":"assert","lock":"a"}""", """{"op":"assert","lock":"1"}""", """{"op":"assert","lock":5}""",
    ];

    private static readonly string[] Firsts =
    [
        Insert("Manager", """{"target":"b1"}""", ",\"uuid-name\":\"a\""), Insert("Global", """{"managers":["named-uuid","a"]}"""), """{"op":"abort"}""", """{"op":"nop"}""", Insert("Manager", """{"target":5}"""),
        """{"op":"assert","lock":"a"}""", Select(",\"where\":[],\"columns\":[\"target\"]"), """{"op":"comment","comment":"x"}""",
    ];

    private static readonly string[] Seconds =
    [
        Insert("Manager", """{"target":"b2"}""", ",\"uuid-name\":\"a\""), Select(",\"where\":[],\"columns\":[\"target\"]"), """{"op":"update","table":"Global","where":[],"row":{"managers":["named-uuid","a"]}}""",
        """{"op":"mutate","table":"Global","where":[],"mutations":[["managers","insert",["set",[["named-uuid","a"]]]]]}""", Insert("Global", """{"managers":["set",[["named-uuid","a"],["named-uuid","a"]]]}"""),
        Select(",\"where\":[[\"_uuid\",\"==\",[\"named-uuid\",\"a\"]]],\"columns\":[\"target\"]"), """{"op":"abort"}""", "5",
    ];

    private static readonly string[][] Conversations =
    [
        [Request(1, "monitor", Db("\"m\",{}")), Request(2, "monitor", Db("\"m\",{}")), Request(3, "monitor_cancel", "[\"m\"]"), Request(4, "monitor_cancel", "[\"m\"]"), Request(5, "monitor_cancel", "[5]")],
        [
            Request(1, "monitor_cond", Db("\"m\",{\"Manager\":[{\"columns\":[\"target\"],\"where\":[[\"target\",\"==\",\"x\"]]}]}")),
            .. new[] { "\"m\",\"n\",{\"Manager\":[{\"where\":[]}]}", "\"m\",\"n\",{\"Manager\":[{\"where\":[]}]}", "\"n\",\"n\",{\"Manager\":[{\"where\":[\"x\"]}]}", "\"n\",\"n\",{\"Global\":[{\"where\":[]}]}", "\"n\",\"z\",{\"Manager\":{\"where\":[]}}",
                "\"z\",\"z\",{\"Nope\":[{\"where\":[]}]}", "\"z\",\"z\",{\"Manager\":[{\"columns\":[\"target\"]}]}", "\"z\",\"z\",5", "\"z\",\"z\",{}", "\"z\"" }.Select((change, i) => Request(10 + i, "monitor_cond_change", $"[{change}]")),
        ],
        [
            Request(1, "monitor_cond_since", Db("\"m\",{},\"00000000-0000-0000-0000-000000000000\"")), Request(2, "monitor_cond_since", Db("\"n\",{},\"zz\"")), Request(3, "monitor_cond_since", Db("\"o\",{},5")),
            Request(4, "monitor_cond_since", Db("\"p\",{}")), Request(5, "monitor_cond_change", "[\"m\",\"q\",{}]"),
        ],
        [.. new[] { "lock [\"a\"]", "lock [\"a\"]", "unlock [\"b\"]", "unlock [\"a\"]", "unlock [\"a\"]", "steal [\"a\"]", "steal [\"a\"]", "lock [\"1bad\"]", "lock [\"\"]", "lock [\"a.b-c\"]", "unlock [\"1bad\"]" }
            .Select((words, i) => Request(i, words.Split(' ')[0], words.Split(' ')[1]))],
        [
            Request(1, "transact", Db("""{"op":"wait","table":"Global","timeout":60000,"where":[],"columns":["managers"],"until":"==","rows":[{"managers":["set",[]]},{"managers":["set",[]]}]}""")),
            Request(1, "echo", "[1]"), Request(1, "transact", "[\"hardware_vtep\"]"), """{"id":null,"method":"cancel","params":[2]}""", """{"id":null,"method":"cancel","params":["1"]}""", """{"id":null,"method":"cancel","params":[1]}""", Request(1, "echo", "[2]"),
        ],
        ["""{"id":5,"result":[],"error":null}"""], ["""{"id":5,"result":[],"error":"x"}"""], ["""{"id":null,"result":[],"error":null}"""], ["""{"id":5,"result":null,"error":null}"""], ["""{"id":5}"""], ["[]"], ["{}"], ["3"],
    ];

    // Of a monitor that names a database and no table, ovsdb-server 3.1.0 dies, whatever the identifier.
    private static readonly string[] Deadly = [.. WithDatabase("", ",null", ",1")];

    /// <summary>All of them, a conversation each.</summary>
    public static IEnumerable<string[]> All()
    {
        var matrix = Methods.SelectMany(method => Parameters.Where(parameters => method != "monitor" || !Deadly.Contains(parameters)).Select(parameters => new[] { Request(5, method, parameters) }));
        var members = Methods.SelectMany(method => new[]
        {
            $$"""{"method":"{{method}}","params":[]}""", $$"""{"id":null,"method":"{{method}}","params":[]}""", $$"""{"id":{"a":[1]},"method":"{{method}}","params":[]}""", $$"""{"id":"a","method":"{{method}}"}""",
            $$"""{"id":5,"method":"{{method}}","params":[],"x":1}""", $$"""{"id":5,"method":"{{method}}","params":[],"error":null}""", $$"""{"id":5,"method":"{{method}}","params":[],"result":null}""", $$"""{"id":5,"method":"{{method}}","params":[],"result":1}""",
        }).Select(message => new[] { message });
        var alone = Operations.Select(operation => new[] { Request(1, "transact", Db(operation)) });
        var pairs = Firsts.SelectMany(first => Seconds.Select(second => new[] { Request(1, "transact", Db($"{first},{second}")) }));
        return [.. matrix, .. members, .. alone, .. pairs, .. Conversations];
    }

    private static string Request(int id, string method, string parameters) => $$"""{"id":{{id}},"method":"{{method}}","params":{{parameters}}}""";

    private static string Db(string rest) => $"[\"hardware_vtep\",{rest}]";

    private static IEnumerable<string> WithDatabase(params string[] rests) => rests.Select(rest => $"[\"hardware_vtep\"{rest}]");

    private static IEnumerable<string> WithTable(params string[] requests) => requests.Select(request => Db($"\"m\",{{\"Manager\":{request}}}"));

    private static string Insert(string table, string row, string more = "") => $$"""{"op":"insert","table":"{{table}}","row":{{row}}{{more}}}""";

    private static string Select(string more) => $$"""{"op":"select","table":"Manager"{{more}}}""";

    private static string Write(string op, string more) => $$"""{"op":"{{op}}","table":"Manager","where":[],{{more}}}""";

    private static string Wait(string more) => $$"""{"op":"wait","table":"Manager","where":[],"columns":["target"],{{more}}}""";
}
