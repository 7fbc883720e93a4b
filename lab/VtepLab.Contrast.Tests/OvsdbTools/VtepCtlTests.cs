using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>Every command of Debian's vtep-ctl leaves and finds the same in our server as in ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class VtepCtlTests
{
    private static readonly string[] Managers =
    [
        "get-manager", "set-manager tcp:127.0.0.1:1 ptcp:0:127.0.0.1", "get-manager", "--inactivity-probe=30000 set-manager ssl:192.0.2.1",
        "--columns=target,inactivity_probe,max_backoff list Manager", "del-manager", "get-manager", "list Manager",
    ];

    private static readonly string[] PhysicalSwitches =
    [
        "list-ps", "add-ps leaf1", "add-ps leaf1", "--may-exist add-ps leaf1", "list-ps", "ps-exists leaf1", "ps-exists leaf2",
        "add-port leaf1 eth1", "add-port leaf1 eth2", "add-port leaf1 eth1", "--may-exist add-port leaf1 eth1", "list-ports leaf1",
        "list-ports leaf2", "del-port leaf1 eth2", "del-port leaf1 eth9", "--if-exists del-port leaf1 eth9", "list-ports leaf1",
        "del-ps leaf2", "--if-exists del-ps leaf2", "del-ps leaf1", "list-ps", "list Physical_Port", "show",
    ];

    private static readonly string[] LogicalSwitches =
    [
        "add-ps leaf1 -- add-port leaf1 eth1", "add-ls blue", "add-ls blue", "--may-exist add-ls blue", "list-ls", "ls-exists blue", "ls-exists red",
        "bind-ls leaf1 eth1 10 blue", "bind-ls leaf1 eth1 11 red", "list-bindings leaf1 eth1", "get-replication-mode blue",
        "set-replication-mode blue source_node", "get-replication-mode blue", "set-replication-mode blue nonsense", "show",
        "del-ls blue", "unbind-ls leaf1 eth1 10", "list-bindings leaf1 eth1", "del-ls blue", "--if-exists del-ls blue", "list-ls",
    ];

    private static readonly string[] LogicalRouters =
    [
        "add-lr r1", "add-lr r1", "--may-exist add-lr r1", "list-lr", "lr-exists r1", "lr-exists r2", "del-lr r2", "--if-exists del-lr r2", "del-lr r1", "list-lr",
    ];

    private static readonly string[] Macs =
    [
        "add-ls blue -- add-ls red",
        "add-ucast-local blue 02:1a:c0:00:02:0b 192.0.2.11", "add-ucast-remote blue 02:1a:c6:33:64:01 vxlan_over_ipv4 198.51.100.1",
        "add-ucast-remote blue 02:1a:c6:33:64:01 198.51.100.2", "add-ucast-remote red 02:1a:c6:33:64:01 198.51.100.2",
        "add-mcast-local blue unknown-dst 192.0.2.11", "add-mcast-remote blue unknown-dst 198.51.100.1",
        "add-mcast-remote blue unknown-dst 198.51.100.2", "add-mcast-remote red 01:00:5e:00:00:01 vxlan_over_ipv4 198.51.100.3",
        "list-local-macs blue", "list-remote-macs blue", "list-remote-macs red", "list-remote-macs green",
        "add-ucast-remote blue 02:1a:c6:33:64:02 gre 198.51.100.2",
        "--columns=dst_ip,encapsulation_type find Physical_Locator dst_ip=198.51.100.1", "--columns=dst_ip find Physical_Locator dst_ip=198.51.100.3",
        "del-mcast-remote blue unknown-dst 198.51.100.1", "list-remote-macs blue", "del-mcast-remote blue unknown-dst 198.51.100.2",
        "del-ucast-remote blue 02:1a:c6:33:64:01", "del-ucast-local blue 02:1a:c0:00:02:0b", "del-mcast-local blue unknown-dst 192.0.2.11",
        "list-local-macs blue", "list-remote-macs blue", "clear-remote-macs red", "clear-local-macs red", "list-remote-macs red",
        "list Physical_Locator", "list Physical_Locator_Set", "show",
    ];

    private static readonly string[] DatabaseCommands =
    [
        "create Logical_Switch name=blue tunnel_key=5000 other_config:a=b", "list Logical_Switch", "--columns=name,tunnel_key find Logical_Switch name=blue",
        "get Logical_Switch blue tunnel_key other_config:a", "get Logical_Switch blue nonsense", "--if-exists get Logical_Switch red name",
        "set Logical_Switch blue tunnel_key=5001 description='\"a b\"'", "set Logical_Switch blue tunnel_key=x", "add Logical_Switch blue other_config c=d e=f",
        "remove Logical_Switch blue other_config a", "get Logical_Switch blue other_config", "clear Logical_Switch blue tunnel_key", "get Logical_Switch blue tunnel_key",
        "set Logical_Switch blue replication_mode=elsewhere", "wait-until Logical_Switch blue name=blue", "--timeout=1 wait-until Logical_Switch blue tunnel_key=9",
        "comment remember this -- set Logical_Switch blue description=x",
        "--id=@l create Physical_Locator encapsulation_type=vxlan_over_ipv4 dst_ip=198.51.100.9 -- --id=@m create Ucast_Macs_Remote MAC='\"02:1a:c6:33:64:09\"' logical_switch=blue locator=@l",
        "create Physical_Locator encapsulation_type=vxlan_over_ipv4 dst_ip=198.51.100.10", "list Physical_Locator", "destroy Logical_Switch blue",
        "--all destroy Ucast_Macs_Remote", "list Physical_Locator", "create Logical_Switch name=blue", "destroy Logical_Switch blue", "list Logical_Switch",
        "--format=json --columns=name list Logical_Switch", "--oneline list-ls", "nonsense", "list Nonsense", "init", "emer-reset", "list Global",
    ];

    private static IEnumerable<TestCaseData> Groups =>
    [
        new TestCaseData([Managers]).SetArgDisplayNames("managers"),
        new TestCaseData([PhysicalSwitches]).SetArgDisplayNames("physical switches and ports"),
        new TestCaseData([LogicalSwitches]).SetArgDisplayNames("logical switches and bindings"),
        new TestCaseData([LogicalRouters]).SetArgDisplayNames("logical routers"),
        new TestCaseData([Macs]).SetArgDisplayNames("MACs"),
        new TestCaseData([DatabaseCommands]).SetArgDisplayNames("database commands"),
    ];

    [TestCaseSource(nameof(Groups))]
    public async Task Commands_give_what_they_give_on_the_real_server(string[] commands)
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();
        var lines = commands.Select(c => "vtep-ctl --db=SERVER --timeout=5 " + c).ToArray();

        var expected = await Conversation.HoldAsync(real.Endpoint, lines);
        var found = await Conversation.HoldAsync(ours.Endpoint, lines);

        Assert.That(found, Is.EqualTo(expected));
    }
}
