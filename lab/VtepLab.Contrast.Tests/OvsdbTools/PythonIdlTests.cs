using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.OvsdbTools;

/// <summary>The Python client library of Open vSwitch (python3-openvswitch) works against our server as against ovsdb-server.</summary>
[Category(RealPeer.Category)]
public class PythonIdlTests
{
    // Follows the whole database; inserts, changes, verifies, loses a race, deletes; prints what it sees.
    private const string Program =
        """
        import sys
        try:
            import ovs.db.idl, ovs.poller
        except ImportError:
            sys.exit(77)
        helper = ovs.db.idl.SchemaHelper(sys.argv[2])
        helper.register_all()
        idl = ovs.db.idl.Idl(sys.argv[1], helper)

        def until(done):
            while not done():
                idl.run()
                if done():
                    break
                poller = ovs.poller.Poller()
                idl.wait(poller)
                poller.timer_wait(10000)
                poller.block()

        def show(what):
            print(what, sorted((r.name, r.tunnel_key, dict(r.other_config)) for r in idl.tables["Logical_Switch"].rows.values()),
                  sorted((p.name, sorted((v, ls.name) for v, ls in p.vlan_bindings.items())) for p in idl.tables["Physical_Port"].rows.values()),
                  sorted((m.MAC, m.locator.dst_ip) for m in idl.tables["Ucast_Macs_Remote"].rows.values()))

        def commit(what, build):
            txn = ovs.db.idl.Transaction(idl)
            build(txn)
            status = txn.commit_block()
            print(what, status, txn.get_error())
            show(what)

        until(lambda: idl.change_seqno > 0 and idl.has_ever_connected())
        show("start")
        rows = {}

        def create(txn):
            ls = txn.insert(idl.tables["Logical_Switch"])
            ls.name = "blue"
            ls.tunnel_key = 5000
            ls.other_config = {"a": "b"}
            port = txn.insert(idl.tables["Physical_Port"])
            port.name = "eth1"
            port.vlan_bindings = {10: ls}
            ps = txn.insert(idl.tables["Physical_Switch"])
            ps.name = "leaf1"
            ps.ports = [port]
            glob = txn.insert(idl.tables["Global"])
            glob.switches = [ps]
            loc = txn.insert(idl.tables["Physical_Locator"])
            loc.encapsulation_type = "vxlan_over_ipv4"
            loc.dst_ip = "198.51.100.1"
            mac = txn.insert(idl.tables["Ucast_Macs_Remote"])
            mac.MAC = "02:1a:c6:33:64:01"
            mac.logical_switch = ls
            mac.locator = loc
            txn.add_comment("made by a test")

        def switch():
            return next(r for r in idl.tables["Logical_Switch"].rows.values())

        def change(txn):
            ls = switch()
            ls.verify("name")
            ls.tunnel_key = 5001
            ls.setkey("other_config", "c", "d")
            ls.delkey("other_config", "a")

        def duplicate(txn):
            txn.insert(idl.tables["Logical_Switch"]).name = "blue"

        def referenced(txn):
            switch().delete()

        def remove(txn):
            for port in idl.tables["Physical_Port"].rows.values():
                port.vlan_bindings = {}
            for mac in list(idl.tables["Ucast_Macs_Remote"].rows.values()):
                mac.delete()
            switch().delete()

        def locked():
            idl.set_lock("mine")
            until(lambda: idl.has_lock)
            print("locked", idl.has_lock)

        commit("create", create)
        commit("change", change)
        commit("duplicate", duplicate)
        commit("referenced", referenced)
        locked()
        commit("remove", remove)
        print("locators", len(idl.tables["Physical_Locator"].rows))
        """;

    [Test]
    public async Task A_program_sees_and_does_the_same_on_both_servers()
    {
        await using var real = await OvsdbServerPeer.StartAsync();
        await using var ours = await OurServer.StartAsync();

        var expected = await RunAsync(real.Endpoint);
        var found = await RunAsync(ours.Endpoint);

        Assert.That(found, Is.EqualTo(expected));
        Assert.That(found, Does.Contain("remove success success\nremove [] [('eth1', [])] []\nlocators 0"));
    }

    private static async Task<string> RunAsync(string endpoint)
    {
        var result = await PeerProcess.RunAsync(
            RealPeer.Require("/usr/bin/python3"), ["-c", Program, endpoint, OvsdbServerPeer.VtepSchema]);
        if (result.ExitCode == 77)
        {
            RealPeer.Missing("this machine's python3 has no module ovs; './vteplab test' installs what the tests need");
        }

        return Conversation.Normalise(result.Success(), endpoint);
    }
}
