using System.Text;
using VtepLab.Hosting;
using VtepLab.Kernel.Tests.Exploration;
using VtepLab.Simulation;
using VtepLab.Testing.Peers;

namespace VtepLab.Kernel.Tests.Fleet;

/// <summary>Workers on a real RabbitMQ give what one process gives, also when they are killed.</summary>
[Category(RealPeer.Category)]
public class FleetTests
{
    private const Wrong Agent = Wrong.LosesEventsOnReconnect;
    private static readonly byte[] Job = Encoding.UTF8.GetBytes(Agent.ToString());
    private static readonly FleetRange Seeds = new(1, 24);

    [Test]
    public async Task The_range_of_a_worker_killed_in_the_middle_goes_to_another_and_the_outcome_is_that_of_one_process()
    {
        var options = Options("killed");
        await using var first = Start(options, "hangs");
        var report = FleetCoordinator.RunAsync(options, Job, Seeds, size: 4);
        await Wrote(first, "holds");
        await using var second = Start(options, "works");
        await Wrote(second, "reported"); // Both are at work, and the first will never answer.

        await first.KillAsync();

        AssertIsThatOfOneProcess(await report);
    }

    [Test]
    public async Task A_range_whose_worker_dies_between_its_result_and_its_acknowledgement_is_counted_once()
    {
        var options = Options("twice");
        await using var first = Start(options, "dies");
        // The second worker starts when the first result is here; ranges left behind keep the coordinator waiting.
        PeerProcess? second = null;
        try
        {
            var report = await FleetCoordinator.RunAsync(options, Job, Seeds, size: 4, (_, _) => second ??= Start(options, "works"));

            Assert.That(first.Output, Does.Contain("reported"));
            Assert.That(report.Repeated, Is.EqualTo(1));
            AssertIsThatOfOneProcess(report);
        }
        finally
        {
            await (second?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }

    [Test]
    public async Task A_range_that_kills_its_workers_is_given_up_with_its_seeds()
    {
        var options = Options("deadly") with { MostDeliveries = 1 };
        await using var first = Start(options, "hangs");
        var report = FleetCoordinator.RunAsync(options, Job, new FleetRange(9, 2), size: 2);
        await Wrote(first, "holds");
        await first.KillAsync();
        using var stop = new CancellationTokenSource();
        var second = new FleetWorker(options, WorkerProgram.Work).RunAsync(stop.Token);

        Assert.That(async () => await report, Throws.InstanceOf<FleetException>().With.Message.Contains("seeds 9..10: 1 workers went away"));
        await stop.CancelAsync();
        await second;
    }

    [Test]
    public async Task What_the_work_throws_reaches_the_coordinator()
    {
        var options = Options("throws");
        using var stop = new CancellationTokenSource();
        var worker = new FleetWorker(options, (_, _, _) => throw new InvalidOperationException("no such scenario")).RunAsync(stop.Token);

        Assert.That(
            async () => await FleetCoordinator.RunAsync(options, Job, Seeds, size: 24),
            Throws.InstanceOf<FleetException>().With.Message.Contains("seeds 1..24").And.Message.Contains("no such scenario"));
        await stop.CancelAsync();
        await worker;
    }

    [Test]
    public async Task The_ranges_of_a_coordinator_that_gave_up_are_dropped_unrun()
    {
        var options = Options("gave-up");
        using var giveUp = new CancellationTokenSource();
        var given = FleetCoordinator.RunAsync(options, Job, Seeds, size: 4, cancel: giveUp.Token);
        await using var first = Start(options, "hangs"); // So the ranges are in the queue when it gives up.
        await Wrote(first, "holds");
        await giveUp.CancelAsync();
        Assert.That(async () => await given, Throws.InstanceOf<OperationCanceledException>());
        await first.KillAsync();

        var ran = new List<FleetRange>();
        using var stop = new CancellationTokenSource();
        var worker = new FleetWorker(options, (job, range, cancel) =>
        {
            ran.Add(range);
            return [1];
        }).RunAsync(stop.Token);
        await FleetCoordinator.RunAsync(options, Job, new FleetRange(100, 1), size: 1); // Waits behind the others.
        await stop.CancelAsync();
        await worker;

        Assert.That(ran, Is.EqualTo(new[] { new FleetRange(100, 1) }));
    }

    private static FleetOptions Options(string queue) => new(SharedRabbitMq.Get().Uri, $"fleet-{queue}");

    private static PeerProcess Start(FleetOptions options, string how) => PeerProcess.Start(
        Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : RealPeer.Require("dotnet"),
        ["exec", typeof(WorkerProgram).Assembly.Location, options.Broker.ToString(), options.Queue, how]);

    private static Task Wrote(PeerProcess worker, string word) => worker.WaitUntilAsync(
        word, () => Task.FromResult(worker.Output.Contains(word, StringComparison.Ordinal)), TimeSpan.FromSeconds(60));

    private static void AssertIsThatOfOneProcess(FleetReport report)
    {
        var alone = Explorer.Explore(WrongAgents.Experiment(Agent), Seeds.First, Seeds.Count, workers: 1);
        var together = report.Results.SelectMany(r => OutcomeJson.Read(r)).ToList();

        Assert.That(together.Select(o => (o.Seed, o.Digest, o.Failure)), Is.EqualTo(alone.Select(o => (o.Seed, o.Digest, o.Failure))));
        Assert.That(OutcomeJson.Write(together), Is.EqualTo(OutcomeJson.Write(alone)));
        Assert.That(together.Count(o => o.Failure is not null), Is.GreaterThan(0));
    }
}
