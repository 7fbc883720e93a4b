using VtepLab.Testing.Peers;

namespace VtepLab.Reports.Tests;

public class SubunitTests
{
    private const string Script = """
        import sys, subunit
        from testtools import StreamResult
        class Print(StreamResult):
            def status(self, test_id=None, test_status=None, test_tags=None, runnable=True, file_name=None, file_bytes=None,
                       eof=False, mime_type=None, route_code=None, timestamp=None):
                what = test_status or "%s %s %d" % (file_name, mime_type, len(file_bytes))
                print(test_id, what, timestamp.isoformat() if timestamp else '-', ','.join(sorted(test_tags or [])))
        subunit.ByteStreamToStreamResult(open(sys.argv[1], 'rb')).run(Print())
        """;

    // The sample of the format's own documentation: an enumeration of the test "foo".
    [Test]
    public void The_published_sample_packet_is_written_byte_for_byte() =>
        Assert.That(
            new SubunitPacket { TestId = "foo", Status = SubunitStatus.Exists }.ToBytes(),
            Is.EqualTo(Convert.FromHexString("b329010c03666f6f08555f1b")));

    [Test]
    [Category(RealPeer.Category)]
    public async Task Debians_subunit_reads_every_check_with_status_time_and_attachment()
    {
        var story = (await Debian.PythonAsync("python3-subunit", "subunit", Script, WriterTests.Write(new SubunitWriter(), SampleRun.Create()))).Split('\n');

        Assert.That(story.Where(l => !l.Contains("traceback", StringComparison.Ordinal) && !l.Contains("reason", StringComparison.Ordinal)), Is.EqualTo(new[]
        {
            "hardware_vtep.VTEP-PRO-001 inprogress 2026-03-02T09:30:00.001000+00:00 MUST",
            "hardware_vtep.VTEP-PRO-001 success 2026-03-02T09:30:00.002000+00:00 MUST",
            "hardware_vtep.VTEP-PRO-016 inprogress 2026-03-02T09:30:00.010000+00:00 MUST",
            "hardware_vtep.VTEP-PRO-016 fail 2026-03-02T09:30:00.012500+00:00 MUST",
            "hardware_vtep.VTEP-SCH-008 inprogress 2026-03-02T09:30:00.020000+00:00 SHOULD",
            "hardware_vtep.VTEP-SCH-008 xfail 2026-03-02T09:30:00.024000+00:00 SHOULD",
            "hardware_vtep.VTEP-OPT-007 inprogress 2026-03-02T09:30:00.025000+00:00 MAY",
            "hardware_vtep.VTEP-OPT-007 skip 2026-03-02T09:30:00.025000+00:00 MAY",
            "hardware_vtep.VTEP-RES-006 inprogress 2026-03-02T09:30:00.026000+00:00 MUST",
            "hardware_vtep.VTEP-RES-006 fail 2026-03-02T09:30:04.226000+00:00 MUST",
            "",
        }));
        Assert.That(story, Has.Exactly(2).Contains(" traceback text/plain;charset=utf8 "));
        Assert.That(story, Has.Exactly(2).Contains(" reason text/plain;charset=utf8 "));
    }

    [Test]
    [Category(RealPeer.Category)]
    public async Task A_story_of_many_megabytes_is_split_over_packets()
    {
        var run = SampleRun.Create();
        var large = run.Checks[1] with { Message = new string('x', 5_000_000) };

        var story = await Debian.PythonAsync(
            "python3-subunit", "subunit", Script, WriterTests.Write(new SubunitWriter(), run with { Checks = [large] }));

        Assert.That(story.Split('\n').Count(l => l.Contains(" traceback ", StringComparison.Ordinal)), Is.EqualTo(5));
        Assert.That(story, Does.Contain("hardware_vtep.VTEP-PRO-016 fail "));
    }

    [TestCase("", 0u)]
    [TestCase("123456789", 0xCBF43926u)] // The check value of CRC-32.
    public void Crc32_has_the_published_check_value(string text, uint crc) =>
        Assert.That(Crc32.Of(System.Text.Encoding.ASCII.GetBytes(text)), Is.EqualTo(crc));
}
