namespace VtepLab.Cli.Tests;

/// <summary>What is wrong with a command line or a file is said in one line, and nothing is begun.</summary>
public class UsageTests : FolderFixture
{
    [TestCase("certfy", "vteplab: unknown command 'certfy'; did you mean 'certify'?")]
    [TestCase("certify --ovsbd tcp:192.0.2.11", "vteplab: unknown option '--ovsbd'; did you mean '--ovsdb'?")]
    [TestCase("certify --frobnicate", "vteplab: unknown option '--frobnicate'; 'vteplab certify --help' lists what there is")]
    [TestCase("certify --ovsdb", "vteplab: Required argument missing for option: '--ovsdb'; 'vteplab certify --help' lists what there is")]
    [TestCase("certify --ovsdb tcp:192.0.2.11:notaport", "'tcp:192.0.2.11:notaport' is no endpoint: expected a port from 0 to 65535, found 'notaport'")]
    [TestCase("certify --ovsdb ssl:192.0.2.11", "ssl:192.0.2.11:6640 needs --private-key, --certificate and --ca-cert")]
    [TestCase("certify --device /dev/null", "/dev/null line 1, column 1: the file is empty")]
    [TestCase("certify --ovsdb tcp:192.0.2.11 --profile nosuch", "there is no profile 'nosuch'; expected one of ")]
    [TestCase("certify --ovsdb tcp:192.0.2.11 --only VTEP-PRO-00I", "requirement VTEP-PRO-00I is not in the catalogue; did you mean VTEP-PRO-001?")]
    [TestCase("certify --device nosuch.yaml", "cannot read the device file nosuch.yaml: no such file")]
    [TestCase("certify --ovsdb tcp:192.0.2.11 --private-key k.pem", "--private-key, --certificate and --ca-cert belong together")]
    [TestCase("list profiles --format xml", "--format takes table or json, not 'xml'")]
    [TestCase("report nosuch", "cannot read nosuch/results.json: no such file")]
    public async Task A_wrong_command_line_is_refused(string arguments, string message)
    {
        var result = await Vteplab.RunAsync(arguments.Split(' '));

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain(message));
    }

    [Test]
    public async Task Nothing_at_all_names_the_commands() =>
        Assert.That((await Vteplab.RunAsync()).Refusal(ExitCode.Usage), Does.StartWith("vteplab: 'vteplab' needs one of certify, "));

    [TestCase("endpoint: tcp:192.0.2.11\nvendr: Example\n", "line 2, column ")]
    [TestCase("endpoint: nonsense\n", "line 1, column 11: 'nonsense' is no endpoint")]
    [TestCase("endpoint: [tcp\n", "line ")]
    [TestCase("\tendpoint: x\n", "line 1, column ")]
    public async Task A_malformed_device_file_is_refused_with_its_place(string text, string message)
    {
        await File.WriteAllTextAsync(Folder["leaf1.yaml"], text);

        var result = await Vteplab.RunAsync("certify", "--device", Folder["leaf1.yaml"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain(Folder["leaf1.yaml"] + " " + message));
    }

    [Test]
    public async Task A_deviation_from_an_unknown_requirement_is_refused_with_its_place()
    {
        await File.WriteAllTextAsync(
            Folder["d.yaml"], "vendor: Example\nmodel: X\ndeviations:\n  - id: VTEP-PRO-01\n    reason: none\n");

        var result = await Vteplab.RunAsync("certify", "--ovsdb", "tcp:192.0.2.11", "--deviations", Folder["d.yaml"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain("d.yaml line 4, column 9: requirement VTEP-PRO-01 is not in the catalogue"));
    }

    [Test]
    public async Task A_place_for_the_reports_that_cannot_be_is_refused_before_the_device_is_asked()
    {
        await File.WriteAllTextAsync(Folder["file"], "");

        var result = await Vteplab.RunAsync("certify", "--ovsdb", "tcp:127.0.0.1:1", "--out", Folder["file"]);

        Assert.That(result.Refusal(ExitCode.Usage), Does.Contain("cannot write the reports to "));
    }

    [Test]
    public async Task A_requirement_without_a_check_selects_nothing() =>
        Assert.That(
            (await Vteplab.RunAsync("certify", "--ovsdb", "tcp:192.0.2.11", "--only", "VTEP-SCL-009")).Refusal(ExitCode.NothingSelected),
            Does.Contain("requirement VTEP-SCL-009 has no check yet"));

    [Test]
    public async Task Help_is_a_result_and_names_the_exit_codes()
    {
        var result = await Vteplab.RunAsync("--help");

        Assert.That(result.Success(), Does.Contain("130 interrupted").And.Contain("certify").And.Contain("VTEPLAB_SCENARIOS adds scenarios and steps of your own"));
        Assert.That(result.Errors, Is.Empty);
    }
}
