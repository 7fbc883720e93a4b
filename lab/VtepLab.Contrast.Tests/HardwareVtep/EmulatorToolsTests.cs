using System.Text.Json.Nodes;
using VtepLab.Emulators.HardwareVtep;
using VtepLab.Hosting;
using VtepLab.Runtime;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Contrast.Tests.HardwareVtep;

/// <summary>The tools of Open vSwitch against the emulated switch, and, where it helps, against ovsdb-server beside it.</summary>
[Category(RealPeer.Category)]
public class EmulatorToolsTests
{
    [Test]
    public Task Vtep_ctl_finds_the_switch_and_drives_it() => OnSwitchAsync(async tool =>
    {
        Assert.That(await tool.VtepCtlAsync("list-ps"), Is.EqualTo("leaf1\n"));
        Assert.That(await tool.VtepCtlAsync("list-ports", "leaf1"), Is.EqualTo("eth1\neth2\n"));

        await tool.VtepCtlAsync("add-ls", "blue", "--", "set", "Logical_Switch", "blue", "tunnel_key=5000");
        await tool.VtepCtlAsync("bind-ls", "leaf1", "eth1", "10", "blue");
        await tool.VtepCtlAsync("add-ucast-remote", "blue", "02:1a:c0:00:02:0c", "192.0.2.12");
        await tool.VtepCtlAsync("add-mcast-remote", "blue", "unknown-dst", "192.0.2.12");

        Assert.That(await tool.VtepCtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 blue\n"));
        Assert.That(await tool.VtepCtlAsync("list-remote-macs", "blue"), Is.EqualTo(
            "ucast-mac-remote\n  02:1a:c0:00:02:0c -> vxlan_over_ipv4/192.0.2.12\n\nmcast-mac-remote\n  unknown-dst -> vxlan_over_ipv4/192.0.2.12\n\n"));
        Assert.That(await tool.VtepCtlAsync("list-local-macs", "blue"), Is.EqualTo(
            "ucast-mac-local\n\nmcast-mac-local\n  unknown-dst -> vxlan_over_ipv4/192.0.2.11\n\n"));

        await tool.VtepCtlAsync("unbind-ls", "leaf1", "eth1", "10", "--", "clear-remote-macs", "blue", "--", "del-ls", "blue");
        Assert.That(await tool.VtepCtlAsync("list-ls"), Is.Empty);
        Assert.That(await tool.DumpAsync("Physical_Locator"), Is.Empty);
        Assert.That(await tool.DumpAsync("Tunnel"), Is.Empty);
    });

    [Test]
    public Task Vtep_ctl_sees_a_fault_come_and_go() => OnSwitchAsync(async tool =>
    {
        await tool.VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "66", "blue");
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Port", "eth1", "port_fault_status=invalid_vlan_map");

        await tool.VtepCtlAsync("unbind-ls", "leaf1", "eth1", "66");
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Port", "eth1", "port_fault_status=[]");
    });

    [Test]
    public Task Vtep_ctl_sets_access_lists_and_sees_what_is_wrong_with_them() => OnSwitchAsync(async tool =>
    {
        await tool.VtepCtlAsync(
            "--id=@e", "create", "ACL_entry", "sequence=10", "direction=ingress", "action=deny", "source_ip=nonsense", "--",
            "--id=@a", "create", "ACL", "acl_name=a", "acl_entries=@e", "--", "set", "Physical_Port", "eth1", "acl_bindings:0=@a");
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Port", "eth1", "port_fault_status=invalid_ACL_binding");
        Assert.That(await tool.DumpAsync("ACL_entry"), Does.Contain("invalid_acl_entry"));

        var entry = (await tool.VtepCtlAsync("--columns=_uuid", "--bare", "list", "ACL_entry")).Trim();
        await tool.VtepCtlAsync("set", "ACL_entry", entry, "source_ip=198.51.100.1");
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Port", "eth1", "port_fault_status=[]");
        Assert.That(await tool.DumpAsync("ACL_entry"), Does.Not.Contain("invalid_acl_entry"));
    });

