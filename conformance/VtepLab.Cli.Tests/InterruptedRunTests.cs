using System.Text.Json;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary>A run that does not come to its end still says what it saw.</summary>
[Category(RealPeer.Category)]
public class InterruptedRunTests : FolderFixture
{
    [Test]
    public async Task A_device_that_stops_answering_ends_the_run_with_what_was_seen_so_far()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        using var relay = new Relay(server.Port, pieces: 12);
        await File.WriteAllTextAsync(Folder["leaf1.yaml"], $"endpoint: {relay.Endpoint}\ntiming:\n  reply: 2\n  recovery: 0.5\n");

        var result = await Vteplab.RunAsync("certify", "--device", Folder["leaf1.yaml"], "--out", Folder["out"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Unreachable).Or.EqualTo(ExitCode.Failed), result.Output + result.Errors);
        Assert.That(result.Output, Does.Contain("The device stopped answering"));
        using var results = JsonDocument.Parse(await File.ReadAllTextAsync(Folder["out/results.json"]));
        var verdicts = results.RootElement.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("verdict").GetString()).ToList();
        Assert.That(results.RootElement.GetProperty("ending").GetString(), Is.EqualTo("device lost"));
        Assert.That(verdicts, Has.Some.EqualTo("pass").And.Some.EqualTo("inconclusive"));
        Assert.That(await File.ReadAllTextAsync(Folder["out/report.html"]), Does.EndWith("</html>\n"));
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task A_signal_cleans_the_device_and_still_writes_the_report(string signal)
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        using var relay = new Relay(server.Port, delay: TimeSpan.FromMilliseconds(30));
        var before = await server.OvsdbClientAsync("dump", "hardware_vtep");
        await using var run = new RunningVteplab("certify", "--ovsdb", relay.Endpoint, "--profile", "protocol", "--out", Folder["out"]);
        await run.SaysAsync("ok   VTEP-PRO-012"); // The next ones write rows.

        await run.SignalAsync(signal);

        Assert.That(await run.EndAsync(), Is.EqualTo(ExitCode.Interrupted), run.Output);
        Assert.That(run.Output, Does.Contain("verdict: incomplete").And.Contain("The run was interrupted").And.Contain("report: "));
        Assert.That(await File.ReadAllTextAsync(Folder["out/junit.xml"]), Does.EndWith("</testsuites>\n"));
        Assert.That(await server.OvsdbClientAsync("dump", "hardware_vtep"), Is.EqualTo(before));
    }

    [Test]
    public async Task An_interrupt_while_nobody_has_called_yet_is_one_line()
    {
        await using var run = new RunningVteplab("certify", "--ovsdb", $"ptcp:{PeerProcess.FreePort()}:127.0.0.1", "--out", Folder["out"]);
        await Eventually.That(() => Task.FromResult(Directory.Exists(Folder["out"])), Is.True);

        await run.SignalAsync("INT");

        Assert.That(await run.EndAsync(), Is.EqualTo(ExitCode.Interrupted));
        Assert.That(run.Output, Is.EqualTo("vteplab: interrupted\n"));
    }
}
