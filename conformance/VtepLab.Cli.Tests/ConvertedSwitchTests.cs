using System.Text.Json.Nodes;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>An emulated switch whose database somebody converts while it runs.</summary>
[Category(RealPeer.Category)]
public class ConvertedSwitchTests : FolderFixture
{
    private int _port;

    [Test]
    public async Task It_goes_on_with_the_new_database_and_stands_still_only_while_it_cannot_use_it()
    {
        await WriteSchemaAsync("vendor.ovsschema", schema =>
            schema["tables"]!["Physical_Port"]!["columns"]!["vendor_lane"] = JsonNode.Parse("""{"type":{"key":"integer","min":0,"max":1}}"""));
        await WriteSchemaAsync("useless.ovsschema", schema => schema["tables"]!["Physical_Port"]!["columns"]!.AsObject().Remove("vlan_bindings"));
        _port = PeerProcess.FreePort();
        await using var emulator = new RunningVteplab(
            "emulate", "switch", "--listen", $"ptcp:{_port}:127.0.0.1", "--name", "leaf1", "--ports", "eth1,eth2", "--tunnel-ip", "192.0.2.11", "--db", Folder["leaf1.db"]);
        await emulator.SaysAsync("listening on ");
        await VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "10", "blue");

        await ConvertAsync("vendor.ovsschema");
        Assert.That(await VtepCtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 blue\n"));
        await VtepCtlAsync("add-ucast-remote", "blue", "02:1a:c6:33:64:01", "198.51.100.1");
        await VtepCtlAsync("wait-until", "Physical_Switch", "leaf1", "tunnels!=[]");
        await VtepCtlAsync("del-port", "leaf1", "eth2");
        Assert.That(await VtepCtlAsync("list-ports", "leaf1"), Is.EqualTo("eth1\neth2\n"), "what it has is not a controller's to delete");

        await ConvertAsync("useless.ovsschema");
        await emulator.SaysAsync("switch leaf1 stands still: its database was converted to a schema it cannot use: its table Physical_Port has no column vlan_bindings");
        await ConvertAsync("vendor.ovsschema");
        await VtepCtlAsync("clear-remote-macs", "blue");
        await VtepCtlAsync("wait-until", "Physical_Switch", "leaf1", "tunnels=[]");
        await emulator.SignalAsync("TERM");
        Assert.That(await emulator.EndAsync(), Is.EqualTo(ExitCode.Passed), emulator.Output);
    }

    private async Task WriteSchemaAsync(string name, Action<JsonNode> change)
    {
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(OvsdbServerPeer.VtepSchema))!;
        change(schema);
        await File.WriteAllTextAsync(Folder[name], schema.ToJsonString());
    }

    private async Task ConvertAsync(string schema) =>
        (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["--timeout=60", "convert", $"tcp:127.0.0.1:{_port}", Folder[schema]])).Success();

    private async Task<string> VtepCtlAsync(params string[] command) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db=tcp:127.0.0.1:{_port}", "--timeout=60", .. command])).Success();
}
