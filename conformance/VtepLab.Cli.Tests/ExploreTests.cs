namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab explore</c> and <c>vteplab replay</c>.</summary>
public class ExploreTests : FolderFixture
{
    // The scenario says nothing of faults and gives the agent 10 seconds: with the agent or the switch cut off some seeds must fail.
    private static readonly string[] Failing = ["explore", "VT-L2GW-001", "--seeds", "1..10", "--faults", "isolate,power-loss"];

    [Test]
    public async Task A_batch_that_passes_says_so_and_leaves_no_folder()
    {
        var result = await Vteplab.RunAsync("explore", "VT-L2GW-001", "--seeds", "1..4", "--out", Folder["runs"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Output + result.Errors);
        Assert.That(result.Output, Does.Match("^VT-L2GW-001 A network .*\ndigest of the batch: [0-9a-f]{16}\n4 passed, 0 failed, 0 skipped\n$"));
        Assert.That(result.Errors, Does.Match("[0-9]+ seeds a minute on "));
        Assert.That(Directory.Exists(Folder["runs"]), Is.False);
    }

    [Test]
    public async Task A_failing_seed_is_found_and_shrunk_and_its_replay_is_the_same_run()
    {
        var explored = await Vteplab.RunAsync([.. Failing, "--out", Folder["runs"]]);

        Assert.That((ExitCode)explored.ExitCode, Is.EqualTo(ExitCode.Failed), explored.Output + explored.Errors);
        Assert.That(explored.Output, Does.Match("FAIL  seed [0-9]+  at 00:0[0-9:.]+  step in line [0-9]+: ").And.Match("(?m)^seed [0-9]+ fails in the same way with [1-9]"));
        var shrunk = Directory.GetDirectories(Folder["runs"], "*-shrunk").Single();
        Assert.That(explored.Output, Does.Contain($"replay: ./vteplab replay {shrunk}\n"));
        foreach (var run in new[] { shrunk, shrunk[..^"-shrunk".Length] })
        {
            var replayed = await Vteplab.RunAsync("replay", run, "--out", Folder["again"]);

            Assert.That((ExitCode)replayed.ExitCode, Is.EqualTo(ExitCode.Failed), replayed.Output + replayed.Errors);
            Assert.That(await File.ReadAllBytesAsync(Folder["again/trace.ndjson"]), Is.EqualTo(await File.ReadAllBytesAsync(Path.Combine(run, "trace.ndjson"))));
            Assert.That(await File.ReadAllTextAsync(Folder["again/run.json"]), Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(run, "run.json"))));
        }

