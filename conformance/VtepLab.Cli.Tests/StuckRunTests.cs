namespace VtepLab.Cli.Tests;

/// <summary><c>explore</c> and <c>replay</c> where the code of a run does not come back from one of its events; it is in a scenario of the user's own.</summary>
public class StuckRunTests : FolderFixture
{
    private const string Scenario = "Somebody waits without an await";

    private Dictionary<string, string> _own = [];

    [SetUp]
    public void WriteScenario()
    {
        File.WriteAllText(Folder["own.feature"], $"""
            Feature: A user's own
              @VT-OWN-001
              Scenario: {Scenario}
                Given a hardware VTEP "leaf1" with port "eth1"
                And a hardware VTEP "leaf2" with port "eth1"
                When for 60 seconds somebody waits for "leaf1" without an await
            """);
        _own = new() { ["VTEPLAB_SCENARIOS"] = $"{Folder["own.feature"]}:{typeof(LoopSteps).Assembly.Location}" };
    }

    [Test]
    public async Task A_stuck_seed_is_named_shrunk_to_its_fault_and_replayed_up_to_the_event()
    {
        var explored = await Vteplab.RunAsync(
            _own, "explore", "VT-OWN-001", "--seeds", "1..6", "--faults", "crash,reset-streams,delay", "--event-limit", "0.3", "--out", Folder["runs"]);

        Assert.That((ExitCode)explored.ExitCode, Is.EqualTo(ExitCode.Failed), explored.Output + explored.Errors);
        Assert.That(explored.Output, Does.Match("FAIL  seed [0-9]+  at 00:0[0-9:.]+  stuck\n      scenario: VtepLab.Cli.Tests.LoopSteps.WaitWithoutAwait, awaited by "));
        Assert.That(explored.Output, Does.Match("fails in the same way with 1 of its [0-9]+ faults \\([0-9]+ runs\\):\n      at [0-9:.]+ crash leaf1"));
        var shrunk = Directory.GetDirectories(Folder["runs"], "*-shrunk").Single();
        foreach (var run in new[] { shrunk, shrunk[..^"-shrunk".Length] })
        {
            await IsReplayedAsync(run, run);
        }

        var seed = shrunk[..^"-shrunk".Length];
        await IsReplayedAsync(seed, seed[(seed.LastIndexOf('-') + 1)..], "--scenario", Scenario, "--faults", "crash,reset-streams,delay", "--event-limit", "0.3");
    }

    [TestCase("nosuch.feature", "VTEPLAB_SCENARIOS: cannot read the feature file nosuch.feature: no such file")]
    [TestCase("nosuch.dll", "VTEPLAB_SCENARIOS: Could not load file or assembly ")]
    public async Task Scenarios_that_are_not_there_are_refused(string path, string message) => Assert.That(
        (await Vteplab.RunAsync(new Dictionary<string, string> { ["VTEPLAB_SCENARIOS"] = path }, "list", "scenarios")).Refusal(ExitCode.Usage), Does.Contain(message));

    [Test]
    public async Task A_limit_that_is_none_is_refused() => Assert.That(
        (await Vteplab.RunAsync("replay", "1", "--scenario", "VT-L2GW-001", "--event-limit", "-1")).Refusal(ExitCode.Usage),
        Does.Contain("--event-limit takes seconds, more than 0 and at most 3600, not '-1'"));

    private async Task IsReplayedAsync(string run, params string[] what)
    {
        var replayed = await Vteplab.RunAsync(_own, ["replay", .. what, "--out", Folder["again"]]);

        Assert.That((ExitCode)replayed.ExitCode, Is.EqualTo(ExitCode.Failed), replayed.Output + replayed.Errors);
        Assert.That(replayed.Output, Does.Match("FAIL  .*  stuck\n").And.Contain("LoopSteps.WaitWithoutAwait"));
        foreach (var file in new[] { "trace.ndjson", "run.json" })
        {
            Assert.That(await File.ReadAllBytesAsync(Folder[$"again/{file}"]), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(run, file))), file);
        }
    }
}
