using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab certify</c> against what may stand at an address.</summary>
[Category(RealPeer.Category)]
public class DeviceTests : FolderFixture
{
    [Test]
    public async Task A_good_database_server_is_certified_and_every_report_is_written()
    {
        await using var server = await OvsdbServerPeer.StartAsync();

        var result = await Vteplab.RunAsync("certify", "--ovsdb", server.Endpoint, "--only", "VTEP-PRO-001,VTEP-PRO-016,VTEP-SCH-001", "--out", Folder["out"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Output + result.Errors);
        Assert.That(result.Output, Does.Contain("verdict: certified. Database only: no switch stands behind it").And.Contain($"report: {Folder["out"]}/report.html"));
        Assert.That(result.Errors, Does.Contain("ok   VTEP-PRO-001  The list of databases names hardware_vtep"));
        Assert.That(result.Output + result.Errors, Does.Not.Contain("\u001b"), "no colour where there is no terminal");
        Assert.That(
            Directory.GetFiles(Folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal),
            Is.SupersetOf(new[] { "junit.xml", "report.html", "results.json", "transcript.ndjson" }));
        using var results = JsonDocument.Parse(await File.ReadAllTextAsync(Folder["out/results.json"]));
        Assert.That(results.RootElement.GetProperty("verdict").GetString(), Is.EqualTo("certified"));
        Assert.That(results.RootElement.GetProperty("command").GetString(), Does.StartWith("vteplab certify --ovsdb tcp:127.0.0.1:"));
    }

    [Test]
    public async Task The_reports_of_a_run_can_be_written_again_without_the_device()
    {
        await using (var server = await OvsdbServerPeer.StartAsync())
        {
            await Vteplab.RunAsync("certify", "--ovsdb", server.Endpoint, "--only", "VTEP-PRO-001,VTEP-PRO-002", "--out", Folder["out"]);
        }

        var result = await Vteplab.RunAsync("report", Folder["out"], "--out", Folder["again"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Errors);
        foreach (var file in Directory.GetFiles(Folder["out"]))
        {
            Assert.That(await File.ReadAllBytesAsync(Folder["again/" + Path.GetFileName(file)]), Is.EqualTo(await File.ReadAllBytesAsync(file)), file);
        }
    }

    [Test]
    public async Task Nothing_at_the_address_is_unreachable()
    {
        var result = await Vteplab.RunAsync("certify", "--ovsdb", $"tcp:127.0.0.1:{PeerProcess.FreePort()}", "--out", Folder["out"]);

        Assert.That(result.Refusal(ExitCode.Unreachable), Does.Contain("cannot reach the device: connecting to tcp:127.0.0.1:"));
        Assert.That(Directory.Exists(Folder["out"]), Is.False, "nothing came of the run, so nothing is left of it");
    }

    [Test]
    public async Task A_port_that_speaks_something_else_is_named_for_what_it_says()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var greet = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("SSH-2.0-OpenSSH_9.2\r\n"u8.ToArray());
            await client.GetStream().CopyToAsync(Stream.Null);
        });

        var result = await Vteplab.RunAsync("certify", "--ovsdb", $"tcp:{listener.LocalEndpoint}", "--out", Folder["out"]);

        Assert.That(result.Refusal(ExitCode.Unreachable), Does.Contain("does not speak OVSDB").And.Contain("SSH-2.0-OpenSSH_9.2"));
        await greet;
    }

    [Test]
    public async Task A_server_without_the_hardware_vtep_database_is_named_with_what_it_serves()
    {
        await using var server = await OvsdbServerPeer.StartAsync([OvsdbServerPeer.VSwitchSchema]);

        var result = await Vteplab.RunAsync("certify", "--ovsdb", server.Endpoint, "--out", Folder["out"]);

        Assert.That(result.Refusal(ExitCode.Unreachable), Does.Contain("serves no database hardware_vtep, but ").And.Contain("Open_vSwitch"));
    }

    [Test]
    public async Task A_device_that_carries_a_configuration_is_left_alone()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ls", "blue");

        var result = await Vteplab.RunAsync("certify", "--ovsdb", server.Endpoint, "--out", Folder["out"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain("already carries a configuration").And.Contain("--allow-configured"));
        Assert.That(await server.VtepCtlAsync("list-ls"), Is.EqualTo("blue\n"));
    }
}
