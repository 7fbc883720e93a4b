using VtepLab.Conformance.Input;
using VtepLab.Results;
using VtepLab.Testing.Peers;

namespace VtepLab.Conformance.Tests;

/// <summary>The real emulator of Open vSwitch: what it does wrong has to be found, and nothing else.</summary>
[Category(RealPeer.Category)]
public class OvsVtepTests
{
    [Test]
    public async Task What_ovs_vtep_does_wrong_is_found_and_covered_by_the_deviations_we_ship()
    {
        await using var peer = await OvsVtepPeer.StartAsync();

        var deviations = DeviationFile.FindShipped("ovs-vtep")!;
        var run = await Certify.LiveAsync(peer.Database.Endpoint, o => o with { Deviations = deviations });

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive), Is.Empty);
        Assert.That(run.Checks.Where(c => c.Deviation is not null).Select(c => c.Deviation), Is.EquivalentTo(deviations.Deviations));
        Assert.That(run.LeftBehind, Is.Empty);
        Assert.That(run.Verdict, Is.EqualTo(CertificationVerdict.CertifiedWithDeviations));
    }
}
