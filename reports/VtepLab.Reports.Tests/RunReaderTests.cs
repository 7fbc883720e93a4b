using System.Text;
using VtepLab.Results;

namespace VtepLab.Reports.Tests;

public class RunReaderTests
{
    [Test]
    public void A_run_that_is_read_back_gives_the_same_files_byte_for_byte()
    {
        var run = SampleRun.Create();

        var again = Read(WriterTests.WriteText(new ResultsJsonWriter(), run), WriterTests.WriteText(new TranscriptWriter(), run));

        foreach (var writer in ReportFiles.All)
        {
            Assert.That(WriterTests.Write(writer, again), Is.EqualTo(WriterTests.Write(writer, run)), writer.FileName);
        }
    }

    [Test]
    public void A_run_that_is_read_back_has_the_values_that_were_written()
    {
        var run = SampleRun.Create();

        var again = Read(WriterTests.WriteText(new ResultsJsonWriter(), run), WriterTests.WriteText(new TranscriptWriter(), run));

        Assert.Multiple(() =>
        {
            Assert.That(again.Verdict, Is.EqualTo(CertificationVerdict.NotCertified));
            Assert.That(again.Seed, Is.EqualTo(7));
            Assert.That(again.StartedAt, Is.EqualTo(new DateTimeOffset(2026, 3, 2, 9, 30, 0, TimeSpan.Zero)));
            Assert.That(again.Conversation, Is.EqualTo(run.Conversation));
            Assert.That(again.Deviations, Is.EqualTo(run.Deviations));
            Assert.That(again.NotCovered, Is.EqualTo(run.NotCovered));
            Assert.That(again.Checks.Select(c => c.Requirement), Is.EqualTo(run.Checks.Select(c => c.Requirement)));
            Assert.That(again.Checks[1].Steps, Is.EqualTo(run.Checks[1].Steps));
            Assert.That(again.Checks[1].Duration, Is.EqualTo(TimeSpan.FromMilliseconds(2.5)));
        });
    }

    [TestCase("{}", "results.json: no record of a run")]
    [TestCase("[1]", "results.json: no record of a run")]
    [TestCase("{\n  \"format\": 1", "results.json line 2: ")]
    [TestCase("""{"format":"vteplab-results","formatVersion":2}""", "format version 2 is not known here")]
    [TestCase("""{"format":"vteplab-results","formatVersion":1}""", "missing required properties including: 'toolVersion'")]
    public void A_damaged_record_is_refused_with_its_place(string results, string message) =>
        Assert.That(() => Read(results, ""), Throws.InstanceOf<RunFormatException>().With.Message.Contains(message));

    [TestCase("\"duration\": 4.25", "\"duration\": 1e27", "line 7")]
    [TestCase("\"duration\": 4.25", "\"duration\": \"long\"", "line 7")]
    [TestCase("\"level\": \"MAY\"", "\"level\": \"MIGHT\"", "'MIGHT' is none of MUST, SHOULD, MAY")]
    public void A_value_that_cannot_be_is_refused(string written, string changed, string message) =>
        Assert.That(
            () => Read(WriterTests.WriteText(new ResultsJsonWriter(), SampleRun.Create()).Replace(written, changed, StringComparison.Ordinal), ""),
            Throws.InstanceOf<RunFormatException>().With.Message.Contains(message));

    [Test]
    public void A_damaged_transcript_is_refused_with_its_line()
    {
        var run = SampleRun.Create();
        var lines = WriterTests.WriteText(new TranscriptWriter(), run).Split('\n');
        lines[2] = lines[2].Replace("received", "recieved", StringComparison.Ordinal);

        Assert.That(
            () => Read(WriterTests.WriteText(new ResultsJsonWriter(), run), string.Join('\n', lines)),
            Throws.InstanceOf<RunFormatException>().With.Message.Contains("transcript.ndjson line 3: 'recieved' is none of sent, received, event"));
    }

    private static CertificationRun Read(string results, string transcript)
    {
        using var first = new MemoryStream(Encoding.UTF8.GetBytes(results));
        using var second = new MemoryStream(Encoding.UTF8.GetBytes(transcript));
        return RunReader.Read(first, second);
    }
}
