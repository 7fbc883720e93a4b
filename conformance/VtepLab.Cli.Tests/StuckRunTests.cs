namespace VtepLab.Cli.Tests;

/// <summary><c>explore</c> and <c>replay</c> where a run never ends: its code does not come back from an event, or waits for ever; it is in a scenario of the user's own.</summary>
public class StuckRunTests : FolderFixture
{
    private const string Faults = "crash,reset-streams,delay";

    private Dictionary<string, string> _own = [];

    [SetUp]
    public void WriteScenario()
    {
        File.WriteAllText(Folder["own.feature"], $"""
            Feature: A user's own
              @VT-OWN-001
              Scenario: Somebody waits without an await
                Given a hardware VTEP "leaf1" with port "eth1"
                And a hardware VTEP "leaf2" with port "eth1"
                When for 60 seconds somebody waits for "leaf1" without an await
              @VT-OWN-002
              Scenario: Somebody waits in vain
                Given a hardware VTEP "leaf1" with port "eth1"
                And a hardware VTEP "leaf2" with port "eth1"
                When for 60 seconds somebody waits for "leaf1" in vain
              @VT-OWN-003
              Scenario: Somebody waits for ever
                When somebody waits for ever
              @VT-OWN-004
              Scenario: Somebody loops for ever
                When somebody loops for ever
            """);
        _own = new() { ["VTEPLAB_SCENARIOS"] = $"{Folder["own.feature"]}:{typeof(LoopSteps).Assembly.Location}" };
    }

    [TestCase("VT-OWN-001", "--event-limit", "0.3", "stuck", "scenario: VtepLab.Cli.Tests.LoopSteps.WaitWithoutAwait, awaited by ")]
    [TestCase("VT-OWN-002", "--time-limit", "600", "endless",
        "not over after 00:10:00 of virtual time, in line 11: When for 60 seconds somebody waits for \"leaf1\" in vain: does it wait for ever\\?")]
    public async Task A_seed_that_never_ends_is_named_shrunk_to_its_fault_and_replayed_up_to_its_end(
        string scenario, string option, string limit, string kind, string message)
    {
        var explored = await Vteplab.RunAsync(
            _own, "explore", scenario, "--seeds", "1..6", "--faults", Faults, option, limit, "--out", Folder["runs"]);

        Assert.That((ExitCode)explored.ExitCode, Is.EqualTo(ExitCode.Failed), explored.Output + explored.Errors);
        Assert.That(explored.Output, Does.Match($"FAIL  seed [0-9]+  at 00:[0-9:.]+  {kind}\n      {message}"));
        Assert.That(explored.Output, Does.Match("fails in the same way with 1 of its [0-9]+ faults \\([0-9]+ runs\\):\n      at [0-9:.]+ crash leaf1"));
        var shrunk = Directory.GetDirectories(Folder["runs"], "*-shrunk").Single();
        foreach (var run in new[] { shrunk, shrunk[..^"-shrunk".Length] })
        {
            await IsReplayedAsync(kind, run, run);
        }

        var seed = shrunk[..^"-shrunk".Length];
        Assert.That(explored.Output, Does.Match($"replay [0-9]+ --scenario '.*' --faults {Faults} {option} {limit}\n"));
        await IsReplayedAsync(kind, seed, seed[(seed.LastIndexOf('-') + 1)..], "--scenario", scenario, "--faults", Faults, option, limit);
    }

    [TestCase("INT", "VT-OWN-003")]
    [TestCase("TERM", "VT-OWN-004")]
    public async Task A_signal_ends_it_at_once_while_a_run_never_ends(string signal, string scenario)
    {
        await using var run = new RunningVteplab(
            _own.Select(e => KeyValuePair.Create(e.Key, (string?)e.Value)), ["explore", scenario, "--seeds", "1..9", "--event-limit", "3600", "--time-limit", "31000000", "--out", Folder["runs"]]);
        await run.SaysAsync(scenario);

        await run.SignalAsync(signal);

        Assert.That(await run.EndAsync(), Is.EqualTo(ExitCode.Interrupted), run.Output);
        Assert.That(run.Output, Does.Contain("0 passed, 0 failed, 9 skipped\n"));
    }

    [Test]
    public async Task A_scenario_that_waits_for_ever_fails_and_names_the_step()
    {
        var result = await Vteplab.RunAsync(_own, "scenario", "--filter", "VT-OWN-003", "--time-limit", "7.5");

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Failed), result.Output + result.Errors);
        Assert.That(result.Output, Does.Contain("not over after 00:00:07.5000000 of virtual time, in line 14: When somebody waits for ever: does it wait for ever?"));
    }

    [TestCase("nosuch.feature", "VTEPLAB_SCENARIOS: cannot read the feature file nosuch.feature: no such file")]
    [TestCase("nosuch.dll", "VTEPLAB_SCENARIOS: Could not load file or assembly ")]
    public async Task Scenarios_that_are_not_there_are_refused(string path, string message) => Assert.That(
        (await Vteplab.RunAsync(new Dictionary<string, string> { ["VTEPLAB_SCENARIOS"] = path }, "list", "scenarios")).Refusal(ExitCode.Usage), Does.Contain(message));

    [TestCase("--event-limit", "-1", "3600")]
    [TestCase("--time-limit", "1e3", "31622400")]
    public async Task A_limit_that_is_none_is_refused(string option, string limit, string most) => Assert.That(
        (await Vteplab.RunAsync("replay", "1", "--scenario", "VT-L2GW-001", option, limit)).Refusal(ExitCode.Usage),
        Does.Contain($"{option} takes seconds, more than 0 and at most {most}, not '{limit}'"));

    private async Task IsReplayedAsync(string kind, string run, params string[] what)
    {
        var replayed = await Vteplab.RunAsync(_own, ["replay", .. what, "--out", Folder["again"]]);

        Assert.That((ExitCode)replayed.ExitCode, Is.EqualTo(ExitCode.Failed), replayed.Output + replayed.Errors);
        Assert.That(replayed.Output, Does.Match($"FAIL  .*  {kind}\n      .*[Ww]ait"));
        foreach (var file in new[] { "trace.ndjson", "run.json" })
        {
            Assert.That(await File.ReadAllBytesAsync(Folder[$"again/{file}"]), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(run, file))), file);
        }
    }
}
