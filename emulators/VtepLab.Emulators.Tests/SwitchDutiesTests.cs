using VtepLab.Emulators.HardwareVtep;
using VtepLab.Emulators.Tests.Bench;
using VtepLab.Packets;

namespace VtepLab.Emulators.Tests;

public class SwitchDutiesTests
{
    private const string Host = "02:1a:c0:00:02:0c";

    [Test]
    public void A_switch_announces_itself_before_anybody_asks()
    {
        var bench = new SwitchBench();

        Assert.That(bench.Dump("Physical_Switch", "management_ips", "name", "tunnel_ips"), Is.EqualTo(
            """{"management_ips":"127.0.0.1","name":"leaf1","tunnel_ips":"192.0.2.11"}"""));
        Assert.That(bench.Dump("Physical_Port", "name"), Is.EqualTo("{\"name\":\"eth1\"}\n{\"name\":\"eth2\"}"));
        Assert.That(bench.Dump("Global", "switches"), Is.EqualTo("""{"switches":["uuid","<0>"]}"""));
    }

    [Test]
    public void A_bound_network_gets_counters_and_is_asked_to_send_floods_here()
    {
        var bench = new SwitchBench();

        bench.Connect().Transact(Ops.Network("blue", 5000), Ops.Bind("eth1", 10, Ops.Named("blue")));

        Assert.That(bench.Dump("Mcast_Macs_Local", "MAC"), Is.EqualTo("""{"MAC":"unknown-dst"}"""));
        Assert.That(bench.Dump("Physical_Locator", "dst_ip"), Is.EqualTo("""{"dst_ip":"192.0.2.11"}"""));
        Assert.That(bench.Dump("Logical_Binding_Stats", "packets_to_local"), Is.EqualTo("""{"packets_to_local":0}"""));
        Assert.That(bench.Core.Agent.Hardware.Bindings.Keys, Is.EqualTo(new[] { ("eth1", 10) }));
        Assert.That(bench.Core.Agent.Hardware.Networks.Values.Single().Vni, Is.EqualTo(new Vni(5000)));
    }

    [Test]
    public void A_network_is_unbound_and_deleted_in_one_transaction()
    {
        var bench = new SwitchBench();
        var peer = bench.Connect();
        peer.Transact(Ops.Network("blue", 5000), Ops.Bind("eth1", 10, Ops.Named("blue")));

        var results = peer.Transact(Ops.Unbind("eth1", 10), Ops.Delete("Logical_Switch"));

        Assert.That(results.ToJsonString(), Is.EqualTo("""[{"count":1},{"count":1}]"""));
        Assert.That(bench.Dump("Mcast_Macs_Local"), Is.Empty);
        Assert.That(bench.Dump("Physical_Locator"), Is.Empty);
        Assert.That(bench.Dump("Logical_Binding_Stats"), Is.Empty);
    }

    [Test]
    public void A_VLAN_in_local_use_is_a_fault_until_the_conflict_is_gone()
    {
        var bench = new SwitchBench(configure: o => o with { ReservedVlans = [10] });
        bench.Connect().Transact(Ops.Network("blue", 5000), Ops.Bind("eth1", 10, Ops.Named("blue")));
        Assert.That(bench.Dump("Physical_Port", "name", "port_fault_status"), Is.EqualTo(
            """{"name":"eth1","port_fault_status":"invalid_vlan_map"}""" + "\n" + """{"name":"eth2","port_fault_status":["set",[]]}"""));
        Assert.That(bench.Core.Agent.Hardware.Bindings, Is.Empty);

        bench.Core.Agent.Reserve("eth1", 10, isReserved: false);
        bench.Core.FallBehind();
        bench.Settle();

        Assert.That(bench.Dump("Physical_Port", "port_fault_status"), Is.EqualTo("""{"port_fault_status":["set",[]]}"""));
        Assert.That(bench.Core.Agent.Hardware.Bindings.Keys, Is.EqualTo(new[] { ("eth1", 10) }));
    }

