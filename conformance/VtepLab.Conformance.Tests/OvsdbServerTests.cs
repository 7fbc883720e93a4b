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

        TestContext.Out.WriteLine($"{run.Duration.TotalSeconds:0.0} s\n{run.With(Verdict.NotApplicable)}");
        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive, Verdict.PassWithDeviation), Is.Empty);
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.Certified));
        Assert.That(run.LeftBehind, Is.Empty);
    }
}
