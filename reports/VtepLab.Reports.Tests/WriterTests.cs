using System.Text;

namespace VtepLab.Reports.Tests;

public class WriterTests
{
    [TestCase("transcript.ndjson")]
    [TestCase("results.json")]
    [TestCase("junit.xml")]
    [TestCase("ctrf.json")]
    [TestCase("results.tap")]
    public void Writes_the_sample_run_as_it_was_reviewed(string fileName) =>
        GoldenFile.AssertEqual(fileName, Write(ReportFiles.All.Single(w => w.FileName == fileName), SampleRun.Create()));

    [Test]
    public void Writers_leave_the_stream_open_and_write_the_same_bytes_again()
    {
        foreach (var writer in ReportFiles.All)
        {
            using var stream = new MemoryStream();
            writer.Write(SampleRun.Create(), stream);
            var once = stream.ToArray();
            writer.Write(SampleRun.Create(), stream);

            Assert.That(stream.ToArray().AsSpan(once.Length).SequenceEqual(once), Is.True, writer.FileName);
        }
    }

    [Test]
    public void A_run_without_device_checks_or_conversation_can_be_written()
    {
        var nothing = SampleRun.Create() with
        {
            Device = null, Checks = [], Conversation = [], Deviations = [], NotCovered = [], LeftBehind = [], NegativeControl = null, Seed = null,
            Ending = Results.RunEnding.DeviceLost, EndingReason = "tcp:192.0.2.11:6640 refused the connection.",
        };
        foreach (var writer in ReportFiles.All)
        {
            Assert.That(() => Write(writer, nothing), Throws.Nothing, writer.FileName);
        }
    }

    internal static byte[] Write(IReportWriter writer, Results.CertificationRun run)
    {
        using var stream = new MemoryStream();
        writer.Write(run, stream);
        return stream.ToArray();
    }

    internal static string WriteText(IReportWriter writer, Results.CertificationRun run) => Encoding.UTF8.GetString(Write(writer, run));
}
