using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Xml;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>junit.xml</c> of scenarios: a suite a feature, a test case a scenario.</summary>
/// <param name="results">The scenarios, in the order they ran.</param>
public sealed class ScenarioJUnitWriter(ImmutableArray<ScenarioResult> results)
{
    /// <summary>The file's name in the folder of the run.</summary>
    public static string FileName => "junit.xml";

    /// <summary>Writes the whole report and leaves the stream open.</summary>
    public void Write(Stream output)
    {
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CloseOutput = false };
        using var xml = XmlWriter.Create(output, settings);
        xml.WriteStartElement("testsuites");
        Attribute(xml, "name", "vteplab scenario");
        WriteCounts(xml, results);
        foreach (var feature in results.GroupBy(r => (r.Uri, r.Feature)))
        {
            xml.WriteStartElement("testsuite");
            Attribute(xml, "name", feature.Key.Feature);
            WriteCounts(xml, [.. feature]);
            foreach (var result in feature)
            {
                WriteCase(xml, result);
            }

            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteWhitespace("\n");
    }

    private static void WriteCase(XmlWriter xml, ScenarioResult result)
    {
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", result.Feature);
        Attribute(xml, "name", result.Name);
        Attribute(xml, "time", Seconds(result.Duration));
        Attribute(xml, "file", result.Uri);
        Attribute(xml, "line", result.Line.ToString(CultureInfo.InvariantCulture));
        xml.WriteStartElement("properties");
        Property(xml, "replay", result.ReplayCommand);
        Property(xml, "tags", string.Join(' ', result.Tags));
        if (result.Seed is { } seed)
        {
            Property(xml, "seed", seed.ToString(CultureInfo.InvariantCulture));
            Property(xml, "trace", result.TraceHash);
        }

        xml.WriteEndElement();
        if (result.Status != ScenarioStatus.Passed)
        {
            var wrong = result.Steps.FirstOrDefault(s => s.Status == result.Status);
            xml.WriteStartElement(result.Status == ScenarioStatus.Failed ? "failure" : "error");
            Attribute(xml, "message", wrong is null ? result.Status.ToString() : $"{wrong.Keyword} {wrong.Text}: {wrong.Message}");
            Attribute(xml, "type", result.Status.ToString());
            xml.WriteString(XmlText.Clean(string.Join('\n', result.Steps.Select(s => $"{s.Status,-9} {s.Keyword} {s.Text}"))));
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, ImmutableArray<ScenarioResult> results)
    {
        void Count(string name, Func<ScenarioResult, bool> which) => Attribute(xml, name, results.Count(which).ToString(CultureInfo.InvariantCulture));

        Count("tests", _ => true);
        Count("failures", r => r.Status == ScenarioStatus.Failed);
        Count("errors", r => r.Status is not (ScenarioStatus.Failed or ScenarioStatus.Passed));
        Attribute(xml, "time", Seconds(results.Aggregate(TimeSpan.Zero, (sum, r) => sum + r.Duration)));
    }

    private static void Property(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        Attribute(xml, "name", name);
        Attribute(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Attribute(XmlWriter xml, string name, string value) => xml.WriteAttributeString(name, XmlText.Clean(value));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000000", CultureInfo.InvariantCulture);
}
