using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Results;
using VtepLab.Testing.Peers;

namespace VtepLab.Conformance.Tests;

/// <summary>Runs that do not go to their end, and runs that cannot begin.</summary>
[Category(RealPeer.Category)]
public class RunEndingTests
{
    private static readonly DeviceDescription Impatient = new()
    {
        Timing = new Timing { Reply = TimeSpan.FromSeconds(1), Recovery = TimeSpan.FromSeconds(1) },
    };

    [TestCase("KILL")]
    [TestCase("STOP")]
    public async Task A_device_that_stops_answering_ends_the_run_with_what_was_seen(string signal)
    {
        await using var server = await OvsdbServerPeer.StartAsync();

        var run = await Certify.LiveAsync(
            server.Endpoint, o => o with { Device = Impatient, Profile = "must" }, e => At(e, "VTEP-PRO-010", () => server.SignalAsync(signal)));
        await server.SignalAsync("CONT");

        Assert.That(run.Ending, Is.EqualTo(RunEnding.DeviceLost));
        Assert.That(run.EndingReason, Does.Contain(server.Endpoint));
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.Incomplete));
        Assert.That(run.Checks.Where(c => c.Verdict == Verdict.Pass).Select(c => c.Requirement.Id), Does.Contain("VTEP-PRO-009"));
        Assert.That(run.Checks[^1].Verdict, Is.EqualTo(Verdict.Inconclusive));
        Assert.That(run.Checks[^1].Message, Does.StartWith("not run: "));
        Assert.That(run.LeftBehind, Has.One.Contains("could not be reached to clean up"));
        Assert.That(run.Duration, Is.LessThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task An_interrupted_run_cleans_up_and_reports()
    {
        await using var server = await OvsdbServerPeer.StartAsync();
        var before = await server.OvsdbClientAsync("dump", "hardware_vtep");
        using var interrupt = new CancellationTokenSource();

        // This check waits, with rows of its own in the database, long enough to be interrupted while it does.
        var run = await Certify.LiveAsync(
            server.Endpoint, o => o with { Profile = "must" }, e => At(e, "VTEP-PRO-017", () => interrupt.CancelAsync()), interrupt.Token);

        Assert.That(run.Ending, Is.EqualTo(RunEnding.Interrupted));
        Assert.That(run.LeftBehind, Is.Empty);
        Assert.That(run.Checks.Count(c => c.Verdict == Verdict.Pass), Is.GreaterThan(10));
        Assert.That(run.Checks.Single(c => c.Requirement.Id == "VTEP-PRO-019").Message, Is.EqualTo("not run: interrupted"));
        Assert.That(await server.OvsdbClientAsync("dump", "hardware_vtep"), Is.EqualTo(before));
    }

    [Test]
    public async Task A_database_of_another_name_is_named()
    {
        await using var server = await OvsdbServerPeer.StartAsync([OvsdbServerPeer.VSwitchSchema]);

        var refusal = await Assert.ThrowsAsync<CertificationException>(() => Certify.LiveAsync(server.Endpoint));

        Assert.That(refusal!.ExitCode, Is.EqualTo(4));
        Assert.That(refusal.Message, Does.Contain("serves no database hardware_vtep").And.Contain("Open_vSwitch"));
    }

    [Test]
    public async Task A_port_where_nobody_listens_is_named()
    {
        var endpoint = $"tcp:127.0.0.1:{PeerProcess.FreePort()}";

        var refusal = await Assert.ThrowsAsync<CertificationException>(() => Certify.LiveAsync(endpoint));

        Assert.That(refusal!.ExitCode, Is.EqualTo(4));
        Assert.That(refusal.Message, Does.StartWith("cannot reach the device: ").And.Contain(endpoint));
    }

    [TestCase("VTEP-PRO-99", 2, "VTEP-PRO-99 is not in the catalogue; did you mean VTEP-PRO-0")]
    [TestCase("VTEP-DAT-001", 5, "VTEP-DAT-001 has no check yet")]
    [TestCase("VTEP-ROB-011", 2, "known to crash")]
    public async Task A_selection_that_makes_no_sense_is_told(string id, int exitCode, string message)
    {
        var refusal = await Assert.ThrowsAsync<CertificationException>(() => Certify.LiveAsync("tcp:127.0.0.1:1", o => o with { Only = [id] }));

        Assert.That(refusal!.ExitCode, Is.EqualTo(exitCode));
        Assert.That(refusal.Message, Does.Contain(message));
    }

    private static void At(RunEvent e, string check, Func<Task> act)
    {
        if (e is CheckStarted started && started.Check.Id == check)
        {
            act().GetAwaiter().GetResult(); // Before the check goes on; the device or the token needs no turn of this thread.
        }
    }
}