    [Test]
    public Task Vtep_ctl_makes_a_router_and_sees_where_the_switch_asks_from() => OnSwitchAsync(async tool =>
    {
        await tool.VtepCtlAsync("add-ls", "blue", "--", "add-ls", "red");
        var blue = (await tool.VtepCtlAsync("get", "Logical_Switch", "blue", "_uuid")).Trim();
        await tool.VtepCtlAsync("create", "Logical_Router", "name=r1", $"switch_binding:\"10.0.1.1/24\"={blue}", "static_routes:\"10.9.0.0/16\"=\"10.0.1.9\"");
        await Eventually.That(() => tool.DumpAsync("Arp_Sources_Local"), Does.Contain("02:1a:c0:00:02:0b"));
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Switch", "leaf1", "switch_fault_status=[]");

        await tool.VtepCtlAsync("set", "Logical_Router", "r1", "static_routes:\"10.8.0.0/16\"=\"172.16.0.1\"");
        await tool.VtepCtlAsync("--timeout=60", "wait-until", "Physical_Switch", "leaf1", "switch_fault_status=lr_static_routes_fault");
        Assert.That(await tool.DumpAsync("Logical_Router"), Does.Contain("unspecified_fault"));
    });

    [Test]
    public Task Ovsdb_client_reads_the_schema_and_dumps_the_whole_database() => OnSwitchAsync(async tool =>
    {
        var schema = JsonNode.Parse(await tool.OvsdbClientAsync("get-schema", "hardware_vtep"))!;
        Assert.That(((string?)schema["version"], (string?)schema["cksum"]), Is.EqualTo(("1.7.0", "353943336 11434")));

        var dump = await tool.OvsdbClientAsync("dump", "hardware_vtep");

        Assert.That(dump, Does.Contain("Physical_Switch table").And.Contain("leaf1").And.Contain("192.0.2.11").And.Contain("eth2"));
    });

    [Test]
    public Task Ovsdb_client_monitors_what_vtep_ctl_writes() => OnSwitchAsync(async tool =>
    {
        await using var monitor = PeerProcess.Start(
            RealPeer.Require("ovsdb-client"), ["--format=json", "monitor", tool.Endpoint, "hardware_vtep", "Logical_Switch", "name,tunnel_key"]);
        await monitor.WaitUntilAsync(
            "a row about blue", async () =>
            {
                await tool.VtepCtlAsync("--may-exist", "add-ls", "blue");
                return monitor.Output.Contains("\"blue\"", StringComparison.Ordinal);
            });

        await tool.VtepCtlAsync("set", "Logical_Switch", "blue", "tunnel_key=5000");
        await monitor.WaitUntilAsync("the new key", () => Task.FromResult(monitor.Output.Contains("5000", StringComparison.Ordinal)));
    });

    private static Task OnSwitchAsync(Func<Tools, Task> body) => LiveHost.RunAsync("leaf1", null, async host =>
    {
        await using var leaf = await HardwareVtepEmulator.StartAsync(host, new HardwareVtepOptions
        {
            Listen = [Endpoint.Parse("ptcp:0:127.0.0.1")], ReservedVlans = [66],
        });
        await body(new Tools(leaf.ListeningOn[0]));
    });

    private sealed class Tools(Endpoint listening)
    {
        public string Endpoint => $"tcp:127.0.0.1:{listening.Port}";

        public async Task<string> VtepCtlAsync(params string[] arguments) =>
            (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db={Endpoint}", "--timeout=60", .. arguments])).Success();

        public async Task<string> OvsdbClientAsync(string command, params string[] arguments) =>
            (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), [command, Endpoint, .. arguments])).Success();

        public async Task<string> DumpAsync(string table) =>
            string.Join('\n', (await OvsdbClientAsync("dump", "hardware_vtep", table)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(3));
    }
}
