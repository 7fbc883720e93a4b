using System.Text.Json;
using System.Xml;
using VtepLab.Results;
using VtepLab.Testing.Peers;

namespace VtepLab.Reports.Tests;

/// <summary>junit.xml, read by Debian's junitparser as a CI server would.</summary>
[Category(RealPeer.Category)]
public class JUnitReaderTests
{
    private const string Script = """
        import json, sys
        from junitparser import JUnitXml
        xml = JUnitXml.fromfile(sys.argv[1])
        xml.update_statistics()
        cases = [[c.name, c.classname, [type(r).__name__ for r in c.result]] for s in xml for c in s]
        json.dump({"tests": xml.tests, "failures": xml.failures, "errors": xml.errors, "skipped": xml.skipped, "cases": cases}, sys.stdout)
        """;

    [Test]
    public async Task Junitparser_reads_the_verdicts_of_every_check()
    {
        using var read = await Parse(SampleRun.Create());

        Assert.Multiple(() =>
        {
            Assert.That(read.RootElement.GetProperty("tests").GetInt32(), Is.EqualTo(5));
            Assert.That(read.RootElement.GetProperty("failures").GetInt32(), Is.EqualTo(1));
            Assert.That(read.RootElement.GetProperty("errors").GetInt32(), Is.EqualTo(1));
            Assert.That(read.RootElement.GetProperty("skipped").GetInt32(), Is.EqualTo(2));
            Assert.That(read.RootElement.GetProperty("cases").EnumerateArray().Select(c => $"{c[0]} {c[2]}"), Is.EqualTo(new[]
            {
                "VTEP-PRO-001 list_dbs []",
                "VTEP-PRO-016 wait timeout 0, true and false [\"Failure\"]",
                "VTEP-SCH-008 MAC upper case, with dashes, without leading zeros [\"Skipped\"]",
                "VTEP-OPT-007 deny entry by MAC [\"Skipped\"]",
                "VTEP-RES-006 reconnect + monitor [\"Error\"]",
            }));
        });
    }

    [Test]
    public async Task Junitparser_reads_a_report_with_characters_that_XML_forbids()
    {
        var run = SampleRun.Create();
        var hostile = run.Checks[1] with { Message = "name is \u0000\u001b[31m\ud800 ]]> <x> \uffff" };

        using var read = await Parse(run with { Checks = [hostile] });

        Assert.That(read.RootElement.GetProperty("failures").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public void Characters_that_XML_forbids_are_replaced_one_by_one()
    {
        var run = SampleRun.Create();
        var hostile = run.Checks[1] with { Message = "a\u0000b\ud800c\uffffd\U0001F600" };
        var xml = new XmlDocument();

        xml.LoadXml(WriterTests.WriteText(new JUnitWriter(), run with { Checks = [hostile] }));

        Assert.That(xml.SelectSingleNode("//failure/@message")?.Value, Is.EqualTo("a\uFFFDb\uFFFDc\uFFFDd\U0001F600"));
    }

    private static async Task<JsonDocument> Parse(CertificationRun run) =>
        JsonDocument.Parse(await Debian.PythonAsync("python3-junitparser", "junitparser", Script, WriterTests.Write(new JUnitWriter(), run)));
}
