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

    private static readonly string[] EveryTable =
    [
        "init -- --id=@p create Physical_Port name=eth1 -- create Physical_Switch name=leaf1 ports=@p tunnel_ips=192.0.2.11,2001:db8::11 -- add-ls blue",
        "--id=@e create ACL_entry sequence=1 direction=ingress action=permit protocol=6 dest_port_min=80 dest_port_max=88 -- --id=@a create ACL acl_name=web acl_entries=@e "
            + "-- set Physical_Port eth1 acl_bindings:10=@a",
        "create ACL acl_name=empty", "create ACL_entry sequence=-1 direction=ingress action=permit", "create ACL_entry sequence=1 direction=sideways action=permit",
        "add-lr r1 -- set Logical_Router r1 static_routes:198.51.100.0/24=192.0.2.1 static_routes:203.0.113.0/24=192.0.2.2 LR_fault_status=bad",
        "set Logical_Router r1 switch_binding:192.0.2.1/24=blue", "--id=@l get Logical_Switch blue -- set Logical_Router r1 switch_binding:192.0.2.1/24=@l",
        "--id=@near create Physical_Locator encapsulation_type=vxlan_over_ipv4 dst_ip=192.0.2.11 -- --id=@far create Physical_Locator encapsulation_type=vxlan_over_ipv4 "
            + "dst_ip=198.51.100.1 tunnel_key=7 -- --id=@t create Tunnel local=@near remote=@far bfd_config_local:bfd_dst_ip=1.2.3.4 -- add Physical_Switch leaf1 tunnels @t",
        "--id=@s create Logical_Binding_Stats packets_to_local=1 bytes_from_local=9223372036854775807 -- set Physical_Port eth1 vlan_stats:10=@s",
        "--id=@l create Physical_Locator encapsulation_type=vxlan_over_ipv4 dst_ip=198.51.100.2 -- create Arp_Sources_Local src_mac='\"02:1a:00:00:00:01\"' locator=@l "
            + "-- create Arp_Sources_Remote src_mac='\"02:1a:00:00:00:02\"' locator=@l",
        "--id=@l create Physical_Locator encapsulation_type=vxlan_over_ipv4 dst_ip=198.51.100.3 -- --id=@s create Physical_Locator_Set locators=@l "
            + "-- --id=@n get Logical_Switch blue -- create Mcast_Macs_Remote MAC=unknown-dst logical_switch=@n locator_set=@s ipaddr=192.0.2.9",
        "destroy Physical_Locator_Set nonsense", "create Tunnel local=nonsense", "create Physical_Port name=orphan", "list Physical_Port orphan",
        "--columns=name,static_routes,LR_fault_status list Logical_Router", "--columns=acl_name list ACL", "--columns=sequence,action,dest_port_min,dest_port_max list ACL_entry",
        "--columns=dst_ip,tunnel_key find Physical_Locator tunnel_key=7", "--columns=packets_to_local,bytes_from_local list Logical_Binding_Stats",
        "--columns=bfd_config_local,bfd_params list Tunnel", "--columns=src_mac list Arp_Sources_Local", "--columns=src_mac list Arp_Sources_Remote",
        "--columns=MAC,ipaddr list Mcast_Macs_Remote", "--columns=tunnel_ips,other_config list Physical_Switch", "show",
        "clear Physical_Port eth1 acl_bindings vlan_stats", "list ACL", "clear Physical_Switch leaf1 tunnels", "list Tunnel", "--all destroy Logical_Router", "--all destroy Nonsense",
        "--all destroy Physical_Switch", "--all destroy Arp_Sources_Local -- --all destroy Arp_Sources_Remote -- --all destroy Mcast_Macs_Remote", "list Physical_Port",
        "list Physical_Locator", "list Physical_Locator_Set",
    ];

    private static readonly string[] Wordings =
    [
        "add-ls blue -- add-ls red -- add-ls green -- set Logical_Switch blue tunnel_key=5000 -- set Logical_Switch red tunnel_key=6000 other_config:a=1 other_config:b=2",
        "--columns=name find Logical_Switch tunnel_key!=5000 name!=green", "--columns=name find Logical_Switch tunnel_key<6000", "--columns=name find Logical_Switch 'tunnel_key>=5000' name=red",
        "--columns=name find Logical_Switch other_config:a=1", "--columns=name find Logical_Switch other_config{>=}a=1", "--columns=name find Logical_Switch tunnel_key=[]",
        "--columns=name find Logical_Switch tunnel_key{in}5000,6000", "--columns=name find Logical_Switch nonsense=1", "find Logical_Switch tunnel_key=x",
        "get logical-switch blue tunnel_key", "get Logical_Sw blue tunnel", "get L blue tunnel_key", "get Logical_Switch blue name tunnel_key description", "get Logical_Switch nobody name",
        "--format=csv --columns=name,tunnel_key find Logical_Switch name=blue", "--format=table --columns=name,tunnel_key find Logical_Switch name=blue",
        "--format=html --columns=name,tunnel_key find Logical_Switch name=blue", "--format=json --columns=name,tunnel_key find Logical_Switch name=blue",
        "--data=json --columns=other_config find Logical_Switch name=red", "--data=bare --columns=other_config find Logical_Switch name=red", "--format=nonsense list Logical_Switch",
        "--no-headings --format=csv --columns=name find Logical_Switch name=red", "--bare --columns=name,other_config find Logical_Switch name=red",
        "--oneline get Logical_Switch red other_config -- get Logical_Switch blue name", "--dry-run add-ls never", "ls-exists never",
        "add-ls yellow -- del-ls nobody", "ls-exists yellow", "set Logical_Switch red other_config:a=2 other_config:c='\"x y\"'", "get Logical_Switch red other_config:a other_config:c",
        "get Logical_Switch red other_config:z", "--if-exists get Logical_Switch red other_config:z", "remove Logical_Switch red other_config a=1", "remove Logical_Switch red other_config a=2",
        "remove Logical_Switch red tunnel_key 6000", "remove Logical_Switch red name red", "add Logical_Switch red tunnel_key 1 2", "set Logical_Switch red name=blue",
        "set Logical_Switch red tunnel_key=99999999999999999999", "set Logical_Switch red nonsense=1", "set Logical_Switch red _uuid=1", "clear Logical_Switch red name",
        "--if-exists set Logical_Switch nobody name=x", "--if-exists clear Logical_Switch nobody description", "--if-exists remove Logical_Switch nobody other_config a",
        "--if-exists destroy Logical_Switch nobody", "destroy Logical_Switch nobody", "--if-exists list Logical_Switch nobody", "wait-until Logical_Switch red name=red other_config:b=2",
        "--timeout=1 wait-until Logical_Switch nobody", "--no-wait set Logical_Switch red description=quick", "get Logical_Switch red description",
        "set-replication-mode red service_node -- get-replication-mode red", "set-replication-mode nobody source_node", "get-replication-mode nobody",
        "--inactivity-probe=5000 set-manager ptcp:0:127.0.0.1 -- get-manager", "--columns=target,inactivity_probe list Manager", "set-manager nonsense", "del-manager -- get-manager",
        "add-ls", "add-ls a b", "bind-ls leaf1 eth1 blue", "--nonsense add-ls x", "emer-reset", "list-ls",
    ];

    private static IEnumerable<TestCaseData> Groups =>
    [
        new TestCaseData([Managers]).SetArgDisplayNames("managers"),
        new TestCaseData([PhysicalSwitches]).SetArgDisplayNames("physical switches and ports"),
        new TestCaseData([LogicalSwitches]).SetArgDisplayNames("logical switches and bindings"),
        new TestCaseData([LogicalRouters]).SetArgDisplayNames("logical routers"),
        new TestCaseData([Macs]).SetArgDisplayNames("MACs"),
        new TestCaseData([DatabaseCommands]).SetArgDisplayNames("database commands"),
        new TestCaseData([EveryTable]).SetArgDisplayNames("rows of every table"),
        new TestCaseData([Wordings]).SetArgDisplayNames("conditions, formats and mistakes"),
    ];

    [TestCaseSource(nameof(Groups))]
    public async Task Commands_give_what_they_give_on_the_real_server(string[] commands)
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();
        var lines = commands.Select(c => "vtep-ctl --db=SERVER --timeout=60 " + c).ToArray();

        var expected = await Conversation.HoldAsync(real.Endpoint, lines);
        var found = await Conversation.HoldAsync(ours.Endpoint, lines);

        Assert.That(found, Is.EqualTo(expected));
    }
}
