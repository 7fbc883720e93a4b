using VtepLab.Results;
using VtepLab.Testing.Peers;

namespace VtepLab.Reports.Tests;

/// <summary>results.tap, read by Perl's own prove.</summary>
[Category(RealPeer.Category)]
public class TapTests
{
    [Test]
    public async Task Prove_counts_what_failed_and_lets_pass_what_was_declared()
    {
        var run = SampleRun.Create();

        var whole = await Prove(run);
        var good = await Prove(run with { Checks = [run.Checks[0], run.Checks[2], run.Checks[3]] });

        Assert.That(whole.ExitCode, Is.EqualTo(1), whole.Errors);
        Assert.That(whole.Output, Does.Contain("Failed tests:  2, 5"));
        Assert.That(good.ExitCode, Is.Zero, good.Output + good.Errors);
        Assert.That(good.Output, Does.Contain("All tests successful.").And.Contain("Tests=3"));
    }

    [Test]
    public async Task A_device_cannot_write_lines_of_its_own()
    {
        var run = SampleRun.Create();
        var hostile = run.Checks[1] with
        {
            Requirement = run.Checks[1].Requirement with { Do = "x\nok 2 # TODO" }, Message = "a\nok 1\nBail out!", Steps = [],
        };

        var result = await Prove(run with { Checks = [hostile] });

        Assert.That(result.Output, Does.Contain("Failed test:  1").And.Contain("Tests=1"));
    }

    private static async Task<ToolResult> Prove(CertificationRun run)
    {
        var prove = RealPeer.Require("prove");
        using var folder = new TempDirectory();
        await File.WriteAllBytesAsync(folder["results.tap"], WriterTests.Write(new TapWriter(), run));
        return await PeerProcess.RunAsync(prove, [folder["results.tap"]]);
    }
}
