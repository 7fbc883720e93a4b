using System.Text.Json;
using System.Text.Json.Nodes;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab emulate switch</c> and <c>vteplab ovsdb</c>, talked to by Open vSwitch's own tools.</summary>
[Category(RealPeer.Category)]
public class ServerTests
{
    private TempDirectory folder = null!;
    private int port;

    [SetUp]
    public void Prepare() => (folder, port) = (new TempDirectory(), PeerProcess.FreePort());

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public async Task An_emulated_switch_is_there_for_vtep_ctl()
    {
        await using var emulator = await StartAsync("emulate", "switch", "--name", "leaf7", "--ports", "eth1,eth2", "--tunnel-ip", "192.0.2.17");

        Assert.That(await VtepCtlAsync("list-ps"), Is.EqualTo("leaf7\n"));
        Assert.That(await VtepCtlAsync("list-ports", "leaf7"), Is.EqualTo("eth1\neth2\n"));
        Assert.That(await VtepCtlAsync("get", "Physical_Switch", "leaf7", "tunnel_ips"), Is.EqualTo("[\"192.0.2.17\"]\n"));
        await VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf7", "eth1", "10", "blue");
        Assert.That(await VtepCtlAsync("list-bindings", "leaf7", "eth1"), Is.EqualTo("0010 blue\n"));
    }

