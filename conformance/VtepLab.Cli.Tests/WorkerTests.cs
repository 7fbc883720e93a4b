using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab worker</c> and <c>explore --workers</c>.</summary>
public class WorkerTests
{
    [Test]
    [Category(RealPeer.Category)]
    public async Task Workers_of_which_one_is_killed_print_what_one_process_prints()
    {
        string[] explore = ["explore", "VT-L2GW-001", "--seeds", "1..24"];
        await using var broker = await RabbitMqPeer.StartAsync();
        await using var first = Worker(broker);
        await using var second = Worker(broker);
        await Wrote(first, "waiting for work");
        await Wrote(second, "waiting for work");

        var together = Vteplab.RunAsync([.. explore, "--workers", broker.Uri.ToString()]);
        await Wrote(first, "ran seeds");
        await first.KillAsync();
        var fleet = await together;
        var alone = await Vteplab.RunAsync(explore);

        Assert.That((ExitCode)fleet.ExitCode, Is.EqualTo(ExitCode.Passed), fleet.Output + fleet.Errors);
        Assert.That(fleet.Output, Is.EqualTo(alone.Output).And.Contains("24 passed, 0 failed, 0 skipped"));
        Assert.That(second.Output, Does.Contain("ran seeds"));
    }

    [Test]
    public async Task A_broker_that_is_not_there_is_unreachable() =>
        Assert.That(
            (await Vteplab.RunAsync("worker", "--queue", $"amqp://guest:guest@127.0.0.1:{PeerProcess.FreePort()}/")).Refusal(ExitCode.Unreachable),
            Does.StartWith("vteplab: no broker at 127.0.0.1:"));

    [Test]
    public async Task An_address_that_is_none_is_refused_without_its_password() =>
        Assert.That(
            (await Vteplab.RunAsync("explore", "VT-L2GW-001", "--seeds", "1", "--workers", "http://me:secret@host/")).Refusal(ExitCode.Usage),
            Does.Contain("--workers: expected amqp://").And.Not.Contains("secret"));

    private static PeerProcess Worker(RabbitMqPeer broker) =>
        PeerProcess.Start(RealPeer.Require("dotnet"), [Vteplab.Program, "worker", "--queue", broker.Uri.ToString(), "--threads", "1"]);

    private static Task Wrote(PeerProcess worker, string words) => worker.WaitUntilAsync(
        words, () => Task.FromResult(worker.Output.Contains(words, StringComparison.Ordinal)), TimeSpan.FromSeconds(60));
}
