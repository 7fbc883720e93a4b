using System.Globalization;
using System.Text;
using System.Xml;
using VtepLab.Results;

namespace VtepLab.Reports;

/// <summary>Writes <c>junit.xml</c>, as CI servers read it: a suite a group of the catalogue, a test case a check.</summary>
/// <remarks>
/// There is no single specification. The requirement's id stands in the test's name, since some servers show nothing else.
/// Fail is a failure; inconclusive is an error; not applicable and pass with deviation are skipped with their reason, so that neither
/// counts as passed.
/// </remarks>
public sealed class JUnitWriter : IReportWriter
{
    /// <inheritdoc/>
    public string FileName => "junit.xml";

    /// <inheritdoc/>
    public void Write(CertificationRun run, Stream output)
    {
        ArgumentNullException.ThrowIfNull(run);
        var conversation = ConversationIndex.Of(run);
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CloseOutput = false };
        using var xml = XmlWriter.Create(output, settings);
        xml.WriteStartElement("testsuites");
        Attribute(xml, "name", "vteplab certify");
        WriteCounts(xml, run.Checks, run.Duration);
        foreach (var group in run.Checks.GroupBy(c => c.Requirement.Group, StringComparer.Ordinal))
        {
            WriteSuite(xml, run, group.Key, [.. group], conversation);
        }

        xml.WriteEndElement();
        xml.WriteWhitespace("\n");
    }

    private static void WriteSuite(
        XmlWriter xml, CertificationRun run, string group, IReadOnlyList<CheckResult> checks, ConversationIndex conversation)
    {
        xml.WriteStartElement("testsuite");
        Attribute(xml, "name", group);
        WriteCounts(xml, checks, checks.Aggregate(TimeSpan.Zero, (sum, c) => sum + c.Duration));
        Attribute(xml, "timestamp", (run.StartedAt + checks[0].StartedAt).UtcDateTime.ToString("s", CultureInfo.InvariantCulture));
        Attribute(xml, "hostname", run.Device?.Endpoint ?? "unknown");
        xml.WriteStartElement("properties");
        Property(xml, "tool", $"vteplab {run.ToolVersion}");
        Property(xml, "command", run.Command);
        Property(xml, "profile", run.Profile);
        Property(xml, "verdict", Words.Of(run.Verdict));
        if (run.IsDatabaseOnly)
        {
            Property(xml, "scope", "database only");
        }

        if (run.Seed is { } seed)
        {
            Property(xml, "seed", seed.ToString(CultureInfo.InvariantCulture));
        }

        xml.WriteEndElement();
        foreach (var check in checks)
        {
            WriteCase(xml, check, conversation);
        }

        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, CheckResult check, ConversationIndex conversation)
    {
        var requirement = check.Requirement;
        xml.WriteStartElement("testcase");
        Attribute(xml, "classname", $"hardware_vtep.{requirement.Group}");
        Attribute(xml, "name", $"{requirement.Id} {requirement.Do}");
        Attribute(xml, "time", Seconds(check.Duration));
        xml.WriteStartElement("properties");
        Property(xml, "requirement", requirement.Id);
        Property(xml, "level", Words.Of(requirement.Level));
        Property(xml, "source", requirement.Source);
        Property(xml, "verdict", Words.Of(check.Verdict));
        if (check.Partly.Length > 0)
        {
            Property(xml, "partly", check.Partly);
        }

        xml.WriteEndElement();
        switch (check.Verdict)
        {
            case Verdict.Fail:
                WriteOutcome(xml, "failure", check.Message, Words.Of(requirement.Level), CheckStory.Of(check, conversation));
                break;
            case Verdict.Inconclusive:
                WriteOutcome(xml, "error", check.Message, "inconclusive", CheckStory.Of(check, conversation));
                break;
            case Verdict.NotApplicable or Verdict.PassWithDeviation:
                WriteOutcome(xml, "skipped", CheckStory.Reason(check), null, null);
                break;
        }

        if (check.Verdict is Verdict.Fail or Verdict.Inconclusive)
        {
            xml.WriteElementString("system-out", "[[ATTACHMENT|transcript.ndjson]]");
        }

        xml.WriteEndElement();
    }

    private static void WriteOutcome(XmlWriter xml, string element, string message, string? type, string? story)
    {
        xml.WriteStartElement(element);
        Attribute(xml, "message", message);
        if (type is not null)
        {
            Attribute(xml, "type", type);
        }

        if (story is not null)
        {
            xml.WriteString(XmlText.Clean(story));
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyCollection<CheckResult> checks, TimeSpan time)
    {
        void Count(string name, Func<CheckResult, bool> which) =>
            Attribute(xml, name, checks.Count(which).ToString(CultureInfo.InvariantCulture));

        Count("tests", _ => true);
        Count("failures", c => c.Verdict == Verdict.Fail);
        Count("errors", c => c.Verdict == Verdict.Inconclusive);
        Count("skipped", c => c.Verdict is Verdict.NotApplicable or Verdict.PassWithDeviation);
        Attribute(xml, "time", Seconds(time));
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