    [Test]
    public void A_tunnel_appears_with_its_first_user_and_goes_with_the_last_and_its_locator()
    {
        var bench = new SwitchBench();
        var peer = bench.Connect();
        peer.Transact(
            Ops.Network("blue", 5000), Ops.Network("red", 5001), Ops.Locator("peer", "192.0.2.12"),
            Ops.RemoteMac(Host, Ops.Named("blue"), Ops.Named("peer")), Ops.RemoteMac(Host, Ops.Named("red"), Ops.Named("peer")));
        Assert.That(bench.Dump("Tunnel", "bfd_config_local", "bfd_status"), Is.EqualTo(
            """{"bfd_config_local":["map",[["bfd_dst_ip","169.254.1.0"],["bfd_dst_mac","00:23:20:00:00:01"]]],"bfd_status":["map",[]]}"""));

        peer.Transact(Ops.Delete("Ucast_Macs_Remote"));
        Assert.That(peer.Received[^1], Does.Contain("\"count\":2"));

        // The switch's own tunnel row does not outlive the controller's transaction, so the address is free for a new locator at once.
        var results = peer.Transact(Ops.Locator("again", "192.0.2.12"), Ops.Network("green", 5002), Ops.RemoteMac(Host, Ops.Named("green"), Ops.Named("again")));
        Assert.That(results.ToJsonString(), Does.Not.Contain("error"));
        Assert.That(bench.Dump("Physical_Locator", "dst_ip"), Is.EqualTo("{\"dst_ip\":\"192.0.2.11\"}\n{\"dst_ip\":\"192.0.2.12\"}"));
    }

