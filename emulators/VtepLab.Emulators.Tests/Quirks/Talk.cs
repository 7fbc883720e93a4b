namespace VtepLab.Emulators.Tests.Quirks;

/// <summary>A conversation of three peers with a switch that touches everything a quirk may change.</summary>
internal static class Talk
{
    private const string LongText = "a text that is longer than sixty-four characters, so that one who cuts there is caught";

    /// <summary>Who says what; messages on lines of their own arrive together.</summary>
    public static (int Peer, string Message)[] Lines { get; } =
    [
        (0, Call("transact", Select("Physical_Switch"))),
        (0, Call("list_dbs", "")),
        (0, Call("get_schema", "\"hardware_vtep\"")),
        (0, Call("get_schema", "\"other\"")),
        (0, Call("nosuch", "")),
        (0, Call("echo", "{\"a\":1}")),
        (0, Call("echo", "1") + "\n" + Call("echo", "2")),
        (0, Call("echo", "\"{\"")),
        (1, """{"id":ID,"method":"monitor","params":["hardware_vtep",null,{"Logical_Switch":{"select":{"initial":false,"delete":false}}}]}"""),
        (2, """{"id":ID,"method":"monitor","params":["hardware_vtep",7,{"Logical_Switch":{}}]}"""),
        (0, """{"id":ID,"method":"monitor","params":["hardware_vtep","m",{"Logical_Switch":{},"Ucast_Macs_Remote":{},"Physical_Port":{}}]}"""),
        (0, Transact("""{"op":"comment","comment":"hello"}""", Network("blue", "5000"))),
        (0, Transact(Network("red", "5001"), Network("green", "5002"))),
        (0, Transact(Network(LongText, "5003"))),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"keyless"}}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"wrapped","tunnel_key":["set",[7000]]}}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"config","other_config":["map",[["a","b"]]]}}""")),
        (0, Transact("""{"op":"update","table":"Logical_Switch","where":[["name","==","config"]],"row":{"other_config":["map",[["c","1"]]]}}""")),
        (0, Transact("""{"op":"mutate","table":"Logical_Switch","where":[["name","==","blue"]],"mutations":[["other_config","insert",["map",[["k","1"]]]]]}""")),
        (0, Transact("""{"op":"mutate","table":"Logical_Switch","where":[["name","==","blue"]],"mutations":[["other_config","insert",["map",[["k","2"]]]]]}""")),
        (0, Transact("""{"op":"update","table":"Logical_Switch","where":[["name","==","red"]],"row":{"description":"same"}}""")),
        (0, Transact("""{"op":"update","table":"Logical_Switch","where":[["name","==","red"]],"row":{"description":"same"}}""")),
        (0, Transact("""{"op":"select","table":"Logical_Switch","where":[["other_config","includes",["map",[["k","1"]]]]],"columns":["name"]}""")),
        (0, Transact("""{"op":"select","table":"Logical_Switch","where":[["other_config","includes",["map",[]]]],"columns":["name"]}""")),
        (0, Transact(Network("kept", "1"), """{"op":"abort"}""")),
        (0, Transact(Network("half", "2"), """{"op":"insert","table":"Nowhere","row":{}}""")),
        (0, Transact("""{"op":"wait","table":"Logical_Switch","where":[["name","==","blue"]],"columns":["name"],"until":"!=","rows":[{"name":"blue"}],"timeout":0}""")),
        (0, Transact("""{"op":"wait","table":"Logical_Switch","where":[["name","==","late"]],"columns":["name"],"until":"==","rows":[{"name":"late"}],"timeout":2000}""").Replace("ID", "\"w\"", StringComparison.Ordinal)
            + "\n" + Call("echo", "\"meanwhile\"")),
        (1, """{"id":ID,"method":"set_db_change_aware","params":[true]}"""),
        (1, """{"id":"c","method":"transact","params":["hardware_vtep",{"op":"wait","table":"Logical_Switch","where":[],"columns":["name"],"until":"==","rows":[]},{"op":"comment","comment":"x"}]}"""),
        (1, """{"id":null,"method":"cancel","params":["c"]}"""),
        (1, """{"id":null,"method":"gossip","params":[]}"""),
        (0, Call("lock", "\"l\"")),
        (1, Call("lock", "\"l\"")),
        (2, Transact("""{"op":"assert","lock":"l"}""")),
        (0, Call("unlock", "\"l\"")),
        (0, Transact("""{"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"02:00:00:00:00:09","logical_switch":["uuid","00000000-0000-4000-8000-000000000001"],"locator":["uuid","00000000-0000-4000-8000-000000000002"]}}""")),
        (0, Transact(Delete("Ucast_Macs_Remote", "02:00:00:00:00:09"))),
        (0, Transact(Locator("alone", "192.0.2.99"))),
        (0, Transact(Select("Physical_Locator"))),
        (0, Transact("""{"op":"insert","table":"Physical_Locator","uuid-name":"bare","row":{"dst_ip":"192.0.2.98"}}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"blue"}}""")),
        (0, Transact("""{"op":"insert","table":"Global","row":{}}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"mode","replication_mode":"x"}}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Switch","row":{"name":"source","replication_mode":"source_node"}}""")),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Logical_Switch","where":[["name","==","source"]]}""")),
        (0, Transact("""{"op":"insert","table":"ACL_entry","row":{"direction":"ingress","action":"permit","sequence":9223372036854775807}}""", """{"op":"select","table":"ACL_entry","where":[]}""")),
        (0, Transact(Mac("02:00:00:00:00:01", "blue", "a"), Locator("a", "192.0.2.12"))),
        (0, Transact(Mac("02:00:00:00:00:07", "red", "a2"), Locator("a2", "192.0.2.12"))),
        (0, Transact("""{"op":"update","table":"Physical_Locator","where":[["dst_ip","==","192.0.2.12"]],"row":{"dst_ip":"192.0.2.14"}}""")),
        .. State(),
        (0, Transact(Locator("b", "192.0.2.13"), Mac("02:00:00:00:00:02", "red", "b"))),
        (0, Transact("""{"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"02:00:00:00:00:01","logical_switch":["named-uuid","x"],"locator":["named-uuid","y"]}}""", Locator("y", "192.0.2.15"), Network("x", "5009"))),
        .. State(),
        (0, Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[["enable","true"]]]}}""")),
        .. State(),
        (0, Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[]]}}""")),
        .. State(),
        (0, Transact("""{"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"ff:ff:ff:ff:ff:ff","logical_switch":["named-uuid","z"],"locator":["named-uuid","y"]}}""", Locator("y", "192.0.2.16"), Network("z", "5010"))),
        .. State(),
        (0, Transact(Delete("Ucast_Macs_Remote", "02:00:00:00:00:01"), Delete("Ucast_Macs_Remote", "ff:ff:ff:ff:ff:ff"))),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Ucast_Macs_Remote","where":[]}""")),
        .. State(),
        (0, Transact(Locator("one", "192.0.2.40"), Network("n1", "6500"), Mac("02:00:00:00:01:01", "n1", "one"), Network("n2", "6501"), Mac("02:00:00:00:01:02", "n2", "one"), Network("n3", "6502"), Mac("02:00:00:00:01:03", "n3", "one"))),
        .. State(),
        (0, Transact(Delete("Ucast_Macs_Remote", "02:00:00:00:01:01"))),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Ucast_Macs_Remote","where":[]}""")),
        (0, Transact(Bind("eth1", 10, "p", "6001"))),
        (0, Transact(Bind("eth1", 20, "q", "6002"))),
        .. State(),
        (0, Transact(Bind("eth2", 66, "r", "6003"))),
        .. State(),
        (0, Transact(Unbind("eth1"), Unbind("eth2"), """{"op":"delete","table":"Logical_Switch","where":[["name","==","p"]]}""")),
        .. State(),
        (0, Transact(Network("wide", "16777217"))),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Logical_Switch","where":[["name","==","wide"]]}""")),
        (0, Transact(Network("twin1", "6100"), Network("twin2", "6100"))),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Logical_Switch","where":[["name","==","twin1"]]}""")),
        (0, Transact("""{"op":"insert","table":"Logical_Router","row":{"name":"r1"}}""")),
        .. State(),
        (0, Transact("""{"op":"delete","table":"Logical_Router","where":[]}""")),
        (0, Transact("""{"op":"update","table":"Physical_Switch","where":[],"row":{"tunnel_ips":"203.0.113.9","switch_fault_status":"unspecified_fault"}}""")),
        .. State(),
        (0, Transact("""{"op":"insert","table":"Tunnel","uuid-name":"t","row":{"local":["named-uuid","l"],"remote":["named-uuid","rr"]}}""", Locator("rr", "192.0.2.30"), Locator("l", "192.0.2.31"), Network("odl", "6600"), Mac("02:00:00:00:02:01", "odl", "rr"), """{"op":"mutate","table":"Physical_Switch","where":[],"mutations":[["tunnels","insert",["named-uuid","t"]]]}""")),
        .. State(),
        (0, Transact("""{"op":"insert","table":"Physical_Locator_Set","uuid-name":"s","row":{"locators":["named-uuid","l2"]}}""", Locator("l2", "192.0.2.32"), Network("bum", "6200"), """{"op":"insert","table":"Mcast_Macs_Remote","row":{"MAC":"unknown-dst","logical_switch":["named-uuid","bum"],"locator_set":["named-uuid","s"]}}""")),
        .. State(),
        (0, Call("monitor_cancel", "\"m\"")),
        (0, Transact(Network("after", "6300"))),
        (2, Transact("""{"op":"select","table":"Logical_Switch","where":[],"columns":["name"]}""")),
        (0, Transact(Mac("02:00:00:00:00:05", "net", "loc"), Network("net", "6400"), Locator("loc", "not an address"))),
        .. State(),
    ];

    private static (int, string)[] State() => [(1, Transact(
        Select("Physical_Switch", "switch_fault_status", "tunnel_ips", "management_ips", "name"),
        Select("Physical_Port", "name", "port_fault_status", "vlan_bindings", "vlan_stats"),
        Select("Mcast_Macs_Local", "MAC"), Select("Tunnel", "bfd_status", "bfd_config_local"), Select("Physical_Locator", "dst_ip"),
        Select("Ucast_Macs_Remote", "MAC"), """{"op":"select","table":"Tunnel","where":[]}"""))];

    private static string Call(string method, string parameters) => $$"""{"id":ID,"method":"{{method}}","params":[{{parameters}}]}""";

    private static string Transact(params string[] operations) => Call("transact", $"\"hardware_vtep\",{string.Join(',', operations)}");

    private static string Select(string table, params string[] columns) => columns.Length == 0
        ? $$"""{"op":"select","table":"{{table}}","where":[]}"""
        : $$"""{"op":"select","table":"{{table}}","where":[],"columns":[{{string.Join(',', columns.Select(c => $"\"{c}\""))}}]}""";

    private static string Network(string name, string key)
    {
        var id = name.Length < 20 ? name : "long";
        return $$$"""{"op":"insert","table":"Logical_Switch","uuid-name":"{{{id}}}","row":{"name":"{{{name}}}","tunnel_key":{{{key}}} }}""";
    }

    private static string Locator(string name, string ip) =>
        $$$"""{"op":"insert","table":"Physical_Locator","uuid-name":"{{{name}}}","row":{"encapsulation_type":"vxlan_over_ipv4","dst_ip":"{{{ip}}}"}}""";

    private static string Mac(string mac, string network, string locator) => network is "blue" or "red"
        ? $$$"""{"op":"insert","table":"Logical_Switch","uuid-name":"n","row":{"name":"for {{{mac}}}"}},{"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"{{{mac}}}","logical_switch":["named-uuid","n"],"locator":["named-uuid","{{{locator}}}"]}}"""
        : $$$"""{"op":"insert","table":"Ucast_Macs_Remote","row":{"MAC":"{{{mac}}}","logical_switch":["named-uuid","{{{network}}}"],"locator":["named-uuid","{{{locator}}}"]}}""";

    private static string Delete(string table, string mac) => $$"""{"op":"delete","table":"{{table}}","where":[["MAC","==","{{mac}}"]]}""";

    private static string Bind(string port, int vlan, string network, string key) => Network(network, key)
        + $$$"""
        ,{"op":"mutate","table":"Physical_Port","where":[["name","==","{{{port}}}"]],"mutations":[["vlan_bindings","insert",["map",[[{{{vlan}}},["named-uuid","{{{network}}}"]]]]]]}
        """;

    private static string Unbind(string port) => $$$"""{"op":"update","table":"Physical_Port","where":[["name","==","{{{port}}}"]],"row":{"vlan_bindings":["map",[]]}}""";
}
