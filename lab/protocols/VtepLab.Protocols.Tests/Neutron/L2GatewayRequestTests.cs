using System.Text.Json.Nodes;
using VtepLab.Neutron;

namespace VtepLab.Protocols.Tests.Neutron;

public class L2GatewayRequestTests
{
    private static readonly Guid Blue = new("ae2d52a4-a918-4491-97e3-4f1322b50573");
    private static readonly Guid Eth1 = new("e7a5ecea-a194-4c19-bef2-01ed7b6c2a0d");
    private static readonly Guid Leaf1 = new("acc16a3c-0c60-4c3e-9be5-ffd86aba98eb");

    [Test]
    public void A_connection_is_read_as_the_original_plugin_sends_it()
    {
        var request = UpdateConnectionRequest.Read(Json("""
            {"ovsdb_identifier": "leaf1", "op_method": "CREATE",
             "logical_switch_dict": {"uuid": null, "name": "blue", "key": 5000, "description": "net-b"},
             "locator_dicts": [{"uuid": "ae2d52a4-a918-4491-97e3-4f1322b50573", "dst_ip": "192.0.2.12"}, {"uuid": null, "dst_ip": "192.0.2.11"}],
             "mac_dicts": {"192.0.2.11": [{"uuid": null, "mac": "02:1a:0a:00:00:63", "ip_address": "10.0.0.99",
                                           "logical_switch_id": null, "physical_locator_id": null}], "192.0.2.12": []},
             "port_dicts": [{"uuid": "e7a5ecea-a194-4c19-bef2-01ed7b6c2a0d", "name": "eth1",
                             "physical_switch_id": "acc16a3c-0c60-4c3e-9be5-ffd86aba98eb", "port_fault_status": null,
                             "vlan_bindings": [{"vlan": 10, "logical_switch_uuid": null}]}]}
            """));

        Assert.That(request.LogicalSwitch, Is.EqualTo(new LogicalSwitchDict(null, "blue", 5000, "net-b")));
        Assert.That(request.Operation, Is.EqualTo(ConnectionOperation.Create));
        Assert.That(request.Nodes.Select(n => (n.Locator, n.Macs.Length)), Is.EqualTo(new[]
        {
            (new LocatorDict(Blue, "192.0.2.12"), 0), (new LocatorDict(null, "192.0.2.11"), 1),
        }));
        Assert.That(request.Nodes[1].Macs[0], Is.EqualTo(new MacDict(null, "02:1a:0a:00:00:63", "10.0.0.99")));
        var port = request.Ports.Single();
        Assert.That((port.Uuid, port.Name, port.PhysicalSwitchId), Is.EqualTo((Eth1, "eth1", Leaf1)));
        Assert.That(port.VlanBindings, Is.EqualTo(new[] { new VlanBindingDict(10, null) }));
    }

    [Test]
    public void The_delete_of_a_connection_has_no_logical_switch()
    {
        var request = UpdateConnectionRequest.Read(Json("""
            {"ovsdb_identifier": "leaf1", "op_method": "DELETE", "logical_switch_dict": {}, "locator_dicts": [], "mac_dicts": {},
             "port_dicts": []}
            """));

        Assert.That(request.LogicalSwitch, Is.Null);
        Assert.That(request.Nodes, Is.Empty);
    }

    [Test]
    public void A_request_that_was_written_reads_as_it_was()
    {
        var request = new UpdateConnectionRequest(
            "leaf1", new LogicalSwitchDict(Blue, "blue", 5000, "net-b"),
            [new NodeMacs(new LocatorDict(null, "192.0.2.11"), [new MacDict(null, "02:1a:0a:00:00:63", "10.0.0.99", Blue)])],
            [new PortDict(Eth1, "eth1", Leaf1, [new VlanBindingDict(10, Blue)])], ConnectionOperation.Create);

        Assert.That(UpdateConnectionRequest.Read(request.ToJson()).ToJson().ToJsonString(), Is.EqualTo(request.ToJson().ToJsonString()));
    }

    [Test]
    public void The_MACs_of_a_delete_are_a_list()
    {
        var request = DeleteVifRequest.Read(Json("""
            {"ovsdb_identifier": "leaf1", "logical_switch_uuid": "ae2d52a4-a918-4491-97e3-4f1322b50573", "mac": ["02:1a:0a:00:00:63"]}
            """));

        Assert.That(request.Macs, Is.EqualTo(new[] { "02:1a:0a:00:00:63" }));
        Assert.That(request.LogicalSwitchUuid, Is.EqualTo(Blue));
    }

    [TestCase("""{"op_method": "CREATE"}""", "logical_switch_dict: expected a logical switch, for CREATE needs one, found nothing")]
    [TestCase("""{"op_method": "MOVE"}""", "op_method: expected CREATE or DELETE, found \"MOVE\"")]
    [TestCase("""{"ovsdb_identifier": "leaf1", "op_method": "DELETE", "port_dicts": [{"uuid": "x"}]}""", "port_dicts[0].uuid: expected a UUID or null, found \"x\"")]
    [TestCase(
        """{"ovsdb_identifier": "leaf1", "op_method": "DELETE", "port_dicts": [{"name": "eth1", "vlan_bindings": [{"vlan": 4096}]}]}""",
        "port_dicts[0].vlan_bindings[0].vlan: expected an integer from 0 to 4095, found 4096")]
    [TestCase("""{"op_method": "DELETE", "locator_dicts": {}}""", "locator_dicts: expected a list, found {}")]
    [TestCase("""{"op_method": "DELETE", "locator_dicts": [{"dst_ip": 5}]}""", "locator_dicts[0].dst_ip: expected a string, found 5")]
    [TestCase("""{"op_method": "DELETE", "locator_dicts": [{"dst_ip": ""}]}""", "locator_dicts[0].dst_ip: expected an IP address, found \"\"")]
    [TestCase("""{"op_method": "DELETE", "locator_dicts": [{"dst_ip": "192.0.2"}]}""", "locator_dicts[0].dst_ip: expected an IP address, found \"192.0.2\"")]
    [TestCase("""{"op_method": "DELETE", "mac_dicts": {"node-1": []}}""", "mac_dicts: expected IP addresses for names, not 'node-1', found {\"node-1\":[]}")]
    [TestCase(
        """{"ovsdb_identifier": "leaf1", "op_method": "DELETE", "mac_dicts": {"2001:db8::1": [{"mac": "02-1a-0a-00-00-01"}]}}""",
        "mac_dicts.2001:db8::1[0].mac: expected a MAC address, six pairs of hexadecimal digits with colons between, found \"02-1a-0a-00-00-01\"")]
    [TestCase("""{"op_method": "DELETE", "port_dicts": [], "ovsdb_identifier": null}""", "ovsdb_identifier: expected a string, found nothing")]
    public void A_member_that_is_not_what_it_should_be_is_named(string json, string message) =>
        Assert.That(() => UpdateConnectionRequest.Read(Json(json)), Throws.TypeOf<RpcArgumentException>().With.Message.EqualTo(message));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