    [TestCase(16777216)]
    [TestCase(-1)]
    [TestCase(1L << 40)]
    public void A_tunnel_key_beyond_24_bits_is_a_fault_and_never_used(long key)
    {
        var bench = new SwitchBench();
        var peer = bench.Connect();
        peer.Transact(Ops.Network("blue", key), Ops.Bind("eth1", 10, Ops.Named("blue")));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":"unspecified_fault"}"""));
        Assert.That(bench.Core.Agent.Hardware.Networks.Values.Single().Vni, Is.Null);

        peer.Transact("""{"op":"update","table":"Logical_Switch","where":[],"row":{"tunnel_key":5000}}""");

        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
    }

    [TestCase("not an address")]
    [TestCase("2001:db8::1")]
    [TestCase("0.0.0.0")]
    [TestCase("255.255.255.255")]
    [TestCase("224.0.0.5")]
    [TestCase("192.0.2.11")]
    public void A_locator_that_cannot_be_a_far_end_is_a_fault(string ip)
    {
        var bench = new SwitchBench();
        var peer = bench.Connect();
        peer.Transact(Ops.Network("blue", 5000), Ops.Locator("peer", ip), Ops.RemoteMac(Host, Ops.Named("blue"), Ops.Named("peer")));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":"unspecified_fault"}"""));
        Assert.That(bench.Dump("Tunnel"), Is.Empty);

        peer.Transact(Ops.Delete("Ucast_Macs_Remote"));

        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
    }

    [Test]
    public void A_full_MAC_table_is_a_fault_until_there_is_room_for_those_that_wait()
    {
        var bench = new SwitchBench(configure: o => o with { MaxRemoteMacs = 2 });
        var peer = bench.Connect();
        peer.Transact(
            Ops.Network("blue", 5000), Ops.Locator("peer", "192.0.2.12"), Ops.RemoteMac("02:00:00:00:00:01", Ops.Named("blue"), Ops.Named("peer")),
            Ops.RemoteMac("02:00:00:00:00:02", Ops.Named("blue"), Ops.Named("peer")), Ops.RemoteMac("02:00:00:00:00:03", Ops.Named("blue"), Ops.Named("peer")));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":"mac_table_exhaustion"}"""));
        Assert.That(InstalledMacs(bench), Is.EqualTo("02:00:00:00:00:01 02:00:00:00:00:02"));

        peer.Transact(Ops.Delete("Ucast_Macs_Remote", """["MAC","==","02:00:00:00:00:01"]"""));

        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
        Assert.That(InstalledMacs(bench), Is.EqualTo("02:00:00:00:00:02 02:00:00:00:00:03"));
    }

    [Test]
    public void Tunnels_beyond_the_limit_wait_and_the_first_ones_stay()
    {
        var bench = new SwitchBench(configure: o => o with { MaxTunnels = 1 });
        var peer = bench.Connect();
        peer.Transact(
            Ops.Network("blue", 5000), Ops.Locator("a", "192.0.2.12"), Ops.Locator("b", "192.0.2.13"),
            Ops.RemoteMac("02:00:00:00:00:01", Ops.Named("blue"), Ops.Named("a")), Ops.RemoteMac("02:00:00:00:00:02", Ops.Named("blue"), Ops.Named("b")));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":"tunnel_exhaustion"}"""));
        Assert.That(bench.Core.Agent.Hardware.Tunnels.Keys, Is.EqualTo(new[] { IpAddress.Parse("192.0.2.12") }));

        peer.Transact(Ops.Delete("Ucast_Macs_Remote", """["MAC","==","02:00:00:00:00:01"]"""));

        Assert.That(bench.Core.Agent.Hardware.Tunnels.Keys, Is.EqualTo(new[] { IpAddress.Parse("192.0.2.13") }));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
    }

    [Test]
    public void Columns_of_the_switch_are_put_right_when_a_controller_writes_them()
    {
        var bench = new SwitchBench();
        var ports = bench.Core.Database.Table("Physical_Port").All.Select(r => (r.Uuid, r["name"].String)).ToList();

        bench.Connect().Transact(
            """{"op":"update","table":"Physical_Switch","where":[],"row":{"tunnel_ips":"203.0.113.1","name":"mine","ports":["set",[]],"switch_fault_status":"unspecified_fault"}}""",
            """{"op":"update","table":"Physical_Port","where":[["name","==","eth1"]],"row":{"name":"x","port_fault_status":"invalid_vlan_map"}}""",
            """{"op":"update","table":"Global","where":[],"row":{"switches":["set",[]]}}""");

        Assert.That(bench.Dump("Physical_Switch", "name", "switch_fault_status", "tunnel_ips"), Is.EqualTo(
            """{"name":"leaf1","switch_fault_status":["set",[]],"tunnel_ips":"192.0.2.11"}"""));
        Assert.That(bench.Core.Database.Table("Physical_Port").All.Select(r => (r.Uuid, r["name"].String)), Is.EquivalentTo(ports));
        Assert.That(bench.Dump("Physical_Port", "port_fault_status"), Is.EqualTo("""{"port_fault_status":["set",[]]}"""));
    }

    [Test]
    public void BFD_has_a_status_only_while_it_is_enabled()
    {
        var bench = new SwitchBench(configure: o => o with { MaxBfdSessions = 1 });
        var peer = bench.Connect();
        peer.Transact(
            Ops.Network("blue", 5000), Ops.Locator("a", "192.0.2.12"), Ops.Locator("b", "192.0.2.13"),
            Ops.RemoteMac("02:00:00:00:00:01", Ops.Named("blue"), Ops.Named("a")), Ops.RemoteMac("02:00:00:00:00:02", Ops.Named("blue"), Ops.Named("b")));

        peer.Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[["enable","true"]]]}}""");
        var enabled = bench.Dump("Tunnel", "bfd_status");
        Assert.That(enabled, Does.Contain("""["enabled","true"]""").And.Contain("""["enabled","false"],["info","no more than 1 BFD sessions"]"""));

        peer.Transact("""{"op":"update","table":"Tunnel","where":[],"row":{"bfd_params":["map",[]]}}""");
        Assert.That(bench.Dump("Tunnel", "bfd_status"), Is.EqualTo("""{"bfd_status":["map",[]]}"""));
    }

    [Test]
    public void A_flood_list_leaves_the_switch_itself_out()
    {
        var bench = new SwitchBench();

        bench.Connect().Transact(
            Ops.Network("blue", 5000), Ops.Locator("me", "192.0.2.11"), Ops.Locator("a", "192.0.2.12"),
            """{"op":"insert","table":"Physical_Locator_Set","uuid-name":"s","row":{"locators":["set",[["named-uuid","me"],["named-uuid","a"]]]}}""",
            """{"op":"insert","table":"Mcast_Macs_Remote","row":{"MAC":"unknown-dst","logical_switch":["named-uuid","blue"],"locator_set":["named-uuid","s"]}}""");

        Assert.That(
            bench.Core.Agent.Hardware.Floods.Values.Single(),
            Is.EqualTo(new[] { new HardwareLocator(IpAddress.Parse("192.0.2.12"), null, IpAddress.Parse("192.0.2.11")) }));
        Assert.That(bench.Dump("Physical_Switch", "switch_fault_status"), Is.EqualTo("""{"switch_fault_status":["set",[]]}"""));
    }

    [TestCase("1.3.0")]
    [TestCase("1.0.0")]
    public void A_switch_of_an_old_schema_does_the_same_duties(string version)
    {
        var bench = new SwitchBench(configure: o => o with { SchemaVersion = Version.Parse(version) });

        bench.Connect().Transact(
            Ops.Network("blue", 5000), Ops.Bind("eth1", 10, Ops.Named("blue")), Ops.Locator("peer", "192.0.2.12"),
            Ops.RemoteMac(Host, Ops.Named("blue"), Ops.Named("peer")));

        Assert.That(bench.Dump("Mcast_Macs_Local", "MAC"), Is.EqualTo("""{"MAC":"unknown-dst"}"""));
        Assert.That(InstalledMacs(bench), Is.EqualTo(Host));
    }

    private static string InstalledMacs(SwitchBench bench) =>
        string.Join(' ', bench.Core.Agent.Hardware.RemoteMacs.Keys.Select(k => k.Mac).Order());
}
