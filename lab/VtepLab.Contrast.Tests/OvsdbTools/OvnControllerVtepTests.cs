using VtepLab.Ovsdb;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Debian's ovn-controller-vtep drives a hardware_vtep database of ours, beside a southbound database of ours.</summary>
[Category(RealPeer.Category)]
public class OvnControllerVtepTests
{
    // The tables and columns of ovn-sb(5) that ovn-controller-vtep follows for one logical switch; the library takes the absence of the others.
    internal const string Southbound =
        """
        {"name":"OVN_Southbound","version":"20.27.0","tables":{
          "SB_Global":{"columns":{"nb_cfg":{"type":"integer"},"options":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}},"isRoot":true,"maxRows":1},
          "Chassis":{"columns":{"name":{"type":"string"},"hostname":{"type":"string"},"nb_cfg":{"type":"integer"},
            "encaps":{"type":{"key":{"type":"uuid","refTable":"Encap"},"min":1,"max":"unlimited"}},
            "vtep_logical_switches":{"type":{"key":"string","min":0,"max":"unlimited"}},
            "external_ids":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},
            "other_config":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},
            "transport_zones":{"type":{"key":"string","min":0,"max":"unlimited"}}},"isRoot":true,"indexes":[["name"]]},
          "Encap":{"columns":{"type":{"type":"string"},"ip":{"type":"string"},"chassis_name":{"type":"string"},
            "options":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}},"indexes":[["type","ip"]]},
          "Datapath_Binding":{"columns":{"tunnel_key":{"type":"integer"},"load_balancers":{"type":{"key":"uuid","min":0,"max":"unlimited"}},
            "external_ids":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}}},"isRoot":true,"indexes":[["tunnel_key"]]},
          "Port_Binding":{"columns":{"logical_port":{"type":"string"},"type":{"type":"string"},"tunnel_key":{"type":"integer"},
            "datapath":{"type":{"key":{"type":"uuid","refTable":"Datapath_Binding"}}},
            "chassis":{"type":{"key":{"type":"uuid","refTable":"Chassis","refType":"weak"},"min":0,"max":1}},
            "options":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},
            "mac":{"type":{"key":"string","min":0,"max":"unlimited"}}},"isRoot":true,"indexes":[["logical_port"]]}}}
        """;

    [Test]
    public async Task It_registers_the_switch_and_gives_its_logical_switch_the_key_of_the_datapath()
    {
        var program = RealPeer.Require("ovn-controller-vtep");
        await using var leaf = await OurServer.StartAsync();
        await using var southbound = await OurServer.StartAsync(DatabaseSchema.Parse(Southbound));
        using var directory = new TempDirectory();
        await VtepCtlAsync(leaf,
            "add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.11", "--", "add-port", "leaf1", "eth1", "--", "add-ls", "blue",
            "--", "bind-ls", "leaf1", "eth1", "10", "blue");
        await TransactAsync(southbound, """
            ["OVN_Southbound",{"op":"insert","table":"SB_Global","row":{}},
            {"op":"insert","table":"Datapath_Binding","uuid-name":"dp","row":{"tunnel_key":5000}},
            {"op":"insert","table":"Port_Binding","row":{"logical_port":"vtep1","type":"vtep","tunnel_key":1,"datapath":["named-uuid","dp"],
             "options":["map",[["vtep-physical-switch","leaf1"],["vtep-logical-switch","blue"]]]}}]
            """);

        await using var controller = PeerProcess.Start(
            program,
            ["--vtep-db=" + leaf.Endpoint, "--ovnsb-db=" + southbound.Endpoint, "--no-chdir", "-vconsole:warn"],
            new Dictionary<string, string> { ["OVN_RUNDIR"] = directory.Path, ["OVS_RUNDIR"] = directory.Path });

        var limit = TimeSpan.FromMinutes(1);
        await Eventually.That(
            () => TransactAsync(southbound, """["OVN_Southbound",{"op":"select","table":"Chassis","where":[],"columns":["name"]},{"op":"select","table":"Encap","where":[],"columns":["type","ip"]}]"""),
            Is.EqualTo("""[{"rows":[{"name":"leaf1"}]},{"rows":[{"ip":"192.0.2.11","type":"vxlan"}]}]""" + "\n"), limit);
        await Eventually.That(() => VtepCtlAsync(leaf, "get", "Logical_Switch", "blue", "tunnel_key", "replication_mode"), Is.EqualTo("5000\nsource_node\n"), limit);
        await Eventually.That(
            () => TransactAsync(southbound, """["OVN_Southbound",{"op":"select","table":"Port_Binding","where":[["chassis","!=",["set",[]]]],"columns":["logical_port"]}]"""),
            Does.Contain("vtep1"), limit);
    }

    private static async Task<string> VtepCtlAsync(OurServer server, params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={server.Endpoint}", "--timeout=60", .. arguments])).Success();

    private static async Task<string> TransactAsync(OurServer server, string request) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["transact", server.Endpoint, request.ReplaceLineEndings("")])).Success();
}
