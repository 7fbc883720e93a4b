using System.Net.Sockets;
using System.Text.Json.Nodes;
using VtepLab.Testing;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab lab up</c>: the whole L2 gateway system as processes, from the example's file on other ports.</summary>
public class LabTests
{
    [Test]
    [Category(RealPeer.Category)]
    public async Task The_example_comes_up_binds_on_both_switches_and_goes_down()
    {
        RealPeer.Require("ovsdb-server");
        RealPeer.Require("epmd");
        using var folder = new TempDirectory();
        var text = await File.ReadAllTextAsync(Path.Combine(TestContext.CurrentContext.TestDirectory, "examples", "l2gw.vteplab.yml"));
        var ports = new Dictionary<string, int>();
        foreach (var given in (string[])["35672", "36640", "36641", "39696"])
        {
            ports[given] = PeerProcess.FreePort();
            text = text.Replace(given, $"{ports[given]}", StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(folder["l2gw.vteplab.yml"], text);
        await using var lab = new RunningVteplab("lab", "up", folder["l2gw.vteplab.yml"], "--folder", folder["lab"]);
        await Eventually.That(() => Task.FromResult(lab.Output), Does.Contain("lab l2gw is up"), TimeSpan.FromSeconds(120));
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{ports["39696"]}/v2.0/") };
        await Eventually.That(async () => await client.GetStringAsync("agents"), Does.Contain("\"l2gw_agent_type\":\"monitor\""), TimeSpan.FromSeconds(30));

        var network = await MakeAsync(client, "networks", """{"network": {"name": "blue"}}""", "network");
        var gateway = await MakeAsync(
            client, "l2-gateways",
            """
            {"l2_gateway": {"name": "gw", "devices": [{"device_name": "leaf1", "interfaces": [{"name": "eth1"}]}, {"device_name": "leaf2", "interfaces": [{"name": "eth2"}]}]}}
            """,
            "l2_gateway");
        await Eventually.That(
            async () => (int)(await client.PostAsync("l2-gateway-connections", new StringContent(
                $$$"""{"l2_gateway_connection": {"l2_gateway_id": "{{{gateway}}}", "network_id": "{{{network}}}", "segmentation_id": "10"}}"""))).StatusCode,
            Is.EqualTo(201), TimeSpan.FromSeconds(30)); // The monitor may not have told of the switches yet.
        foreach (var (leaf, port, at) in new[] { ("leaf1", "eth1", ports["36640"]), ("leaf2", "eth2", ports["36641"]) })
        {
            var bindings = (await PeerProcess.RunAsync(RealPeer.Require("vtep-ctl"), [$"--db=tcp:127.0.0.1:{at}", "--timeout=60", "list-bindings", leaf, port])).Success();
            Assert.That(bindings.Trim(), Is.EqualTo($"0010 {network}"));
        }

        await lab.SignalAsync("TERM");
        Assert.That(await lab.EndAsync(), Is.EqualTo(ExitCode.Passed), lab.Output);
        Assert.That(ports.Values.Where(IsTaken), Is.Empty);
    }

    [TestCase("name: x\ntopology:\n  nodes:\n    a:\n      kind: swich\n", "line 5, column 13: 'swich' is no kind of node")]
    [TestCase("name: x\ntopology:\n  nodes:\n    a:\n      kind: neutron\n      listen: 127.0.0.1:1\n", "a lab needs one node of the kind rabbitmq, found 0")]
    [TestCase("name: x\ntopology:\n  nodes:\n    a:\n      kind: neutron\n      listen: here\n", "line 6, column 15: expected IP:PORT, found 'here'")]
    public async Task A_file_that_describes_no_lab_is_refused_by_its_place(string text, string message)
    {
        using var folder = new TempDirectory();
        await File.WriteAllTextAsync(folder["x.yml"], text);

        Assert.That((await Vteplab.RunAsync("lab", "up", folder["x.yml"])).Refusal(ExitCode.Usage), Does.Contain(message));
    }

    [Test]
    public async Task The_example_is_found_from_any_folder_and_one_that_cannot_be_written_to_is_told()
    {
        Assert.That(
            (await Vteplab.RunAsync("lab", "up", "examples/l2gw.vteplab.yml", "--folder", "/dev/null/lab")).Refusal(ExitCode.Usage),
            Does.Contain("cannot write the nodes' files to /dev/null/lab: "));
    }

    [Test]
    public async Task A_lab_that_runs_already_is_left_alone()
    {
        using var folder = new TempDirectory();
        using var other = new TcpListener(System.Net.IPAddress.Loopback, 0);
        other.Start();
        await File.WriteAllTextAsync(
            folder["x.yml"],
            $"name: x\ntopology:\n  nodes:\n    bus:\n      kind: rabbitmq\n      url: amqp://127.0.0.1/\n    controller:\n      kind: neutron\n      listen: {other.LocalEndpoint}\n");

        Assert.That(
            (await Vteplab.RunAsync("lab", "up", folder["x.yml"], "--folder", folder["lab"])).Refusal(ExitCode.Usage),
            Does.Match("controller \\(neutron\\) cannot listen on 127\\.0\\.0\\.1:[0-9]+: .*; does this lab run already\\?"));
        Assert.That(Directory.Exists(folder["lab"]), Is.False);
    }

    private static async Task<string> MakeAsync(HttpClient client, string collection, string body, string resource)
    {
        var answer = await client.PostAsync(collection, new StringContent(body));
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())![resource]!["id"]!;
    }

    private static bool IsTaken(int port)
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