        Assert.That(FaultsIn(shrunk), Is.GreaterThan(0).And.LessThan(FaultsIn(shrunk[..^"-shrunk".Length])));
    }

    [Test]
    public async Task The_printed_command_draws_the_same_faults_from_the_seed_again()
    {
        var explored = await Vteplab.RunAsync([.. Failing, "--out", Folder["runs"]]);
        var original = Directory.GetDirectories(Folder["runs"], "*-shrunk").Single()[..^"-shrunk".Length];
        var seed = original[(original.LastIndexOf('-') + 1)..];
        Assert.That(explored.Output, Does.Contain(
            $"./vteplab replay {seed} --scenario 'A network with machines is connected to a port' --faults isolate,power-loss\n"));

        var replayed = await Vteplab.RunAsync("replay", seed, "--scenario", "VT-L2GW-001", "--faults", "isolate,power-loss", "--out", Folder["again"]);

        Assert.That((ExitCode)replayed.ExitCode, Is.EqualTo(ExitCode.Failed), replayed.Output + replayed.Errors);
        Assert.That(await File.ReadAllTextAsync(Folder["again/run.json"]), Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(original, "run.json"))));
    }

    [Test]
    public async Task The_batch_is_the_same_on_one_and_on_two_threads()
    {
        var one = await Vteplab.RunAsync([.. Failing, "--threads", "1", "--out", Folder["runs"]]);
        var two = await Vteplab.RunAsync([.. Failing, "--threads", "2", "--out", Folder["runs"]]);

        Assert.That(one.Output, Does.Contain("digest of the batch: "));
        Assert.That(two.Output, Is.EqualTo(one.Output));
    }

    [Test]
    public async Task Where_the_scenario_says_what_may_break_the_faults_can_be_switched_off()
    {
        var with = await Vteplab.RunAsync("replay", "1", "--scenario", "VT-L2GW-050", "--out", Folder["with"]);
        var without = await Vteplab.RunAsync("replay", "1", "--scenario", "VT-L2GW-050", "--faults", "none", "--out", Folder["without"]);

        Assert.That(with.Output, Does.Contain("fault  at 00:0"));
        Assert.That((ExitCode)without.ExitCode, Is.EqualTo(ExitCode.Passed), without.Output + without.Errors);
        Assert.That(without.Output, Does.Not.Contain("fault  at"));
    }

    [Test]
    public async Task A_run_that_passes_gives_0_and_one_with_another_digest_3()
    {
        var passed = await Vteplab.RunAsync("replay", "1", "--scenario", "VT-L2GW-001", "--out", Folder["run"]);
        var again = await Vteplab.RunAsync("replay", Folder["run"], "--out", Folder["again"]);
        var recorded = await File.ReadAllTextAsync(Folder["run/run.json"]);
        var digest = passed.Output.Split("digest: ")[1][..16];
        await File.WriteAllTextAsync(Folder["run/run.json"], recorded.Replace(digest, "0123456789abcdef", StringComparison.Ordinal));
        var other = await Vteplab.RunAsync("replay", Folder["run"], "--out", Folder["again"]);

        Assert.That((ExitCode)passed.ExitCode, Is.EqualTo(ExitCode.Passed), passed.Output + passed.Errors);
        Assert.That((ExitCode)again.ExitCode, Is.EqualTo(ExitCode.Passed), again.Output + again.Errors);
        Assert.That((ExitCode)other.ExitCode, Is.EqualTo(ExitCode.Bug), other.Output + other.Errors);
        Assert.That(other.Errors, Does.Contain($"the run went another way: digest 0123456789abcdef, now {digest}"));
    }

    [TestCase("explore VT-L2GW-01 --seeds 1..2", ExitCode.Usage, "there is no scenario 'VT-L2GW-01'; did you mean 'VT-L2GW-001'?")]
    [TestCase("explore @liv --seeds 1..2", ExitCode.Usage, "there is no tag '@liv'; did you mean '@live'?")]
    [TestCase("explore @live) --seeds 1..2", ExitCode.Usage, "'@live)' is no tag expression: ")]
    [TestCase("explore VT-L2GW-001", ExitCode.Usage, "--seeds")]
    [TestCase("explore VT-L2GW-001 --seeds 5..4", ExitCode.Usage, "--seeds 5..4 holds no seed: the first is greater than the last")]
    [TestCase("explore VT-L2GW-001 --seeds 1-4", ExitCode.Usage, "--seeds takes A..B, such as 1..100, not '1-4'")]
    [TestCase("explore VT-L2GW-001 --seeds 1..2 --faults all,-crsh", ExitCode.Usage, "--faults: there is no fault 'crsh'; did you mean 'crash'?")]
    [TestCase("explore VT-L2GW-001 --seeds 1..2 --threads 0", ExitCode.Usage, "--threads takes 1 to 1024, not '0'")]
    [TestCase("replay 7", ExitCode.Usage, "replay 7 needs --scenario NAME")]
    [TestCase("replay nosuch", ExitCode.Usage, "cannot read the recorded run nosuch/run.json: no such file")]
    [TestCase("replay nosuch --scenario VT-L2GW-001", ExitCode.Usage, "replay takes a seed with --scenario, not 'nosuch'")]
    [TestCase("replay 7 --scenario @live", ExitCode.Usage, "'@live' means ")]
    public async Task A_wrong_command_line_is_refused(string arguments, ExitCode code, string message) =>
        Assert.That((await Vteplab.RunAsync(arguments.Split(' '))).Refusal(code), Does.Contain(message));

    [Test]
    public async Task Tags_that_no_scenario_has_together_select_nothing() =>
        Assert.That(
            (await Vteplab.RunAsync("explore", "@VT-L2GW-001 and @VT-L2GW-002", "--seeds", "1..2")).Refusal(ExitCode.NothingSelected),
            Does.Contain("no scenario has the tags '@VT-L2GW-001 and @VT-L2GW-002'"));

    [Test]
    public async Task An_interrupt_ends_the_batch_with_what_was_seen_so_far()
    {
        await using var run = new RunningVteplab("explore", "VT-L2GW-050", "--seeds", "1..100000", "--out", Folder["runs"]);
        await run.SaysAsync(" of 100000 seeds, "); // Said while it goes on.

        await run.SignalAsync("INT");

        Assert.That(await run.EndAsync(), Is.EqualTo(ExitCode.Interrupted), run.Output);
        Assert.That(run.Output, Does.Match("(?m)^[1-9][0-9]* passed, [0-9]+ failed, [1-9][0-9]* skipped$"));
    }

    private static int FaultsIn(string run)
    {
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "run.json")));
        return document.RootElement.GetProperty("faults").GetArrayLength();
    }
}