    [Test]
    public async Task One_database_represents_several_switches()
    {
        await using var emulator = await StartAsync(
            "emulate", "switch", "--name", "leaf1", "--tunnel-ip", "192.0.2.11,2001:db8::11", "--name", "leaf2", "--tunnel-ip", "192.0.2.12", "--ports", "eth1");

        Assert.That(await VtepCtlAsync("list-ps"), Is.EqualTo("leaf1\nleaf2\n"));
        Assert.That(await VtepCtlAsync("list-ports", "leaf2"), Is.EqualTo("eth1\n"));
        await VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "10", "blue", "--", "bind-ls", "leaf2", "eth1", "20", "blue");
        await VtepCtlAsync("--timeout=60", "wait-until", "Physical_Switch", "leaf2", "switch_fault_status=[]");
        Assert.That(await VtepCtlAsync("list-bindings", "leaf2", "eth1"), Is.EqualTo("0020 blue\n"));
    }

    [TestCase("two switches of one database are named 'leaf1'", "--name", "leaf1", "--tunnel-ip", "192.0.2.11", "--name", "leaf1", "--tunnel-ip", "192.0.2.12")]
    [TestCase("there are 2 --name and 1 --tunnel-ip; expected 2", "--name", "leaf1", "--name", "leaf2")]
    [TestCase("two switches of one database have the tunnel address 192.0.2.11", "--name", "a", "--tunnel-ip", "192.0.2.11", "--name", "b", "--tunnel-ip", "192.0.2.11")]
    public async Task Switches_that_do_not_go_together_are_refused(string complaint, params string[] arguments)
    {
        var result = await Vteplab.RunAsync(["emulate", "switch", "--listen", $"ptcp:{port}:127.0.0.1", .. arguments]);

        Assert.That(result.Refusal(ExitCode.Usage), Is.EqualTo($"vteplab: {complaint}"));
    }

    [Test]
    public async Task A_switch_offers_the_schema_it_is_given()
    {
        const string Published = "/usr/share/openvswitch/vtep.ovsschema";
        if (!File.Exists(Published))
        {
            RealPeer.Missing($"{Published} is not there; it comes with openvswitch-common");
        }

        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Published))!;
        schema["version"] = "1.7.1";
        schema["tables"]!["Physical_Port"]!["columns"]!["vendor_lane"] = JsonNode.Parse("""{"type":{"key":"integer","min":0,"max":1}}""");
        await File.WriteAllTextAsync(folder["vendor.ovsschema"], schema.ToJsonString());

        await using var emulator = await StartAsync("emulate", "switch", "--schema", folder["vendor.ovsschema"]);

        var offered = (await PeerProcess.RunAsync(RealPeer.Require("ovsdb-client"), ["get-schema", $"tcp:127.0.0.1:{port}", "hardware_vtep"])).Success();
        Assert.That(offered, Does.Contain("\"version\":\"1.7.1\"").And.Contain("vendor_lane"));
        await VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "10", "blue");
        Assert.That(await VtepCtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 blue\n"));
    }

    [TestCase("{", "it is no OVSDB schema: ")]
    [TestCase("""{"name":"Open_vSwitch","tables":{}}""", "it describes the database 'Open_vSwitch'; expected hardware_vtep")]
    [TestCase("""{"name":"hardware_vtep","version":"9.0.0","tables":{}}""", "it has no table Global, which every version of hardware_vtep has")]
    public async Task A_schema_that_is_none_of_a_switch_is_refused(string text, string complaint)
    {
        await File.WriteAllTextAsync(folder["bad.ovsschema"], text);

        var result = await Vteplab.RunAsync("emulate", "switch", "--listen", $"ptcp:{port}:127.0.0.1", "--schema", folder["bad.ovsschema"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.StartWith($"vteplab: no switch can offer the schema {folder["bad.ovsschema"]}: {complaint}"));
    }

    [Test]
    public async Task An_emulated_switch_keeps_its_database_in_a_file()
    {
        await using (var first = await StartAsync("emulate", "switch", "--db", folder["leaf1.db"]))
        {
            await VtepCtlAsync("add-ls", "blue", "--", "bind-ls", "leaf1", "eth1", "10", "blue");
            await first.SignalAsync("TERM");
            Assert.That(await first.EndAsync(), Is.EqualTo(ExitCode.Passed), first.Output);
        }

        await using var second = await StartAsync("emulate", "switch", "--db", folder["leaf1.db"]);

        Assert.That(await VtepCtlAsync("list-bindings", "leaf1", "eth1"), Is.EqualTo("0010 blue\n"));
    }

    [TestCase("TERM", ExitCode.Passed)]
    [TestCase("INT", ExitCode.Interrupted)]
    public async Task A_server_ends_by_a_signal(string signal, ExitCode code)
    {
        await using var emulator = await StartAsync("emulate", "switch");

        await emulator.SignalAsync(signal);

        Assert.That(await emulator.EndAsync(), Is.EqualTo(code), emulator.Output);
        Assert.That(emulator.Output, Is.EqualTo($"listening on ptcp:{port}:127.0.0.1\n"));
    }

    [Test]
    public async Task A_switch_that_is_broken_on_purpose_is_caught_with_the_messages_that_show_it()
    {
        await using var emulator = await StartAsync("emulate", "switch", "--quirks", "ignores-wait");

        var result = await Vteplab.RunAsync(
            "certify", "--ovsdb", $"tcp:127.0.0.1:{port}", "--only", "VTEP-PRO-001,VTEP-PRO-016", "--out", folder["out"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Failed), result.Errors);
        Assert.That(result.Output, Does.StartWith("fail VTEP-PRO-016 (MUST, ").And.Contain("expected refused with \"timed out\"; saw committed"));
        Assert.That(result.Output, Does.Contain("verdict: not certified. 1 requirement is broken: VTEP-PRO-016."));
        using var results = JsonDocument.Parse(await File.ReadAllTextAsync(folder["out/results.json"]));
        var broken = results.RootElement.GetProperty("checks").EnumerateArray().Single(c => c.GetProperty("verdict").GetString() == "fail");
        var evidence = broken.GetProperty("evidence").EnumerateArray().Select(e => e.GetInt64()).ToHashSet();
        var shown = (await File.ReadAllLinesAsync(folder["out/transcript.ndjson"])).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(m => evidence.Contains(m.GetProperty("sequence").GetInt64()));
        Assert.That(shown.Select(m => m.GetProperty("text").GetString()), Has.Some.Contains("\"op\":\"wait\""));
    }

    [Test]
    public async Task A_port_that_is_taken_is_refused()
    {
        await using var emulator = await StartAsync("emulate", "switch");

        var second = await Vteplab.RunAsync("emulate", "switch", "--listen", $"ptcp:{port}:127.0.0.1");

        Assert.That(second.Refusal(ExitCode.Usage), Does.Contain($"ptcp:{port}:127.0.0.1").And.Contain("in use"));
    }

    [TestCase("emulate switch --listen ptcp:0 --quirks ignore-wait", "'ignore-wait' is no quirk of the emulated switch; did you mean 'ignores-wait'?")]
    [TestCase("emulate switch --listen ptcp:0 --ports eth1,eth1", "a port is named twice")]
    [TestCase("emulate switch --listen ptcp:0 --tunnel-ip 192.0.2.300", "tunnel address '192.0.2.300' is no IP address")]
    [TestCase("emulate switch --listen tcp:192.0.2.1", "--listen takes ptcp:, pssl: or punix:, not 'tcp:192.0.2.1'")]
    [TestCase("emulate switch --listen pssl:0", "needs --private-key, --certificate and --ca-cert")]
    [TestCase("emulate switch", "Option '--listen' is required")]
    [TestCase("ovsdb --listen ptcp:0 --schema nosuch.ovsschema", "cannot read the schema nosuch.ovsschema: no such file")]
    public async Task A_server_that_cannot_be_is_refused(string arguments, string message) =>
        Assert.That((await Vteplab.RunAsync(arguments.Split(' '))).Refusal(ExitCode.Usage), Does.Contain(message));

    [Test]
    public async Task A_plain_server_keeps_its_database_in_a_file_that_ovsdb_tool_reads()
    {
        await using (var server = await StartAsync("ovsdb", "--schema", OvsdbServerPeer.VtepSchema, "--db", folder["v.db"]))
        {
            await VtepCtlAsync("add-ps", "leaf1", "--", "add-ls", "blue");
            await server.SignalAsync("TERM");
            Assert.That(await server.EndAsync(), Is.EqualTo(ExitCode.Passed), server.Output);
        }

        var query = await PeerProcess.RunAsync(
            RealPeer.Require("ovsdb-tool"),
            ["query", folder["v.db"], """["hardware_vtep",{"op":"select","table":"Logical_Switch","where":[],"columns":["name"]}]"""]);
        Assert.That(query.Success(), Is.EqualTo("[{\"rows\":[{\"name\":\"blue\"}]}]\n"));
        await using var again = await StartAsync("ovsdb", "--schema", OvsdbServerPeer.VtepSchema, "--db", folder["v.db"]);
        Assert.That(await VtepCtlAsync("list-ls"), Is.EqualTo("blue\n"));
    }

    [TestCase("ovsdb --schema " + OvsdbServerPeer.VtepSchema)]
    [TestCase("emulate switch")]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_is(string command)
    {
        await File.WriteAllTextAsync(folder["v.db"], "precious\n");

        var result = await Vteplab.RunAsync([.. command.Split(' '), "--listen", "ptcp:0:127.0.0.1", "--db", folder["v.db"]]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain("cannot use the database file").And.Contain("not an OVSDB database"));
        Assert.That(await File.ReadAllTextAsync(folder["v.db"]), Is.EqualTo("precious\n"));
    }

    private async Task<RunningVteplab> StartAsync(params string[] arguments)
    {
        var server = new RunningVteplab([.. arguments, "--listen", $"ptcp:{port}:127.0.0.1"]);
        await server.SaysAsync("listening on ");
        return server;
    }

    private async Task<string> VtepCtlAsync(params string[] arguments) =>
        (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db=tcp:127.0.0.1:{port}", "--timeout=60", .. arguments])).Success();
}
