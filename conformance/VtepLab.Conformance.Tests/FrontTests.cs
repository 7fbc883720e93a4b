using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Input;
using VtepLab.Conformance.Running;
using VtepLab.Results;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Conformance.Tests;

/// <summary>Defects that no quirk of the emulated switch has: something spoils what an honest one says and hears.</summary>
[Parallelizable(ParallelScope.All)]
public class FrontTests
{
    private static IEnumerable<TestCaseData> Defects =>
        Fronts.All.Select(f => new TestCaseData(f.Requirement, f.Make).SetName($"{f.Requirement} catches a device where {f.Defect}"));

    [TestCaseSource(nameof(Defects))]
    public void A_spoiled_device_is_caught(string id, object make)
    {
        var run = Through((Func<IHost, Endpoint, DefectiveFront>)make, o => o with { Only = [id], Dangerous = true });

        Assert.That(run.Checks.Single().Verdict, Is.EqualTo(Verdict.Fail), run.Checks.Single().Message);
    }

    [Test]
    public void A_front_that_spoils_nothing_is_not_blamed()
    {
        var run = Through((h, d) => new Transparent(h, d), o => o);

        Assert.That(run.With(Verdict.Fail, Verdict.Inconclusive), Is.Empty);
    }

    [Test]
    public void A_port_that_the_device_file_names_and_the_switch_has_not_is_missed()
    {
        var run = EmbeddedCertification.Run(
            o => o with { Only = ["VTEP-INV-004"], Device = o.Device with { Ports = [new DevicePort("eth1", ""), new DevicePort("eth99", "")] } });

        Assert.That(run.Checks.Single().Verdict, Is.EqualTo(Verdict.Fail));
        Assert.That(run.Checks.Single().Message, Does.Contain("no eth99"));
    }

    [Test]
    public void Every_check_has_a_defect_that_it_catches() => Assert.That(
        CheckBook.All.Where(c => c.Catches.IsEmpty).Select(c => c.Id).Except(Fronts.All.Select(f => f.Requirement)),
        Is.EquivalentTo(new[] { "VTEP-SEC-001", "VTEP-INV-004" })); // They have tests of their own.

    private static CertificationRun Through(
        Func<IHost, Endpoint, DefectiveFront> make, Func<CertificationOptions, CertificationOptions> change) =>
        EmulatedDevice.Run(EmbeddedCertification.DefaultSeed, EmulatedDevice.Honest, async (device, host) =>
        {
            device.World.AddHost("front", "192.0.2.3").Start(h => make(h, device.Endpoint).RunAsync());
            var options = new CertificationOptions
            {
                Endpoint = new Endpoint(EndpointScheme.Tcp, "192.0.2.3", Endpoint.DefaultPort),
                Device = EmbeddedCertification.Describe(device.Options),
            };
            return await new CertificationRunner(host, change(options)).RunAsync();
        });

    private sealed class Transparent(IHost host, Endpoint device) : DefectiveFront(host, device);
}
