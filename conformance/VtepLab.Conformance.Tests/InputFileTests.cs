using VtepLab.Conformance.Catalogue;
using VtepLab.Conformance.Harness;
using VtepLab.Conformance.Input;
using VtepLab.Results;
using VtepLab.Runtime;
using VtepLab.Topology;

namespace VtepLab.Conformance.Tests;

public class InputFileTests
{
    [Test]
    public void A_device_file_says_where_the_device_is_and_what_it_can_do()
    {
        var device = DeviceDescription.Parse(
            "leaf1.yaml",
            """
            endpoint: ssl:192.0.2.10:6640
            tls: {private_key: k.pem, certificate: c.pem, ca: ca.pem}
            vendor: Example
            ports:
              - eth1
              - {name: eth2, interface: veth2}
            features: {source_node: false}
            limits: {macs: 100}
            local_vlans: [4094]
            timing: {hardware: 2.5}
            """);

        Assert.That(device.Endpoint, Is.EqualTo(new Endpoint(EndpointScheme.Ssl, "192.0.2.10", 6640)));
        Assert.That(device.Tls, Is.EqualTo(new TlsIdentity("k.pem", "c.pem", "ca.pem")));
        Assert.That(device.Ports, Is.EqualTo(new[] { new DevicePort("eth1", ""), new DevicePort("eth2", "veth2") }));
        Assert.That((device.SourceNode, device.Routing, device.MacLimit), Is.EqualTo(((bool?)false, (bool?)null, (int?)100)));
        Assert.That(device.LocalVlans, Is.EqualTo(new[] { 4094 }));
        Assert.That(device.Timing, Is.EqualTo(new Timing { Hardware = TimeSpan.FromSeconds(2.5) }));
    }

    [TestCase("endpoint: tcp", "d.yaml line 1, column 11: 'tcp' is no endpoint")]
    [TestCase("vendor: a\nmodle: b", "d.yaml line 2, column 8: 'modle' is not known here; expected one of endpoint, tls")]
    [TestCase("ports: eth1", "d.yaml line 1, column 8: 'ports' has to be a list, not a text")]
    [TestCase("limits: {macs: many}", "d.yaml line 1, column 16: 'limits.macs' has to be a whole number from 1")]
    [TestCase("timing:\n  reply: soon", "d.yaml line 2, column 10: 'timing.reply' has to be a number of seconds")]
    [TestCase("tls: {certificate: c}", "d.yaml line 1, column 6: 'tls' lacks 'private_key'")]
    [TestCase("a: [1", "d.yaml line")]
    [TestCase("", "d.yaml line 1, column 1: the file is empty")]
    public void A_malformed_device_file_is_told_with_line_and_column(string text, string complaint) =>
        Assert.That(Assert.Throws<InputException>(() => DeviceDescription.Parse("d.yaml", text))!.Message, Does.StartWith(complaint));

    [TestCase("deviations: [{id: VTEP-PRO-018X, reason: r}]", "requirement VTEP-PRO-018X is not in the catalogue; did you mean VTEP-PRO-018?")]
    [TestCase("deviations: [{id: VTEP-PRO-018, reason: ' '}]", "the deviation from VTEP-PRO-018 needs a reason")]
    [TestCase("deviations: [{id: VTEP-PRO-018, reason: a}, {id: VTEP-PRO-018, reason: b}]", "requirement VTEP-PRO-018 is declared twice")]
    [TestCase("deviations: [{id: VTEP-PRO-018, reason: a, until: tomorrow}]", "has to be a date such as 2027-01-31, found 'tomorrow'")]
    public void A_malformed_deviation_is_told(string text, string complaint) =>
        Assert.That(
            Assert.Throws<InputException>(() => DeviationFile.Parse("v.yaml", $"vendor: V\nmodel: M\n{text}"))!.Message, Does.Contain(complaint));

    [Test]
    public void A_deviation_counts_until_its_last_day()
    {
        var file = DeviationFile.Parse("v.yaml", "vendor: V\nmodel: M\ndeviations: [{id: VTEP-PRO-018, reason: old silicon, issue: V-1, until: 2027-01-31}]");

        Assert.That(file.Covering("VTEP-PRO-018", new DateOnly(2027, 1, 31)), Is.EqualTo(
            new DeclaredDeviation("VTEP-PRO-018", "old silicon", "V-1", new DateOnly(2027, 1, 31))));
        Assert.That(file.Covering("VTEP-PRO-018", new DateOnly(2027, 2, 1)), Is.Null);
        Assert.That(file.Covering("VTEP-PRO-019", new DateOnly(2027, 1, 1)), Is.Null);
    }

    [Test]
    public void The_catalogue_holds_every_requirement_once_in_order()
    {
        var all = RequirementBook.BuiltIn.All;

        Assert.That(all.Select(r => r.Id), Is.Unique);
        Assert.That(all, Has.Length.EqualTo(232));
        Assert.That(all[0], Is.EqualTo(new Requirement(
            "VTEP-PRO-001", "Protocol (RFC 7047)", RequirementLevel.Must, "spec", "RFC 7047 section 4.1.1", "O", "list_dbs",
            "array containing hardware_vtep", "server answers only get_schema, or hides the name")));
        Assert.That(all.Where(r => r.IsDangerous).Select(r => r.Id), Is.EqualTo(new[] { "VTEP-ROB-011", "VTEP-ROB-012", "VTEP-ROB-013", "VTEP-ROB-014" }));
    }

    [Test]
    public void Every_profile_selects_something_that_has_a_check()
    {
        Assert.That(Profile.BuiltIn.Select(p => p.Name), Is.EqualTo(new[] { "database", "must", "protocol", "switch" }));
        Assert.That(Profile.BuiltIn.Where(p => !CheckBook.All.Any(c => p.Includes(c.Requirement))), Is.Empty);
    }

    [Test]
    public void The_shipped_deviations_can_be_read() =>
        Assert.That(DeviationFile.Shipped.Select(n => DeviationFile.FindShipped(n)!.Model), Is.EqualTo(new[] { "ovs-vtep" }));

    [Test]
    public void A_requirement_has_one_check_at_most() => Assert.That(CheckBook.All.Select(c => c.Id), Is.Unique);
}
