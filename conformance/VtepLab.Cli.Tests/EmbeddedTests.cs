using System.Text.Json;
using VtepLab.Testing.Peers;

namespace VtepLab.Cli.Tests;

/// <summary><c>vteplab certify</c> without a target: the embedded switch, in virtual time.</summary>
public class EmbeddedTests : FolderFixture
{
    [Test]
    public async Task The_embedded_switch_is_certified_and_the_same_seed_gives_the_same_files()
    {
        var first = await CertifyAsync("--seed", "7");
        var files = Directory.GetFiles(Folder["out"]).Order(StringComparer.Ordinal).ToDictionary(f => f, File.ReadAllBytes);
        var second = await CertifyAsync("--seed", "7");

        Assert.That((ExitCode)first.ExitCode, Is.EqualTo(ExitCode.Passed), first.Output);
        Assert.That(first.Output, Does.Contain("verdict: certified. "));
        Assert.That(second.Output, Is.EqualTo(first.Output));
        foreach (var (file, content) in files)
        {
            Assert.That(await File.ReadAllBytesAsync(file), Is.EqualTo(content), file);
        }
    }

    [Test]
    public async Task A_quirk_of_the_embedded_switch_is_caught()
    {
        var result = await CertifyAsync("--quirks", "accepts-dangling-references", "--only", "VTEP-PRO-031");

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Failed));
        Assert.That(result.Output, Does.Contain("verdict: not certified. 1 requirement is broken: VTEP-PRO-031."));
    }

    [Test]
    public async Task A_declared_deviation_makes_it_a_verdict_with_deviations()
    {
        await File.WriteAllTextAsync(
            Folder["d.yaml"], "vendor: Example\nmodel: X\ndeviations:\n  - id: VTEP-PRO-031\n    reason: the store has no references\n");

        var result = await CertifyAsync(
            "--quirks", "accepts-dangling-references", "--only", "VTEP-PRO-001,VTEP-PRO-031", "--deviations", Folder["d.yaml"]);

        Assert.That((ExitCode)result.ExitCode, Is.EqualTo(ExitCode.Passed), result.Output);
        Assert.That(result.Output, Does.Contain("1 passed, 0 failed, 1 passed with deviation").And.Contain("verdict: certified with deviations"));
        using var results = JsonDocument.Parse(await File.ReadAllTextAsync(Folder["out/results.json"]));
        Assert.That(results.RootElement.GetProperty("deviations")[0].GetProperty("use").GetString(), Is.EqualTo("used"));
    }

    [TestCase("--quirks ignore-wait", "'ignore-wait' is no quirk of the emulated switch; did you mean 'ignores-wait'?")]
    [TestCase("--ovsdb tcp:192.0.2.11 --seed 7", "--seed and --quirks are for the embedded switch")]
    public async Task What_makes_no_sense_is_refused(string arguments, string message) =>
        Assert.That(
            (await CertifyAsync(arguments.Split(' '))).Errors.Split('\n').Single(l => l.StartsWith("vteplab: ", StringComparison.Ordinal)),
            Does.Contain(message));

    private Task<ToolResult> CertifyAsync(params string[] arguments) => Vteplab.RunAsync(["certify", .. arguments, "--out", Folder["out"]]);
}
