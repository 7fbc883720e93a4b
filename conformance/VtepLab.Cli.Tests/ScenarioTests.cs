using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab scenario</c> and the lists.</summary>
public class ScenarioTests : FolderFixture
{
    [Test]
    public async Task A_scenario_runs_in_virtual_time_and_the_same_seed_gives_the_same_report()
    {
        var first = await Vteplab.RunAsync("scenario", "--filter", "VT-L2GW-001", "--seed", "31337", "--out", Folder["one"]);
        var second = await Vteplab.RunAsync("scenario", "--filter", "VT-L2GW-001", "--seed", "31337", "--out", Folder["two"]);

        Assert.That((ExitCode)first.ExitCode, Is.EqualTo(ExitCode.Passed), first.Output + first.Errors);
        Assert.That(first.Output, Is.EqualTo("1 passed, 0 failed, 0 skipped\n"));
        Assert.That(first.Errors, Does.StartWith("ok   ").And.Contain("  virtual 00:00:00."));
        Assert.That(await File.ReadAllTextAsync(Folder["one/junit.xml"]), Does.Contain("--seed 31337").And.Contain("name=\"trace\""));
        Assert.That(await File.ReadAllBytesAsync(Folder["two/junit.xml"]), Is.EqualTo(await File.ReadAllBytesAsync(Folder["one/junit.xml"])));
        Assert.That(second.Output, Is.EqualTo(first.Output));
    }

    [TestCase("--filter nosuch", ExitCode.NothingSelected, "no scenario matches")]
    [TestCase("--tags @live)", ExitCode.Usage, "--tags: ")]
    [TestCase("--seed seven", ExitCode.Usage, "--seed")]
    [TestCase("--bus amqp://guest:guest@127.0.0.1:1/", ExitCode.Usage, "--bus needs --device or --live")]
    [TestCase("--device nosuch.yaml", ExitCode.Usage, "cannot read the device file nosuch.yaml: no such file")]
    public async Task A_wrong_selection_is_refused(string arguments, ExitCode code, string message) =>
        Assert.That((await Vteplab.RunAsync(["scenario", .. arguments.Split(' ')])).Refusal(code), Does.Contain(message));

    [Test]
    [Category(RealPeer.Category)]
    public async Task A_scenario_runs_live_against_a_real_server()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync(
            "add-ps", "leaf1", "--", "add-port", "leaf1", "eth1", "--", "add-port", "leaf1", "eth2", "--", "set", "Physical_Switch", "leaf1",
            "tunnel_ips=192.0.2.11");
        await File.WriteAllTextAsync(Folder["leaf1.yaml"], $"endpoint: {server.Endpoint}\nports: [eth1, eth2]\n");

        var result = await Vteplab.RunAsync("scenario", "--filter", "VT-L2GW-001", "--device", Folder["leaf1.yaml"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Output + result.Errors);
        Assert.That(result.Errors, Does.Contain("  live 00:00:"));
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task Live_scenarios_get_a_RabbitMQ_and_a_database_server_of_their_own()
    {
        var result = await Vteplab.RunAsync("scenario", "--live", "--tags", "@VT-L2GW-001 or @VT-L2GW-090");

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Output + result.Errors);
        Assert.That(result.Output, Is.EqualTo("2 passed, 0 failed, 0 skipped\n"));
        Assert.That(result.Errors.Split('\n').Count(l => l.Contains("  live 00:00:", StringComparison.Ordinal)), Is.EqualTo(2));
    }

    [TestCase("checks", "VTEP-PRO-016", "id")]
    [TestCase("requirements", "VTEP-VLN-001", "id")]
    [TestCase("profiles", "database", "name")]
    [TestCase("quirks", "ignores-wait", "id")]
    [TestCase("scenarios", "A machine stops", "name")]
    public async Task A_list_is_a_table_for_grep_and_JSON_for_programs(string list, string entry, string member)
    {
        var table = await Vteplab.RunAsync("list", list);
        var json = await Vteplab.RunAsync("list", list, "--format", "json");

        Assert.That(table.Success().Split('\n').Count(l => l.StartsWith(entry, StringComparison.Ordinal)), Is.EqualTo(1));
        using var document = System.Text.Json.JsonDocument.Parse(json.Success());
        Assert.That(document.RootElement.EnumerateArray().Count(e => e.GetProperty(member).GetString() == entry), Is.EqualTo(1));
    }

    [Test]
    public async Task Doctor_finds_the_peers_that_are_here()
    {
        var result = await Vteplab.RunAsync("doctor", "--format", "json");

        using var document = System.Text.Json.JsonDocument.Parse(result.Success());
        var found = document.RootElement.EnumerateArray().ToDictionary(e => e.GetProperty("name").GetString()!, e => e.GetProperty("found").GetString());
        Assert.That(found.Keys, Is.EqualTo(new[] { "ovsdb-server", "ovs-vtep", "vtep-ctl", "ovs-vswitchd", "RabbitMQ", "docker", "libpcap", "tshark", "chromium" }));
        Assert.That(found["ovsdb-server"], Is.EqualTo(RealPeer.Find("ovsdb-server") ?? "no"));
    }
}
