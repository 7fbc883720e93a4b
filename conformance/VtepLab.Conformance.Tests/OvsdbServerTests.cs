using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Results;
using VtepLab.Testing.Peers;

namespace VtepLab.Conformance.Tests;

/// <summary>A database server without a switch behind it, of the best known make: it must not be blamed for anything.</summary>
[Category(RealPeer.Category)]
public class OvsdbServerTests
{
    [Test]
    public async Task Every_check_passes_on_ovsdb_server_or_does_not_apply_to_it()
    {
        await using var server = await OvsdbServerPeer.StartAsync();

        var run = await Certify.LiveAsync(server.Endpoint);

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive, Verdict.PassWithDeviation), Is.Empty);
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.Certified));
        Assert.That(run.LeftBehind, Is.Empty);
    }

    [Test]
    public async Task A_configured_database_is_refused_unless_the_user_says_otherwise()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ls", "blue");

        var refusal = await Assert.ThrowsAsync<CertificationException>(() => Certify.LiveAsync(server.Endpoint));

        Assert.That(refusal!.ExitCode, Is.EqualTo(2));
        Assert.That(refusal.Message, Does.Contain("1 row of Logical_Switch").And.Contain("--allow-configured"));
    }

    [Test]
    public async Task The_database_is_the_same_after_a_run_as_before()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        await server.VtepCtlAsync("add-ps", "leaf1", "--", "set", "Physical_Switch", "leaf1", "tunnel_ips=192.0.2.11", "management_ips=198.51.100.11");
        await server.VtepCtlAsync("add-port", "leaf1", "eth3", "--", "add-ls", "blue", "--", "bind-ls", "leaf1", "eth3", "10", "blue");
        await server.VtepCtlAsync(
            "add-ucast-remote", "blue", "02:1a:c0:00:02:15", "192.0.2.21", "--", "add-mcast-remote", "blue", "unknown-dst", "192.0.2.21");
        var before = await server.OvsdbClientAsync("dump", "hardware_vtep");

        var run = await Certify.LiveAsync(server.Endpoint, o => o with { AllowConfigured = true, Device = QuickSwitch });

        Assert.That(await server.OvsdbClientAsync("dump", "hardware_vtep"), Is.EqualTo(before));
        Assert.That(run.LeftBehind, Is.Empty);
        Assert.That(run.With(Verdict.Inconclusive), Is.Empty);
    }

    [Test]
    public async Task A_server_on_a_socket_file_is_certified_as_well()
    {
        await using var server = await OvsdbServerPeer.StartAsync();

        var run = await Certify.LiveAsync(server.UnixEndpoint, o => o with { Profile = "protocol" });

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive), Is.Empty);
        Assert.That(run.Checks.Single(c => c.Requirement.Id == "VTEP-SEC-007").Message, Is.EqualTo("sessions over a socket file are not probed"));
    }

    [Test]
    public async Task A_device_that_calls_by_itself_is_waited_for_and_asked_over_its_one_connection()
    {
        var port = PeerProcess.FreePort();
        await using var server = await OvsdbServerPeer.StartAsync(null, $"--remote=tcp:127.0.0.1:{port}");

        var run = await Certify.LiveAsync(
            $"ptcp:{port}:127.0.0.1", o => o with { Profile = "protocol", Device = new DeviceDescription { Timing = new Timing { Reply = TimeSpan.FromSeconds(2) } } });

        Assert.That(run.With(Verdict.Fail), Is.Empty);
        Assert.That(run.Checks.Single(c => c.Requirement.Id == "VTEP-SEC-001").Verdict, Is.EqualTo(Verdict.Pass));
        Assert.That(
            run.Checks.Where(c => c.Verdict == Verdict.Inconclusive).Select(c => c.Message).Distinct(),
            Is.EqualTo(new[] { "blocked: needs one more connection, and the device, which calls by itself, makes one only" }));
        Assert.That(run.LeftBehind, Is.Empty);
    }

    // There is no switch behind these rows, so waiting for one is a waste of time.
    private static DeviceDescription QuickSwitch => new()
    {
        Timing = new Timing { Hardware = TimeSpan.FromMilliseconds(300) }, LocalVlans = [4094], SourceNode = false, Routing = false, MacLimit = 10,
    };
}
